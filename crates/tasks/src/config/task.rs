//! Task files: one task each.

use super::field::{Field, FieldKind, hook};
use super::generation::generation;
use super::{DatasetSpec, FewShotConfig, MetricList, MetricSpec, OutputType, Protocol, class, filters, keys};
use crate::error::{Place, TaskError};
use crate::filters::Pipeline;
use crate::hooks::{self, Hook, HookKind};
use crate::yaml::{Entry, Kind, Node};
use std::sync::Arc;
use yardstick_core::Generation;

/// A task as its file says, with everything that can be known without data resolved.
#[derive(Clone, Debug)]
pub(crate) struct TaskConfig {
    pub id: String,
    /// One line on what it measures, from `metadata.about`.
    pub about: String,
    /// `metadata.version`, as written.
    pub version: String,
    /// What guessing gets where the number of choices does not tell, from `metadata.chance`.
    pub chance: Option<f64>,
    pub place: Place,
    pub dataset: DatasetSpec,
    pub output_type: OutputType,
    pub process_docs: Option<&'static Hook>,
    pub process_results: Option<&'static Hook>,
    pub description: Option<Field>,
    pub doc_to_text: Field,
    pub doc_to_target: Field,
    pub doc_to_choice: Option<Field>,
    pub target_delimiter: String,
    /// How the assistant's answer begins: stands after every question, the examples' too.
    pub gen_prefix: Option<Field>,
    /// How a `generate_until` task writes.
    pub generation: Arc<Generation>,
    /// What is scored beside what a `generate_until` task writes, from `metadata.also_scored`: a class's second request.
    pub also_scored: Option<String>,
    /// How often each request is sent; at least once.
    pub repeats: usize,
    /// `num_fewshot`, where the file has it.
    pub num_fewshot: Option<usize>,
    /// The file's mapping, of which [`FewShotConfig`](super::FewShotConfig) reads its keys only when examples are asked
    /// for: without them a hook that there is not stands in nobody's way.
    pub root: Node,
    pub metrics: Vec<MetricSpec>,
    /// The first key that a group has laid over the file's, if one has.
    pub overridden: Option<Place>,
    /// What is done to written texts before each of the metrics; one or more.
    pub filters: Vec<Pipeline>,
    /// What `metadata` says of a paper's protocol.
    pub protocol: Protocol,
    /// What a reader of the results must know about the file.
    pub warnings: Vec<String>,
}

impl TaskConfig {
    /// Reads a mapping with includes merged and a `task` key.
    pub fn read(root: &Node) -> Result<Self, TaskError> {
        let class = class::expand(root)?;
        let root = class.as_ref().unwrap_or(root);
        keys::check_task(root.entries("the file")?)?;
        let output_type = output_type(root)?;
        let doc_to_choice = Field::read(root, "doc_to_choice")?;
        if output_type == OutputType::MultipleChoice && doc_to_choice.is_none() {
            return Err(missing(root, "doc_to_choice", "output_type multiple_choice"));
        }
        let process_results = function(root, "process_results", |kind| matches!(kind, HookKind::Results { .. }))?;
        let metrics = MetricList::read(root, output_type, process_results)?;
        let (generation, generation_warnings) = generation(root, output_type)?;
        let config = Self {
            id: required(root, "task", "every task has an id")?.str("task")?.to_owned(),
            about: about(root)?,
            version: metadata(root, "version").and_then(Node::text).unwrap_or_default(),
            chance: chance(root)?,
            place: root.place.clone(),
            dataset: DatasetSpec::read(root)?,
            output_type,
            process_docs: function(root, "process_docs", HookKind::is_process_docs)?,
            process_results,
            description: Field::read(root, "description")?,
            doc_to_text: text_field(root, output_type)?,
            doc_to_target: Field::read(root, "doc_to_target")?
                .ok_or_else(|| missing(root, "doc_to_target", "there is no right answer without it"))?,
            doc_to_choice,
            target_delimiter: root
                .get("target_delimiter")
                .map_or(Ok(" "), |node| node.str("target_delimiter"))?
                .to_owned(),
            gen_prefix: Field::read(root, "gen_prefix")?,
            generation,
            also_scored: metadata(root, "also_scored")
                .map(|node| node.str("also_scored"))
                .transpose()?
                .map(str::to_owned),
            repeats: repeats(root)?,
            num_fewshot: root.get("num_fewshot").map(|node| node.count("num_fewshot")).transpose()?,
            root: root.clone(),
            metrics: metrics.specs,
            filters: filters::read(root, output_type)?,
            protocol: Protocol::read(root)?,
            overridden: None,
            warnings: python_warnings(root).into_iter().chain(metrics.warnings).chain(generation_warnings).collect(),
        };
        config.fields().try_for_each(Field::check_hook)?;
        if let Some(node) = root.get("fewshot_config") {
            keys::check_fewshot(node.entries("fewshot_config")?)?;
        }
        if config.num_fewshot.is_some_and(|shots| shots > 0) {
            FewShotConfig::read(&config)?;
        }
        Ok(config)
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        [&self.doc_to_text, &self.doc_to_target]
            .into_iter()
            .chain(&self.doc_to_choice)
            .chain(&self.description)
            .chain(&self.gen_prefix)
    }
}

/// `metadata.about`: lm-eval leaves metadata alone, so our own keys stand there.
pub(super) fn about(root: &Node) -> Result<String, TaskError> {
    metadata(root, "about").map_or(Ok(String::new()), |node| node.str("about").map(str::to_owned))
}

fn metadata<'a>(root: &'a Node, key: &str) -> Option<&'a Node> {
    root.get("metadata").and_then(|metadata| metadata.get(key))
}

pub(crate) fn missing(root: &Node, key: &'static str, why: &'static str) -> TaskError {
    TaskError::MissingKey { place: root.place.clone(), key, why }
}

pub(super) fn required<'a>(root: &'a Node, key: &'static str, why: &'static str) -> Result<&'a Node, TaskError> {
    root.get(key).ok_or_else(|| missing(root, key, why))
}

fn chance(root: &Node) -> Result<Option<f64>, TaskError> {
    let Some(node) = metadata(root, "chance") else { return Ok(None) };
    let value = match &node.kind {
        Kind::Float(f, _) => *f,
        Kind::Int(i) => *i as f64,
        _ => f64::NAN,
    };
    if (0.0..=1.0).contains(&value) { Ok(Some(value)) } else { Err(node.wrong("chance", "a number from 0 to 1")) }
}

/// lm-eval's own default is to let the model write.
fn output_type(root: &Node) -> Result<OutputType, TaskError> {
    let Some(node) = root.get("output_type") else { return Ok(OutputType::GenerateUntil) };
    let name = node.str("output_type")?;
    let known = OutputType::ALL.into_iter().find(|output_type| output_type.name() == name);
    known.ok_or_else(|| node.wrong("output_type", &OutputType::ALL.map(OutputType::name).join(", ")))
}

fn repeats(root: &Node) -> Result<usize, TaskError> {
    let Some(node) = root.get("repeats") else { return Ok(1) };
    match node.count("repeats")? {
        0 => Err(node.wrong("repeats", "1 or more")),
        repeats => Ok(repeats),
    }
}

/// `doc_to_text`, which a rolling task may leave out: it scores the target from its first token on.
fn text_field(root: &Node, output_type: OutputType) -> Result<Field, TaskError> {
    match Field::read(root, "doc_to_text")? {
        Some(field) => Ok(field),
        None if output_type == OutputType::LogLikelihoodRolling => {
            let kind = FieldKind::Text(String::new());
            Ok(Field { key: "doc_to_text", place: root.place.clone(), kind })
        }
        None => Err(missing(root, "doc_to_text", "there is no prompt without it")),
    }
}

pub(super) fn function(
    root: &Node,
    key: &str,
    accepts: impl Fn(&HookKind) -> bool,
) -> Result<Option<&'static Hook>, TaskError> {
    let Some(node) = root.get(key) else { return Ok(None) };
    let Kind::Function(name) = &node.kind else { return Err(node.wrong(key, "a !function")) };
    let hook = hook(node, key, name)?;
    if !accepts(&hook.kind) {
        return Err(TaskError::WrongHook { place: node.place.clone(), key: key.to_owned(), function: name.clone() });
    }
    Ok(Some(hook))
}

/// Hooks that stand in for a Python file of the user's own.
pub(super) fn python_warnings(root: &Node) -> Vec<String> {
    let Kind::Map(entries) = &root.kind else { return Vec::new() };
    let warning = |entry: &Entry| {
        let Kind::Function(name) = &entry.value.kind else { return None };
        let hook = hook(&entry.value, &entry.key, name).ok()?.name;
        let path = hooks::different_source(hook, name, &entry.value.place.file)?;
        let (place, key, path) = (&entry.value.place, &entry.key, path.display());
        Some(format!("{place}: `{key}` runs the built-in hook {hook}; {path} differs from what it was written after"))
    };
    entries.iter().filter_map(warning).collect()
}

//! `num_fewshot` and `fewshot_*`: solved examples before the document.

use super::TaskConfig;
use super::field::Field;
use super::task::{function, python_warnings};
use crate::error::{Place, TaskError};
use crate::hooks::{self, Hook, HookKind};
use crate::yaml::{Kind, Node};
use yardstick_core::Map;

/// Which examples stand before a document, and how they are written. What `fewshot_config` does not say is as in the task.
#[derive(Clone, Debug)]
pub(crate) struct FewShotConfig {
    pub pool: PoolSpec,
    pub sampler: Sampler,
    pub process_docs: Option<&'static Hook>,
    pub doc_to_text: Option<Field>,
    pub doc_to_target: Option<Field>,
    pub doc_to_choice: Option<Field>,
    pub gen_prefix: Option<Field>,
    /// Between an example's question and its answer.
    pub target_delimiter: String,
    /// After an example's answer.
    pub delimiter: String,
    /// Whether lm-eval takes the pool for the split that is scored: it compares the names of few-shot and test split, and a
    /// file that has neither key (a task scored on its validation split) has two equal ones.
    pub is_same_split_by_name: bool,
    /// What a reader of the results must know about the keys.
    pub warnings: Vec<String>,
}

/// Where examples come from.
#[derive(Clone, Debug)]
pub(crate) enum PoolSpec {
    /// A split that the file names, with where it does.
    Split(String, Place),
    /// The file's own rows, with where they stand.
    Samples(Vec<Map>, Place),
    /// The first of these splits that there is: training, validation, and the one that is scored.
    FirstOf(Vec<String>),
}

/// Which of the pool's documents are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sampler {
    /// Drawn at random for each document.
    Default,
    /// The first ones, the same for all documents.
    FirstN,
}

impl FewShotConfig {
    /// Reads the keys of a task file.
    ///
    /// # Errors
    /// A key with a value that it cannot have, or a hook that there is not.
    pub fn read(task: &TaskConfig) -> Result<Self, TaskError> {
        let empty = Node { place: task.place.clone(), kind: Kind::Map(Vec::new()) };
        let own = task.root.get("fewshot_config").unwrap_or(&empty);
        let split = match own.get("split") {
            Some(node) => Some(node.str("split")?),
            None => task.root.get("fewshot_split").map(|node| node.str("fewshot_split")).transpose()?,
        };
        let text = |key, inherited: &str| match own.get(key).or_else(|| task.root.get(key)) {
            Some(node) => node.str(key).map(str::to_owned),
            None => Ok(inherited.to_owned()),
        };
        let config = Self {
            pool: pool(task, own, split)?,
            sampler: sampler(own)?,
            process_docs: process_docs(task, own)?,
            doc_to_text: Field::read(own, "doc_to_text")?,
            doc_to_target: Field::read(own, "doc_to_target")?,
            doc_to_choice: Field::read(own, "doc_to_choice")?,
            gen_prefix: Field::read(own, "gen_prefix")?,
            target_delimiter: text("target_delimiter", " ")?,
            delimiter: text("fewshot_delimiter", "\n\n")?,
            is_same_split_by_name: split == task.root.get("test_split").and_then(|node| node.str("test_split").ok()),
            warnings: python_warnings(own).into_iter().chain(ignored(own, split)).collect(),
        };
        let fields = [&config.doc_to_text, &config.doc_to_target, &config.doc_to_choice, &config.gen_prefix];
        fields.into_iter().flatten().try_for_each(Field::check_hook)?;
        Ok(config)
    }
}

fn pool(task: &TaskConfig, own: &Node, split: Option<&str>) -> Result<PoolSpec, TaskError> {
    if let Some(split) = split {
        let place = own.get("split").or_else(|| task.root.get("fewshot_split")).unwrap_or(&task.root).place.clone();
        return Ok(PoolSpec::Split(split.to_owned(), place));
    }
    let Some(node) = own.get("samples") else { return splits(task).map(PoolSpec::FirstOf) };
    match &node.kind {
        Kind::List(items) => {
            let rows = items.iter().map(|item| item.row("samples")).collect::<Result<_, _>>()?;
            Ok(PoolSpec::Samples(rows, node.place.clone()))
        }
        Kind::Function(name) => Ok(PoolSpec::Samples(samples(node, name)?, node.place.clone())),
        _ => Err(node.wrong("samples", "a list of mappings")),
    }
}

/// The examples that stand in the Python file beside the task file.
fn samples(node: &Node, function: &str) -> Result<Vec<Map>, TaskError> {
    let key = "samples";
    let hook = super::field::hook(node, key, function)?;
    let HookKind::Samples(read) = hook.kind else {
        let (place, function) = (node.place.clone(), hook.name.to_owned());
        return Err(TaskError::WrongHook { place, key: key.to_owned(), function });
    };
    read(&hooks::source(function, &node.place.file)?)
        .ok_or_else(|| node.wrong(key, &format!("a list of mappings, written out in `{function}` as lm-eval has it")))
}

/// The splits that lm-eval looks for, in its order.
fn splits(task: &TaskConfig) -> Result<Vec<String>, TaskError> {
    let mut splits = Vec::new();
    for key in ["training_split", "validation_split"] {
        if let Some(node) = task.root.get(key) {
            splits.push(node.str(key)?.to_owned());
        }
    }
    if !splits.contains(&task.dataset.split) {
        splits.push(task.dataset.split.clone());
    }
    Ok(splits)
}

fn sampler(own: &Node) -> Result<Sampler, TaskError> {
    let Some(node) = own.get("sampler") else { return Ok(Sampler::Default) };
    match &node.kind {
        Kind::Str(name) if name == "default" => Ok(Sampler::Default),
        Kind::Str(name) if name == "first_n" => Ok(Sampler::FirstN),
        _ => Err(node.wrong("sampler", "default or first_n")),
    }
}

/// The examples' hook: the task's own, unless `fewshot_config` has another or says null.
fn process_docs(task: &TaskConfig, own: &Node) -> Result<Option<&'static Hook>, TaskError> {
    let Kind::Map(entries) = &own.kind else { return Ok(task.process_docs) };
    match entries.iter().find(|entry| entry.key == "process_docs") {
        Some(_) => function(own, "process_docs", HookKind::is_process_docs),
        None => Ok(task.process_docs),
    }
}

/// Keys that stand there and do nothing.
fn ignored(own: &Node, split: Option<&str>) -> Vec<String> {
    let warning = |key: &str, why: &str| Some(format!("{}: `{key}` has no effect: {why}", own.get(key)?.place));
    let samples = split.and_then(|split| warning("samples", &format!("the examples are those of split {split}")));
    let indices = warning("fewshot_indices", "lm-eval 0.4.13 reads it and does not use it");
    samples.into_iter().chain(indices).collect()
}

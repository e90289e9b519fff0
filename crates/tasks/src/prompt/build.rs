//! Documents to instances, following lm-eval's `ConfigurableTask`.

use super::chat::Dialogue;
use super::example::{Before, Examples};
use super::field::Compiled;
use super::turn::Turn;
use super::{jinja, python, warnings};
use crate::config::{Field, FieldKind, OutputType, TaskConfig};
use crate::data::Split;
use crate::error::TaskError;
use crate::fewshot::FewShot;
use crate::hash;
use crate::row::Row;
use crate::task::LoadOptions;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;
use yardstick_core::{Doc, Generation, Instance, Request, Target, Value};

/// The first `n_docs` documents of a split as instances, in order, and what the reader should know about the task file.
///
/// Templates are parsed once, and each example is rendered once; documents are rendered in parallel. Of several rows with
/// an error the first is reported.
pub(crate) fn instances(
    config: &TaskConfig,
    split: &mut Split,
    n_docs: usize,
    fewshot: Option<&FewShot>,
    options: &LoadOptions,
) -> Result<(Vec<Instance>, Vec<String>), TaskError> {
    // Columns of any row: a row that lacks one is an error later, not a reason to read its name as text.
    let columns: BTreeSet<&str> = split.docs.iter().flat_map(|doc| doc.fields.keys()).collect();
    let env = jinja::environment().map_err(|error| TaskError::Template {
        place: config.place.clone(),
        key: "doc_to_text",
        reason: jinja::reason(&error),
    })?;
    let mut prompt = Prompt::new(config, &env, &columns, options)?;
    prompt.is_multiple_input = match split.docs.first() {
        Some(doc) => prompt.begins_with_index(&Rendering::new(split, doc))?,
        None => false,
    };
    let examples = match fewshot {
        Some(fewshot) => Examples::render(&prompt, &env, &columns, fewshot, split, n_docs)?,
        None => Examples::default(),
    };
    let docs = split.docs[..n_docs].par_iter().enumerate();
    let parts: Vec<_> =
        docs.map(|(index, doc)| prompt.parts(&Rendering::new(split, doc), examples.before(index))).collect();
    let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut warnings = warnings::words(config, &columns);
    warnings.extend(warnings::nulls(&prompt, split.docs.iter().zip(parts.iter().map(|parts| &*parts.requests))));
    let mut docs = std::mem::take(&mut split.docs);
    docs.truncate(n_docs);
    Ok((docs.into_par_iter().zip(parts).map(|(doc, parts)| parts.instance(doc)).collect(), warnings))
}

/// A task's fields, ready to render.
pub(super) struct Prompt<'a> {
    pub(super) config: &'a TaskConfig,
    dialogue: Dialogue<'a>,
    description: Option<Compiled<'a>>,
    pub(super) text: Compiled<'a>,
    pub(super) target: Compiled<'a>,
    pub(super) choice: Option<Compiled<'a>>,
    pub(super) prefix: Option<Compiled<'a>>,
    /// Whether choices are contexts and the target follows each of them: `doc_to_text` of the first document is a number.
    pub(super) is_multiple_input: bool,
    generation: Arc<Generation>,
}

/// A document on its way, with its columns as template variables.
pub(super) struct Rendering<'a> {
    pub(super) row: Row<'a>,
    context: minijinja::Value,
}

impl<'a> Rendering<'a> {
    pub(super) fn new(split: &'a Split, doc: &'a Doc) -> Self {
        Self { row: split.row(doc), context: jinja::context(&doc.fields) }
    }

    pub(super) fn value(&self, field: &Compiled) -> Result<Value, TaskError> {
        field.value(self.row, &self.context)
    }

    pub(super) fn text(&self, field: &Compiled) -> Result<String, TaskError> {
        self.value(field).map(|value| python::text(&value))
    }

    /// The choices that a field gives; none without a field.
    pub(super) fn choices(&self, field: Option<&Compiled>) -> Result<Vec<String>, TaskError> {
        let Some(field) = field else { return Ok(Vec::new()) };
        let value = self.value(field)?;
        let read = match &value {
            Value::Str(text) if field.is_template() => python::literal(text),
            _ => None,
        };
        match read.as_ref().unwrap_or(&value) {
            Value::List(items) if !items.is_empty() => Ok(items.iter().map(python::text).collect()),
            other => Err(self.row.bad("doc_to_choice", "a list of choices", other)),
        }
    }
}

impl<'a> Prompt<'a> {
    fn new(
        config: &'a TaskConfig,
        env: &'a minijinja::Environment<'a>,
        columns: &BTreeSet<&str>,
        options: &'a LoadOptions,
    ) -> Result<Self, TaskError> {
        let compile = |field: &'a Field| Compiled::new(env, field, |name| columns.contains(name));
        Ok(Self {
            config,
            dialogue: Dialogue::new(options, fewshot_delimiter(config)?)?,
            description: config.description.as_ref().map(compile).transpose()?,
            text: compile(&config.doc_to_text)?,
            target: compile(&config.doc_to_target)?,
            choice: config.doc_to_choice.as_ref().map(compile).transpose()?,
            prefix: config.gen_prefix.as_ref().map(compile).transpose()?,
            is_multiple_input: false,
            generation: generation(config, options),
        })
    }

    fn begins_with_index(&self, doc: &Rendering) -> Result<bool, TaskError> {
        let is_choice = self.config.output_type == OutputType::MultipleChoice;
        Ok(is_choice && matches!(self.value_or_index(&self.text, doc)?, Value::Int(_)))
    }

    fn parts(&self, doc: &Rendering, before: Before) -> Result<Parts, TaskError> {
        match self.config.output_type {
            OutputType::MultipleChoice if self.is_multiple_input => self.multiple_input(doc, before),
            OutputType::MultipleChoice => self.multiple_choice(doc, before),
            OutputType::LogLikelihood => self.log_likelihood(doc, before),
            OutputType::LogLikelihoodRolling => self.rolling(doc),
            OutputType::GenerateUntil => self.generate(doc, before),
        }
    }

    /// One context, a continuation a choice.
    fn multiple_choice(&self, doc: &Rendering, before: Before) -> Result<Parts, TaskError> {
        let choices = doc.choices(self.choice.as_ref())?;
        let target = self.right_choices(&self.target, doc, &choices)?;
        let context = self.context(doc, before, doc.text(&self.text)?, &self.config.target_delimiter)?;
        let request = |choice: &String| self.continuation(&context, choice);
        let requests = choices.iter().map(request).chain(self.unconditional(&choices)).collect();
        Ok(Parts { requests, ..Parts::choice(choices, target) })
    }

    /// A context a choice, one continuation.
    fn multiple_input(&self, doc: &Rendering, before: Before) -> Result<Parts, TaskError> {
        let choices = doc.choices(self.choice.as_ref())?;
        let target = self.right_choices(&self.text, doc, &choices)?;
        let continuation = doc.text(&self.target)?;
        let request = |choice: &String| {
            self.context(doc, before, choice.clone(), "").map(|context| self.continuation(&context, &continuation))
        };
        let mut requests = choices.iter().map(request).collect::<Result<Vec<_>, _>>()?;
        requests.extend(self.unconditional(&choices));
        Ok(Parts { requests, ..Parts::choice(choices, target) })
    }

    fn continuation(&self, context: &Arc<str>, text: &str) -> Request {
        let continuation = format!("{}{text}", self.choice_delimiter());
        Request::LogLikelihood { context: Arc::clone(context), continuation }
    }

    /// What precedes a choice. In a conversation the answer begins with it, unless words stand there already.
    fn choice_delimiter(&self) -> &str {
        let ends_in_a_word = |field: &Field| match &field.kind {
            FieldKind::Text(text) => !text.is_empty() && !text.ends_with(char::is_whitespace),
            _ => true,
        };
        let is_needed = !self.dialogue.is_chat() || self.config.gen_prefix.as_ref().is_some_and(ends_in_a_word);
        if is_needed { &self.config.target_delimiter } else { "" }
    }

    /// The choices without the document before them, for metrics that compare with that.
    fn unconditional(&self, choices: &[String]) -> Vec<Request> {
        let Some(context) = self.config.unconditional_context() else { return Vec::new() };
        let context: Arc<str> = context.into();
        choices.iter().map(|choice| self.continuation(&context, choice)).collect()
    }

    /// One continuation, without a delimiter: the target brings its own.
    fn log_likelihood(&self, doc: &Rendering, before: Before) -> Result<Parts, TaskError> {
        let context = self.context(doc, before, doc.text(&self.text)?, &self.config.target_delimiter)?;
        let continuation = self.one_text(doc)?;
        if continuation.is_empty() {
            return Err(doc.row.bad("doc_to_target", "a continuation to score", &Value::Str(continuation)));
        }
        Ok(Parts::text(Request::LogLikelihood { context, continuation: continuation.clone() }, continuation))
    }

    fn rolling(&self, doc: &Rendering) -> Result<Parts, TaskError> {
        let text = self.one_text(doc)?;
        Ok(Parts::text(Request::Rolling { text: text.clone() }, text))
    }

    /// As many texts after one context as the file repeats.
    fn generate(&self, doc: &Rendering, before: Before) -> Result<Parts, TaskError> {
        let context = self.context(doc, before, doc.text(&self.text)?, &self.config.target_delimiter)?;
        let (target, target_text) = self.right_texts(doc)?;
        let generation = &self.generation;
        let request =
            |sample| Request::Generate { context: Arc::clone(&context), generation: Arc::clone(generation), sample };
        let also = |continuation: &String| Request::LogLikelihood {
            context: Arc::clone(&context),
            continuation: continuation.clone(),
        };
        let requests =
            (0..).take(self.config.repeats).map(request).chain(self.config.also_scored.iter().map(also)).collect();
        Ok(Parts { requests, choices: doc.choices(self.choice.as_ref())?, target, target_text })
    }

    /// Description, examples, the question and the beginning of its answer.
    fn context(
        &self,
        doc: &Rendering,
        before: Before,
        question: String,
        delimiter: &str,
    ) -> Result<Arc<str>, TaskError> {
        let text = |field: &Option<Compiled>| field.as_ref().map_or_else(|| Ok(String::new()), |field| doc.text(field));
        let description = text(&self.description)?;
        let last = Turn::open(question, text(&self.prefix)?, delimiter);
        self.dialogue.context(&description, before.turns(), &last)
    }
}

/// How the model writes: as the file says, and no more tokens than the options allow.
fn generation(config: &TaskConfig, options: &LoadOptions) -> Arc<Generation> {
    let own = &config.generation;
    match options.max_tokens.filter(|&most| most < own.max_tokens) {
        Some(max_tokens) => Arc::new(Generation { max_tokens, ..Generation::clone(own) }),
        None => Arc::clone(own),
    }
}

/// What stands between a task's examples.
fn fewshot_delimiter(config: &TaskConfig) -> Result<String, TaskError> {
    let key = "fewshot_delimiter";
    config.root.get(key).map_or(Ok("\n\n"), |node| node.str(key)).map(str::to_owned)
}

/// What the output types fill differently.
struct Parts {
    requests: Vec<Request>,
    choices: Vec<String>,
    target: Target,
    target_text: String,
}

impl Parts {
    fn choice(choices: Vec<String>, target: Target) -> Self {
        let first = match &target {
            Target::Choice(index) => choices.get(*index),
            Target::Choices(indices) => indices.first().and_then(|&index| choices.get(index)),
            Target::Text(_) | Target::Texts(_) => None,
        };
        Self { requests: Vec::new(), target_text: first.cloned().unwrap_or_default(), choices, target }
    }

    fn instance(self, doc: Doc) -> Instance {
        Instance {
            doc_hash: hash::row(&doc.fields),
            prompt_hash: hash::requests(&self.requests),
            doc,
            requests: self.requests,
            choices: self.choices,
            target: self.target,
            target_text: self.target_text,
        }
    }

    fn text(request: Request, text: String) -> Self {
        Self { requests: vec![request], choices: Vec::new(), target: Target::Text(text.clone()), target_text: text }
    }
}

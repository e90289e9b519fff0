//! Few-shot examples as text: a question, its answer, and the delimiters that follow them.

use super::build::{Prompt, Rendering};
use super::field::Compiled;
use super::python;
use crate::config::Field;
use crate::data::Split;
use crate::error::TaskError;
use crate::fewshot::FewShot;
use minijinja::Environment;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use yardstick_core::Value;

/// The examples of all documents; each that is used is rendered once.
#[derive(Debug, Default)]
pub(super) struct Examples {
    texts: Vec<String>,
    /// Indices into `texts` for each document; empty where no document has examples.
    drawn: Vec<Vec<usize>>,
}

/// What stands before one document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a> {
    texts: &'a [String],
    drawn: &'a [usize],
}

impl Before<'_> {
    /// Description, examples and the document's text.
    pub fn context(self, description: &str, text: &str) -> Arc<str> {
        let examples = || self.drawn.iter().map(|&index| self.texts[index].as_str());
        let length = description.len() + examples().map(str::len).sum::<usize>() + text.len();
        let mut context = String::with_capacity(length);
        context.push_str(description);
        context.extend(examples());
        context.push_str(text);
        context.into()
    }
}

impl Examples {
    /// Draws for the first `n_docs` documents of `split` and renders what was drawn, in parallel.
    ///
    /// # Errors
    /// A pool with too few documents; an example that the fields cannot be made from.
    pub fn render<'a>(
        prompt: &Prompt<'a>,
        env: &'a Environment<'a>,
        columns: &BTreeSet<&str>,
        fewshot: &'a FewShot,
        split: &Split,
        n_docs: usize,
    ) -> Result<Self, TaskError> {
        let mut drawn = fewshot.drawn(prompt.config, split, n_docs)?;
        let used: BTreeSet<usize> = drawn.iter().flatten().copied().collect();
        let places: BTreeMap<usize, usize> = used.iter().copied().zip(0..).collect();
        drawn.iter_mut().flatten().for_each(|index| *index = places[index]);
        let example = Example::new(prompt, env, columns, fewshot)?;
        let pool = fewshot.pool.split(split);
        let render = |&index: &usize| example.text(&Rendering::new(pool, &pool.docs[index]));
        let texts: Vec<_> = used.into_iter().collect::<Vec<_>>().par_iter().map(render).collect();
        Ok(Self { texts: texts.into_iter().collect::<Result<_, _>>()?, drawn })
    }

    /// The examples before a document, by its place in the split.
    pub fn before(&self, doc: usize) -> Before<'_> {
        Before { texts: &self.texts, drawn: self.drawn.get(doc).map_or(&[], Vec::as_slice) }
    }
}

/// How an example is written: by the task's fields, except for those that `fewshot_config` has.
struct Example<'p, 'a> {
    prompt: &'p Prompt<'a>,
    fewshot: &'a FewShot,
    text: Option<Compiled<'a>>,
    target: Option<Compiled<'a>>,
    choice: Option<Compiled<'a>>,
}

impl<'p, 'a> Example<'p, 'a> {
    fn new(
        prompt: &'p Prompt<'a>,
        env: &'a Environment<'a>,
        columns: &BTreeSet<&str>,
        fewshot: &'a FewShot,
    ) -> Result<Self, TaskError> {
        let compile = |field: &'a Option<Field>| {
            field.as_ref().map(|field| Compiled::new(env, field, |name| columns.contains(name))).transpose()
        };
        let config = &fewshot.config;
        let (text, target) = (compile(&config.doc_to_text)?, compile(&config.doc_to_target)?);
        Ok(Self { prompt, fewshot, text, target, choice: compile(&config.doc_to_choice)? })
    }

    /// Question, delimiter, answer, delimiter; an answer without text has no delimiters, as in lm-eval.
    fn text(&self, doc: &Rendering) -> Result<String, TaskError> {
        let (question, answer) = (self.question(doc)?, self.answer(doc)?);
        if answer.is_empty() {
            return Ok(question);
        }
        let config = &self.fewshot.config;
        Ok([&question, &config.target_delimiter, &answer, &config.delimiter].map(String::as_str).concat())
    }

    /// The text or, where choices are contexts, the right one of them.
    fn question(&self, doc: &Rendering) -> Result<String, TaskError> {
        let field = self.text.as_ref().unwrap_or(&self.prompt.text);
        if !self.prompt.is_multiple_input {
            return doc.text(field);
        }
        let mut choices = self.choices(doc)?;
        let gold = self.prompt.gold(field, doc, &choices)?;
        Ok(choices.swap_remove(gold))
    }

    /// The target's text, or the choice whose index it is. Of several right answers the first.
    fn answer(&self, doc: &Rendering) -> Result<String, TaskError> {
        let field = self.target.as_ref().unwrap_or(&self.prompt.target);
        let value = self.prompt.value_or_index(field, doc)?;
        match &value {
            Value::Null => Err(doc.row.bad(field.key, "an answer", &value)),
            Value::List(answers) => match answers.first() {
                Some(Value::Str(first)) => Ok(first.clone()),
                _ => Err(doc.row.bad(field.key, "an answer or a list of them", &value)),
            },
            Value::Int(_) | Value::Bool(_) | Value::Float(_) if self.has_choices() => {
                let mut choices = self.choices(doc)?;
                let gold = self.prompt.gold(field, doc, &choices)?;
                Ok(choices.swap_remove(gold))
            }
            other => Ok(python::text(other)),
        }
    }

    /// Where choices are contexts, the target is a text.
    const fn has_choices(&self) -> bool {
        !self.prompt.is_multiple_input && (self.choice.is_some() || self.prompt.choice.is_some())
    }

    fn choices(&self, doc: &Rendering) -> Result<Vec<String>, TaskError> {
        doc.choices(self.choice.as_ref().or(self.prompt.choice.as_ref()))
    }
}

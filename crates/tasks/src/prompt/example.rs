//! Few-shot examples as text: a question, its answer, and the delimiters that follow them.

use super::build::{Prompt, Rendering};
use super::field::Compiled;
use super::python;
use super::turn::Turn;
use crate::config::Field;
use crate::data::Split;
use crate::error::TaskError;
use crate::fewshot::FewShot;
use minijinja::Environment;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use yardstick_core::Value;

/// The examples of all documents; each that is used is rendered once.
#[derive(Debug, Default)]
pub(super) struct Examples {
    turns: Vec<Turn>,
    /// Indices into `turns` for each document; empty where no document has examples.
    drawn: Vec<Vec<usize>>,
}

/// What stands before one document.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a> {
    turns: &'a [Turn],
    drawn: &'a [usize],
}

impl<'a> Before<'a> {
    /// The examples in order.
    pub fn turns(self) -> impl Iterator<Item = &'a Turn> + Clone {
        self.drawn.iter().map(move |&index| &self.turns[index])
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
        let render = |&index: &usize| example.turn(&Rendering::new(pool, &pool.docs[index]));
        let turns: Vec<_> = used.into_iter().collect::<Vec<_>>().par_iter().map(render).collect();
        Ok(Self { turns: turns.into_iter().collect::<Result<_, _>>()?, drawn })
    }

    /// The examples before a document, by its place in the split.
    pub fn before(&self, doc: usize) -> Before<'_> {
        Before { turns: &self.turns, drawn: self.drawn.get(doc).map_or(&[], Vec::as_slice) }
    }
}

/// How an example is written: by the task's fields, except for those that `fewshot_config` has.
struct Example<'p, 'a> {
    prompt: &'p Prompt<'a>,
    fewshot: &'a FewShot,
    text: Option<Compiled<'a>>,
    target: Option<Compiled<'a>>,
    choice: Option<Compiled<'a>>,
    prefix: Option<Compiled<'a>>,
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
        let (choice, prefix) = (compile(&config.doc_to_choice)?, compile(&config.gen_prefix)?);
        Ok(Self { prompt, fewshot, text, target, choice, prefix })
    }

    /// The question with its answer.
    fn turn(&self, doc: &Rendering) -> Result<Turn, TaskError> {
        let (question, answer) = (self.question(doc)?, self.answer(doc)?);
        let prefix = self.prefix.as_ref().or(self.prompt.prefix.as_ref());
        let prefix = prefix.map_or_else(|| Ok(String::new()), |field| doc.text(field))?;
        let config = &self.fewshot.config;
        Ok(Turn::solved(question, &prefix, &answer, &config.target_delimiter, &config.delimiter))
    }

    /// The text or, where choices are contexts, the right one of them.
    fn question(&self, doc: &Rendering) -> Result<String, TaskError> {
        let field = self.text.as_ref().unwrap_or(&self.prompt.text);
        if !self.prompt.is_multiple_input {
            return doc.text(field);
        }
        self.right_choice(field, doc)
    }

    /// The target's text, or the choice whose index it is. Of several right answers the first.
    fn answer(&self, doc: &Rendering) -> Result<String, TaskError> {
        let field = self.target.as_ref().unwrap_or(&self.prompt.target);
        let value = self.prompt.value_or_index(field, doc)?;
        match &value {
            Value::Null => Err(doc.row.bad(field.key, "an answer", &value)),
            Value::List(answers) => match answers.first() {
                Some(Value::Str(first)) => Ok(first.clone()),
                Some(_) if self.has_choices() => self.right_choice(field, doc),
                _ => Err(doc.row.bad(field.key, "an answer or a list of them", &value)),
            },
            Value::Int(_) | Value::UInt(_) | Value::Bool(_) | Value::Float(_) if self.has_choices() => {
                self.right_choice(field, doc)
            }
            other => Ok(python::text(other)),
        }
    }

    fn right_choice(&self, field: &Compiled, doc: &Rendering) -> Result<String, TaskError> {
        let mut choices = self.choices(doc)?;
        let gold = self.prompt.gold(field, doc, &choices)?;
        Ok(choices.swap_remove(gold))
    }

    /// Where choices are contexts, the target is a text.
    const fn has_choices(&self) -> bool {
        !self.prompt.is_multiple_input && (self.choice.is_some() || self.prompt.choice.is_some())
    }

    fn choices(&self, doc: &Rendering) -> Result<Vec<String>, TaskError> {
        doc.choices(self.choice.as_ref().or(self.prompt.choice.as_ref()))
    }
}

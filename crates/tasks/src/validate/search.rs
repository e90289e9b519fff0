//! A row on which a task can be tried where there is no data.
//!
//! A file says which columns it reads and hardly ever what is in them. The first guess is the most likely cell for each
//! place; the task itself, run as on real rows, then says what is wrong with it. Each error names a field or a column, of
//! which one place at a time gets another cell, until the error is gone or is one that was not there before. The number of
//! tries is bounded, so that a file that no row suits is told from one that some row suits only in practice.

use super::guess::Guess;
use super::reads::{Columns, Path};
use crate::config::TaskConfig;
use crate::data::Split;
use crate::error::TaskError;
use crate::fewshot::FewShot;
use crate::prompt;
use crate::rehearsal::answers;
use crate::task::{LoadOptions, Task};
use std::collections::BTreeSet;
use yardstick_core::{Map, Value};

/// What made-up rows are called in messages.
const FILE: &str = "a made-up row";
/// The column that tells made-up rows apart.
const NUMBER: &str = "made_up_row";
/// Rows that are tried for one task at most.
const MOST_TRIES: usize = 800;
/// Cells that are tried in each of two places at once.
const MOST_IN_PAIRS: usize = 9;

/// Runs a task on made-up rows: prompts, choices, target, examples if the file asks for them, and scores of made-up
/// answers.
///
/// # Errors
/// What is wrong with the likeliest row that was tried, when there is none on which the task runs.
pub(super) fn run(task: &Task) -> Result<(), TaskError> {
    let fewshot = FewShot::without_data(&task.config, &LoadOptions::default())?;
    let columns = Columns::of(&task.config, fewshot.as_ref().map(|fewshot| &fewshot.config))?;
    let mut search = Search { task, fewshot, columns, tries: 0, seen: BTreeSet::new() };
    search.settle()
}

/// What makes two errors the same one.
type Name = fn(&TaskError) -> String;

struct Search<'a> {
    task: &'a Task,
    fewshot: Option<FewShot>,
    columns: Columns,
    tries: usize,
    /// Errors that were met: what, and where.
    seen: BTreeSet<String>,
}

impl Search<'_> {
    fn settle(&mut self) -> Result<(), TaskError> {
        let mut guess = Guess::new(&self.columns);
        let mut error = self.attempt(&guess).err();
        while let Some(current) = error.take() {
            self.seen.extend([signature(&current), current.to_string()]);
            let places = self.suspects(&current, &mut guess);
            let step = self
                .one_place(&guess, &places, signature)
                .or_else(|| self.two_places(&guess, &places))
                .or_else(|| self.inside(&guess, &current))
                .or_else(|| self.one_place(&guess, &places, with_reason));
            match step {
                Some((better, next)) => (guess, error) = (better, next),
                None => return Err(current),
            }
        }
        Ok(())
    }

    /// Another cell in one of the places: the row with it, and the error that it has instead, if any.
    fn one_place(&mut self, guess: &Guess, places: &[Path], name: Name) -> Option<(Guess, Option<TaskError>)> {
        for path in places {
            for choice in 0..guess.candidates(path) {
                if let Some(step) = self.step(guess.with(path, choice), name) {
                    return Some(step);
                }
            }
        }
        None
    }

    /// Other cells in two of the places, for what must fit together.
    fn two_places(&mut self, guess: &Guess, places: &[Path]) -> Option<(Guess, Option<TaskError>)> {
        for (index, first) in places.iter().enumerate() {
            for second in &places[index + 1..] {
                for choice in 0..guess.candidates(first).min(MOST_IN_PAIRS) {
                    let guess = guess.with(first, choice);
                    for choice in 0..guess.candidates(second).min(MOST_IN_PAIRS) {
                        if let Some(step) = self.step(guess.with(second, choice), signature) {
                            return Some(step);
                        }
                    }
                }
            }
        }
        None
    }

    /// A column that is asked for and is there may be asked for inside of another one.
    fn inside(&mut self, guess: &Guess, error: &TaskError) -> Option<(Guess, Option<TaskError>)> {
        let TaskError::MissingColumn { column, .. } = error else { return None };
        let containers = guess.containers();
        let mut containers = containers.iter().filter(|path| path.last() != Some(column));
        containers.find_map(|path| self.step(guess.nested(path, column, &self.columns), signature))
    }

    /// A row that is better than those before: it has no error, or one that was not met yet.
    fn step(&mut self, guess: Guess, name: Name) -> Option<(Guess, Option<TaskError>)> {
        if self.tries >= MOST_TRIES {
            return None;
        }
        match self.attempt(&guess) {
            Ok(()) => Some((guess, None)),
            Err(error) if !self.seen.contains(&name(&error)) => Some((guess, Some(error))),
            Err(_) => None,
        }
    }

    /// The places that an error may come from. A column that is asked for is added.
    fn suspects(&self, error: &TaskError, guess: &mut Guess) -> Vec<Path> {
        match error {
            TaskError::MissingColumn { column, .. } => {
                let path = vec![column.clone()];
                guess.add(&path, &self.columns);
                guess.places(&path).cloned().collect()
            }
            TaskError::BadCell { column, expected, .. } => {
                let column = vec![column.clone()];
                // Who expects `cause or effect` says what to try.
                let words = || expected.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                guess.suggest(&column, words().map(str::to_owned));
                let own: Vec<Path> = guess.places(&column).cloned().collect();
                if own.is_empty() { self.read_by(guess, |key, _| key == column[0]) } else { own }
            }
            TaskError::Render { place, key, .. } => self.read_by(guess, |own, at| own == *key && at == place),
            TaskError::BadLabel { .. } => {
                // Not the text: a number there would make it the label, and the target a text.
                let keys = ["doc_to_target", "doc_to_choice"];
                keys.iter().flat_map(|key| self.read_by(guess, |own, _| own == *key)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn read_by(&self, guess: &Guess, is_field: impl Fn(&str, &crate::error::Place) -> bool) -> Vec<Path> {
        let fields = self.columns.fields.iter().filter(|field| is_field(field.key, &field.place));
        let places = fields.flat_map(|field| &field.paths).flat_map(|path| guess.places(path));
        let mut seen = BTreeSet::new();
        places.filter(|path| seen.insert(*path)).cloned().collect()
    }

    fn attempt(&mut self, guess: &Guess) -> Result<(), TaskError> {
        self.tries += 1;
        let config: &TaskConfig = &self.task.config;
        let count = 2 + self.fewshot.as_ref().map_or(0, |fewshot| fewshot.shots);
        let row = guess.row();
        let rows = (0..).take(count).map(|number| {
            let mut row = row.clone();
            row.insert(NUMBER, Value::Int(number));
            row
        });
        let mut split = processed(config, &rows.collect::<Vec<_>>())?;
        let (instances, _) = prompt::instances(config, &mut split, 1, self.fewshot.as_ref(), &LoadOptions::default())?;
        let samples = instances.iter().map(|instance| self.task.sample("made up", instance, &answers(instance)));
        self.task.estimates(&samples.collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }
}

/// The rows as the task processes them. A function that leaves none of them looks for something that no file tells: they
/// then stand for rows that it would have left.
fn processed(config: &TaskConfig, rows: &[Map]) -> Result<Split, TaskError> {
    let mut split = Split::of_rows(rows.to_vec(), FILE.to_owned());
    match split.process(config.process_docs) {
        Err(TaskError::NothingLeft { .. }) => Ok(Split::of_rows(rows.to_vec(), FILE.to_owned())),
        processed => processed.map(|()| split),
    }
}

/// What an error is about, without what the cells hold.
fn signature(error: &TaskError) -> String {
    match error {
        TaskError::Render { key, place, .. } => format!("{key} {place}"),
        TaskError::BadCell { column, expected, .. } => format!("{column} {expected}"),
        TaskError::MissingColumn { column, .. } => column.clone(),
        TaskError::BadLabel { .. } => "label".to_owned(),
        other => other.to_string(),
    }
}

/// The same with what a template said, which differs as it gets further.
fn with_reason(error: &TaskError) -> String {
    match error {
        TaskError::Render { .. } => error.to_string(),
        other => signature(other),
    }
}

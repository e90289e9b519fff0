//! The documents that examples are taken from.

use super::FewShotConfig;
use crate::config::{DatasetSpec, PoolSpec, Sampler, TaskConfig};
use crate::data::{self, Split, Stores};
use crate::error::{Place, TaskError};

/// A split or the task file's own rows.
#[derive(Debug)]
pub(crate) enum Pool {
    /// The split that is scored, which is read anyway.
    Evaluated,
    /// Another one.
    Own(Box<Split>),
}

impl Pool {
    /// The pool that the file names, or the first split there is.
    ///
    /// # Errors
    /// A split that is not found, or damaged.
    pub fn read(
        task: &TaskConfig,
        config: &FewShotConfig,
        shots: usize,
        stores: &Stores,
        warnings: &mut Vec<String>,
    ) -> Result<Self, TaskError> {
        let reader = Reader { task, config, shots, stores };
        match &config.pool {
            PoolSpec::Split(split, place) => reader.split(split).map_err(|error| not_there(error, place)),
            PoolSpec::Samples(rows, place) => {
                Ok(Self::Own(Box::new(Split::of_rows(rows.clone(), place.file.to_string()))))
            }
            PoolSpec::FirstOf(splits) => reader.first_of(splits, warnings),
        }
    }

    /// Its documents, given the split that is scored.
    pub fn split<'a>(&'a self, evaluated: &'a Split) -> &'a Split {
        self.own().unwrap_or(evaluated)
    }

    /// The split, when it is not the one that is scored.
    pub fn own(&self) -> Option<&Split> {
        match self {
            Self::Evaluated => None,
            Self::Own(split) => Some(split),
        }
    }

    /// Whether it holds the rows of that split, if perhaps processed otherwise.
    pub fn is_split(&self, evaluated: &DatasetSpec) -> bool {
        self.own().is_none_or(|split| split.card.path == evaluated.path && split.card.split == evaluated.split)
    }

    /// What it is called in messages.
    pub fn name(&self, spec: &PoolSpec, evaluated: &DatasetSpec) -> String {
        let split = match spec {
            PoolSpec::Samples(..) => return "the file's `samples`".to_owned(),
            _ => self.own().map_or(&evaluated.split, |split| &split.card.split),
        };
        format!("split {split} of {}", evaluated.path)
    }
}

struct Reader<'a> {
    task: &'a TaskConfig,
    config: &'a FewShotConfig,
    shots: usize,
    stores: &'a Stores,
}

impl Reader<'_> {
    fn split(&self, split: &str) -> Result<Pool, TaskError> {
        let hooks = [self.task.process_docs, self.config.process_docs].map(|hook| hook.map(|hook| hook.name));
        let is_evaluated = split == self.task.dataset.split;
        if is_evaluated && hooks[0] == hooks[1] {
            return Ok(Pool::Evaluated);
        }
        // Nothing can be left out of a split that is not scored, so that the first ones are all that is read.
        let excludes = is_evaluated || self.config.is_same_split_by_name;
        let needs_all = excludes || self.config.process_docs.is_some_and(|hook| hook.kind.needs_whole_split());
        let limit = (self.config.sampler == Sampler::FirstN && !needs_all).then_some(self.shots);
        let mut pool = data::read(&self.task.dataset.with_split(split), self.stores, limit)?;
        pool.process(self.config.process_docs)?;
        Ok(Pool::Own(Box::new(pool)))
    }

    /// lm-eval takes the first split that the file names and fails without it; here the next one stands in, which is said.
    fn first_of(&self, splits: &[String], warnings: &mut Vec<String>) -> Result<Pool, TaskError> {
        let (task, mut absent) = (self.task, Vec::new());
        for split in splits {
            match self.split(split) {
                Err(TaskError::DatasetNotFound { .. } | TaskError::BadKey { .. }) if *split != task.dataset.split => {
                    absent.push(split.as_str());
                }
                Err(error) => return Err(error),
                Ok(pool) => {
                    warnings.extend(stand_in(&task.id, &pool, split, &absent));
                    return Ok(pool);
                }
            }
        }
        Ok(Pool::Evaluated)
    }
}

/// A split that is not there is named with the line that asks for it.
fn not_there(error: TaskError, place: &Place) -> TaskError {
    match error {
        TaskError::DatasetNotFound { .. } | TaskError::BadKey { .. } => {
            TaskError::NoExamples { place: place.clone(), source: Box::new(error) }
        }
        error => error,
    }
}

/// What is said when the examples are not those of the first split.
fn stand_in(task: &str, pool: &Pool, split: &str, absent: &[&str]) -> Option<String> {
    let scored = matches!(pool, Pool::Evaluated).then_some(", the split that is scored").unwrap_or_default();
    let reason = if absent.is_empty() { String::new() } else { format!(" ({} was not found)", absent.join(", ")) };
    (!scored.is_empty() || !reason.is_empty())
        .then(|| format!("{task}: few-shot examples are taken from {split}{scored}{reason}"))
}

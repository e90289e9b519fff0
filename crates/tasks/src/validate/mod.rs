//! Whether tasks really run: their keys, hooks, templates, and with data their rows.

mod guess;
mod hooks;
mod reads;
mod rows;
mod search;

pub use rows::{RowReport, Spread};

use crate::catalog::{Catalog, Leaf};
use crate::data::Stores;
use crate::error::TaskError;
use crate::task::{LoadOptions, Task};

/// What is to be expected of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It runs.
    Runs,
    /// It calls a Python function without a Rust counterpart.
    NeedsHook,
    /// Something in its file or data is wrong or not offered.
    Refused,
}

impl Status {
    /// All of them, the best first.
    pub const ALL: [Self; 3] = [Self::Runs, Self::NeedsHook, Self::Refused];

    /// As in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::NeedsHook => "needs_hook",
            Self::Refused => "refused",
        }
    }
}

/// What was found out about one task.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// The task's id; the file where it has none because it cannot be read.
    pub task: String,
    /// Whether it is a group that cannot be read, and no task.
    pub is_group: bool,
    /// Whether it runs.
    pub status: Status,
    /// Why it does not, with file, line and key; what could not be checked where it does.
    pub reason: String,
    /// The same without places, for counting.
    pub cause: String,
    /// Whether the task calls Python functions.
    pub has_functions: bool,
    /// What its rows are like, where there is data.
    pub rows: Option<RowReport>,
}

/// What tasks are tried on.
#[derive(Clone, Debug)]
pub enum Rows {
    /// One that is made up to suit the file.
    MadeUp,
    /// Those of the task's dataset.
    Data {
        /// Where datasets are.
        stores: Stores,
        /// How many of them, and what stands before each.
        options: LoadOptions,
    },
}

impl Catalog {
    /// Looks at every task that the selectors mean: names, patterns, task files, groups' files with the members as the
    /// group runs them, and folders with all their task files. In the selectors' order, a folder's in its files' order.
    ///
    /// # Errors
    /// A selector that means nothing, or a folder that cannot be listed; what is wrong with a task is its verdict.
    pub fn validate(&self, selectors: &[String], rows: &Rows) -> Result<Vec<Verdict>, TaskError> {
        let mut verdicts = Vec::new();
        for selector in selectors {
            verdicts.extend(self.leaves(selector, |leaf| Verdict::of(leaf, rows))?);
        }
        Ok(verdicts)
    }
}

impl Verdict {
    fn of(leaf: Leaf, rows: &Rows) -> Self {
        let hooks = leaf.root.as_ref().map(hooks::Hooks::of).unwrap_or_default();
        let found = match leaf.task {
            Ok(task) => Found::on_rows(&task, rows, hooks.any),
            Err(error) if hooks.missing.is_empty() || outranks_hooks(&error) => Found::wrong(&error),
            Err(_) => Found { status: Status::NeedsHook, reason: hooks.reason(), cause: hooks.names(), rows: None },
        };
        let Found { status, reason, cause, rows } = found;
        Self { task: leaf.name, is_group: leaf.is_group, status, reason, cause, has_functions: hooks.any, rows }
    }
}

/// A key that is refused whatever its value stays refused with all hooks there.
const fn outranks_hooks(error: &TaskError) -> bool {
    matches!(error, TaskError::Unsupported { .. } | TaskError::UnknownKey { .. })
}

/// A verdict without its task.
struct Found {
    status: Status,
    reason: String,
    cause: String,
    rows: Option<RowReport>,
}

impl Found {
    fn wrong(error: &TaskError) -> Self {
        let status = match error {
            TaskError::UnknownHook { .. } | TaskError::WrongHook { .. } => Status::NeedsHook,
            _ => Status::Refused,
        };
        Self { status, reason: error.to_string(), cause: cause(error), rows: None }
    }

    fn runs(reason: String, rows: Option<RowReport>) -> Self {
        Self { status: Status::Runs, cause: reason.clone(), reason, rows }
    }

    fn on_rows(task: &Task, rows: &Rows, has_functions: bool) -> Self {
        match rows {
            Rows::Data { stores, options } => match task.load(stores, options) {
                Ok(loaded) => Self::runs(String::new(), Some(RowReport::of(&loaded))),
                Err(error) => Self::wrong(&error),
            },
            Rows::MadeUp => match search::run(task) {
                Ok(()) => Self::runs(String::new(), None),
                // Nothing says what a function wants of its rows.
                Err(error) if has_functions => {
                    let reason = format!("no made-up row suits its functions, so that only data can tell ({error})");
                    let cause = "no made-up row suits its functions".to_owned();
                    Self { status: Status::Runs, reason, cause, rows: None }
                }
                Err(error) => Self::wrong(&error),
            },
        }
    }
}

/// An error without its place, by which tasks with the same one are counted.
fn cause(error: &TaskError) -> String {
    match error {
        TaskError::Unsupported { key, reason, .. } => format!("`{key}`: {reason}"),
        TaskError::UnknownMetric { metric, output_type, .. } => format!("no metric {metric} for {output_type}"),
        TaskError::UnknownKey { key, .. } => format!("unknown key `{key}`"),
        TaskError::MissingKey { key, why, .. } => format!("`{key}` is missing ({why})"),
        TaskError::BadKey { key, expected, .. } => format!("`{key}` must be {expected}"),
        TaskError::Render { key, .. } => format!("the template in `{key}` fails on made-up rows"),
        TaskError::Template { key, .. } => format!("the template in `{key}` does not parse"),
        TaskError::BadLabel { .. } => "the label is none of the choices".to_owned(),
        TaskError::DatasetNotFound { id, .. } => format!("dataset {id} was not found"),
        other => {
            let text = other.to_string();
            text.split_once(": ").map_or(text.clone(), |(_, reason)| reason.to_owned())
        }
    }
}

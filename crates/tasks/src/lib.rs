//! Tasks: what to ask a language model about each document of a dataset, and what its answers are worth.
//!
//! The way of a document: a row of a parquet, JSON or CSV file → [`Doc`](yardstick_core::Doc) → the task's columns, Jinja
//! templates and hooks → [`Instance`](yardstick_core::Instance) with its requests → (the model) → responses →
//! [`Sample`](yardstick_core::Sample) → [`Estimate`](yardstick_core::Estimate).
//!
//! Task files have the schema of lm-evaluation-harness 0.4.13; for the ids in [`Catalog::bundled`], prompts and
//! metrics are lm-eval's to the letter. What a file asks for and is not offered is refused where it would change a
//! result; [`Catalog::validate`] says of which files that is so, with their data or without. Few-shot examples are drawn
//! for each document by itself, or with [`DrawMode::LmEval`] as lm-eval draws them.
//!
//! ```
//! use yardstick_tasks::{Catalog, LoadOptions, Stores};
//! # fn main() -> Result<(), yardstick_tasks::TaskError> {
//! let catalog = Catalog::bundled()?;
//! let selection = catalog.resolve(&["starter_pronouns".to_owned()])?;
//! let options = LoadOptions { limit: Some(4), ..LoadOptions::default() };
//! let loaded = selection.tasks[0].load(&Stores::default(), &options)?;
//! assert_eq!(loaded.instances.len(), 4);
//! assert_eq!(loaded.instances[0].requests.len(), 2);
//! # Ok(())
//! # }
//! ```

mod answers;
mod catalog;
mod config;
mod data;
mod error;
mod fewshot;
mod filters;
mod hash;
mod hooks;
mod metrics;
mod nearest;
mod pattern;
mod place;
mod prompt;
mod python;
mod rehearsal;
mod row;
mod score;
mod task;
mod validate;
mod yaml;

pub use answers::Answers;
pub use catalog::{Catalog, Entry, EntryKind, Group, Selection, Suite, group_estimates};
pub use config::OutputType;
pub use data::{DataNeed, Stores};
pub use error::{Place, RowPlace, TaskError};
pub use fewshot::DrawMode;
pub use hooks::{Columns, Derived, Hook, HookKind, MODULES, Module, Scores, Words, hooks};
pub use metrics::{Aggregation, METRICS, Metric, Options, ScoreFn, value};
pub use row::Row;
pub use task::{Chat, LoadOptions, Loaded, Task};
pub use validate::{RowReport, Rows, Spread, Status, Verdict};

//! Rust counterparts of the Python functions that task files call with `!function`.
//!
//! A hook's name is lm-eval's own, folder and module first: `!function utils.process_docs` in `hellaswag/hellaswag.yaml` is
//! `hellaswag.utils.process_docs`. Where several folders share their last name, the name has the folder above too.
//! To add one: a function with a line in its module's `MODULE`, and for a new module a line in [`MODULES`].

mod arithmetic;
mod cb;
mod copa;
mod coqa;
mod crows_pairs;
mod drop;
mod f1;
mod hellaswag;
mod logiqa;
mod mathqa;
mod mnli;
mod mutual;
mod paper;
mod questions;
mod race;
mod record;
mod resolve;
mod rows;
mod squad;
mod text;
mod truthfulqa;
mod webqs;
mod wikitext;
mod winogrande;
mod wsc;
mod xcopa;

pub(crate) use resolve::{different_source, full_name, nearest, resolve, source};

use crate::answers::Answers;
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::{Map, Score, Value};

/// A function that a task file may call.
#[derive(Debug)]
pub struct Hook {
    /// `folder.module.function`.
    pub name: &'static str,
    /// What it is given and gives.
    pub kind: HookKind,
}

/// A Python module with those of its functions that there are in Rust.
#[derive(Debug)]
pub struct Module {
    /// `folder.module`.
    pub name: &'static str,
    /// sha256 of the files of lm-eval 0.4.13 that the hooks were written after: several where lm-eval has the module in
    /// several folders, each with a comment or a line of its own that changes nothing.
    pub sources: &'static [&'static str],
    /// Its functions.
    pub hooks: &'static [Hook],
}

/// Columns to add to a row.
pub type Columns = Vec<(&'static str, Value)>;
/// Metric names with the scores of one document.
pub type Scores = Vec<(&'static str, Score)>;

/// A document that a hook made of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// Index of the row in the split.
    pub origin: usize,
    /// The document's columns.
    pub fields: Map,
}

/// What hooks there are.
#[derive(Clone, Copy, Debug)]
pub enum HookKind {
    /// For `process_docs`: columns to add to a row, one row in and one row out.
    Row(fn(Row) -> Result<Columns, TaskError>),
    /// For `process_docs` that leaves rows out, makes several of one, or puts them in another order: all rows of the
    /// split in, the documents out. They are then numbered from 0.
    Rows(fn(&[Row]) -> Result<Vec<Derived>, TaskError>),
    /// For `doc_to_text`, `doc_to_target` and `doc_to_choice`.
    Value(fn(Row) -> Result<Value, TaskError>),
    /// For `process_results`.
    Results {
        /// The metrics that the function gives for every document, so that a task that asks for another is refused
        /// before any model runs.
        metrics: &'static [&'static str],
        /// Metric names with their scores.
        function: fn(Row, &Answers) -> Result<Scores, TaskError>,
    },
    /// For `aggregation` in `metric_list`: one number from the scores of all documents, in document order. Whatever order
    /// or multiplicity they come in is fine, so that they can be resampled.
    Aggregation(fn(&[Score]) -> f64),
    /// For `metric` in `metric_list`: right answers and what the model wrote.
    Metric(fn(reference: &[String], prediction: &str) -> Score),
    /// For `samples` in `fewshot_config`: the solved examples out of the text of the Python file beside the task file,
    /// where they stand. `None` when they are not there in the form that lm-eval has them in.
    Samples(fn(source: &str) -> Option<Vec<Map>>),
}

impl HookKind {
    /// Whether it can stand under `process_docs`.
    pub const fn is_process_docs(&self) -> bool {
        matches!(self, Self::Row(_) | Self::Rows(_))
    }

    /// Whether it has to see the whole split, however few of its documents are wanted.
    pub const fn needs_whole_split(&self) -> bool {
        matches!(self, Self::Rows(_))
    }
}

/// All modules, by name.
pub static MODULES: &[&Module] = &[
    &arithmetic::MODULE,
    &wikitext::C4,
    &cb::MODULE,
    &copa::MODULE,
    &coqa::MODULE,
    &crows_pairs::MODULE,
    &drop::MODULE,
    &hellaswag::MODULE,
    &logiqa::MODULE,
    &logiqa::MODULE_2,
    &mathqa::MODULE,
    &questions::MEDQA,
    &mnli::MODULE,
    &mutual::MODULE,
    &questions::PALOMA,
    &paper::acceptability::MODULE,
    &paper::answers::MODULE,
    &paper::cbt::MODULE,
    &paper::conversation::MODULE,
    &paper::exams::MODULE,
    &paper::lambada::MODULE,
    &paper::language::MODULE,
    &paper::pronouns::MODULE,
    &questions::PUBMEDQA,
    &questions::QA4MRE,
    &race::MODULE,
    &record::MODULE,
    &questions::TOXIGEN,
    &truthfulqa::MODULE,
    &webqs::MODULE,
    &wikitext::MODULE,
    &winogrande::MODULE,
    &wsc::MODULE,
    &wsc::MODULE_273,
    &xcopa::MODULE,
    &winogrande::XWINOGRAD,
];

/// All hooks.
pub fn hooks() -> impl Iterator<Item = &'static Hook> {
    MODULES.iter().flat_map(|module| module.hooks)
}

//! Rust counterparts of the Python functions that task files call with `!function`.
//!
//! A hook's name is lm-eval's own, folder and module first: `!function utils.process_docs` in `hellaswag/hellaswag.yaml` is
//! `hellaswag.utils.process_docs`. To add one: a function in a file here and a line in [`HOOKS`],
//! and its module in `python.rs`.

mod copa;
mod hellaswag;
mod python;
mod wikitext;
mod winogrande;

pub(crate) use python::different_source;

use crate::answers::Answers;
use crate::error::{self, TaskError};
use crate::row::Row;
use yardstick_core::{Score, Value};

/// A function that a task file may call.
#[derive(Debug)]
pub struct Hook {
    /// `folder.module.function`.
    pub name: &'static str,
    /// What it is given and gives.
    pub kind: HookKind,
}

/// Columns to add to a row.
pub type Columns = Vec<(&'static str, Value)>;
/// Metric names with the scores of one document.
pub type Scores = Vec<(&'static str, Score)>;

/// What hooks there are.
#[derive(Clone, Copy, Debug)]
pub enum HookKind {
    /// For `process_docs`: columns to add to a row, one row in and one row out.
    Row(fn(Row) -> Result<Columns, TaskError>),
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
}

/// All hooks.
pub static HOOKS: &[Hook] = &[
    Hook { name: "copa.utils.doc_to_choice", kind: HookKind::Value(copa::doc_to_choice) },
    Hook { name: "copa.utils.doc_to_target", kind: HookKind::Value(copa::doc_to_target) },
    Hook { name: "copa.utils.doc_to_text", kind: HookKind::Value(copa::doc_to_text) },
    Hook { name: "hellaswag.utils.process_docs", kind: HookKind::Row(hellaswag::process_docs) },
    Hook {
        name: "wikitext.preprocess_wikitext.process_results",
        kind: HookKind::Results { metrics: wikitext::METRICS, function: wikitext::process_results },
    },
    Hook {
        name: "wikitext.preprocess_wikitext.wikitext_detokenizer",
        kind: HookKind::Value(wikitext::wikitext_detokenizer),
    },
    Hook { name: "winogrande.preprocess_winogrande.doc_to_choice", kind: HookKind::Value(winogrande::doc_to_choice) },
    Hook { name: "winogrande.preprocess_winogrande.doc_to_target", kind: HookKind::Value(winogrande::doc_to_target) },
    Hook { name: "winogrande.preprocess_winogrande.doc_to_text", kind: HookKind::Value(winogrande::doc_to_text) },
];

/// The hook of that name.
pub(crate) fn find(name: &str) -> Option<&'static Hook> {
    HOOKS.iter().find(|hook| hook.name == name)
}

/// The name of the hook most similar to `name`.
pub(crate) fn nearest(name: &str) -> Option<String> {
    error::nearest(name, HOOKS.iter().map(|hook| hook.name))
}

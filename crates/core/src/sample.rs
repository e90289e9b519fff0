//! A document on its way through a task: before the model ([`Instance`]) and after it ([`Sample`]).

use crate::{Doc, Map, Request, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What counts as right for one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Index of the right choice.
    Choice(usize),
    /// The right text (a continuation, or the whole text of a rolling task).
    Text(String),
    /// Indices of several right choices: any of them counts.
    Choices(Vec<usize>),
    /// Several right texts: any of them counts.
    Texts(Vec<String>),
}

/// A document with its requests, ready to be sent to any model.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The row, after the task's own processing.
    pub doc: Doc,
    /// In the order that the task's metrics expect their responses in.
    pub requests: Vec<Request>,
    /// The choices as text, without delimiter; empty when the task has none.
    pub choices: Vec<String>,
    /// What is right.
    pub target: Target,
    /// The right answer as text, for people.
    pub target_text: String,
    /// sha256 (hex) of the row as JSON.
    pub doc_hash: String,
    /// sha256 (hex) of all contexts and continuations: two runs pair their documents by it.
    pub prompt_hash: String,
}

/// One metric of one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// A number whose mean is the metric (0 or 1 for accuracies; nats for perplexity).
    Value(f64),
    /// A quantity and its units, for metrics that are ratios of sums: (log-likelihood in nats, words or bytes).
    Ratio(f64, f64),
    /// What a metric of the whole corpus needs to know of one document (n-gram counts for BLEU, label and prediction for
    /// F1): as many numbers for every document, each metric's own.
    Counts(Vec<f64>),
}

/// One document's result with one model on one task: all that is needed to score it again without the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Model name, as in the run record.
    pub model: String,
    /// Task id.
    pub task: String,
    /// Row index in the split.
    pub doc_id: u64,
    /// The row.
    pub doc: Map,
    /// sha256 (hex) of the row as JSON.
    pub doc_hash: String,
    /// sha256 (hex) of all contexts and continuations.
    pub prompt_hash: String,
    /// As sent.
    pub requests: Vec<Request>,
    /// As answered, in the order of `requests`.
    pub responses: Vec<Response>,
    /// The choices as text, without delimiter; empty when the task has none.
    pub choices: Vec<String>,
    /// What is right.
    pub target: Target,
    /// The right answer as text.
    pub target_text: String,
    /// For each filter, in the task file's order, its name and the texts that were scored; empty where nothing is written.
    pub filtered: Vec<(String, Vec<String>)>,
    /// Metric name → score; `name,filter` for a filter that has a name.
    pub metrics: BTreeMap<String, Score>,
}

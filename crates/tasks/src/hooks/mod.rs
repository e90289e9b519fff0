//! Rust counterparts of the Python functions that task files call with `!function`.
//!
//! A hook's name is lm-eval's own, folder and module first: `!function utils.process_docs` in `hellaswag/hellaswag.yaml` is
//! `hellaswag.utils.process_docs`. Where several folders share their last name, the name has the folder above too.
//! To add one: a function with a line in its module's `MODULE`, and for a new module a line in [`MODULES`].

mod afrimmlu;
mod arabic;
mod arithmetic;
mod averaged_f1;
mod cb;
mod choices;
mod copa;
mod coqa;
mod crows_pairs;
mod domains;
mod drop;
mod f1;
mod global_mmlu;
mod hellaswag;
mod llama3_mmlu;
mod logiqa;
mod mafand;
mod mathqa;
mod mlqa;
mod mmlu_prox;
mod mnli;
mod mutual;
mod openai_mmmlu;
mod paper;
mod question_answering;
mod questions;
mod race;
mod record;
mod regional_mmlu;
mod resolve;
mod rows;
pub(crate) mod squad;
mod squadv2;
mod truthfulqa;
mod webqs;
mod wikitext;
mod winogrande;
mod words;
mod wsc;
mod xcopa;

pub(crate) use resolve::{different_source, full_name, nearest, resolve, source};
use rows::whole;

use crate::answers::Answers;
use crate::error::TaskError;
use crate::row::Row;
use std::path::Path;
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

/// Texts of a prompt that are lm-eval's and stand in its Python file: they are read from the user's copy.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// How they are found, given the file's path; `None` when they are not there.
    pub read: fn(&Path) -> Option<Vec<String>>,
    /// The texts, once a task file has named the function and its Python file was read; none before.
    pub texts: &'static [String],
}

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
    /// For `process_docs`: the rows that have this value in this column, numbered from 0. Most of lm-eval's functions of
    /// that name do no more, in sets of many subjects.
    Keep {
        /// The column; its cells are strings or null.
        column: &'static str,
        /// The value.
        value: &'static str,
        /// What of a cell is compared.
        read: fn(&str) -> &str,
    },
    /// For `doc_to_text`, `doc_to_target` and `doc_to_choice`.
    Value(fn(Row) -> Result<Value, TaskError>),
    /// A [`Row`](Self::Row) whose texts stand in the Python file.
    WordedRow(Words, fn(Row, &[String]) -> Result<Columns, TaskError>),
    /// A [`Value`](Self::Value) whose texts stand in the Python file.
    WordedValue(Words, fn(Row, &[String]) -> Result<Value, TaskError>),
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
    /// For `class`: the task that a Python class is, as a task file of ours.
    Class(&'static str),
    /// For `samples` in `fewshot_config`: the solved examples out of the text of the Python file beside the task file,
    /// where they stand. `None` when they are not there in the form that lm-eval has them in.
    Samples(fn(source: &str) -> Option<Vec<Map>>),
}

impl HookKind {
    /// The documents that it makes of all rows of a split; `None` for another kind than [`Rows`](Self::Rows) and
    /// [`Keep`](Self::Keep).
    pub fn documents(&self, rows: &[Row]) -> Option<Result<Vec<Derived>, TaskError>> {
        match *self {
            Self::Rows(function) => Some(function(rows)),
            Self::Keep { column, value, read } => {
                let is_kept = |row: &Row| Ok(row.text_or_null(column)?.is_some_and(|cell| read(cell) == value));
                Some(rows::keep(rows, is_kept))
            }
            _ => None,
        }
    }

    /// The columns that it adds to a row; `None` for another kind than [`Row`](Self::Row) and
    /// [`WordedRow`](Self::WordedRow).
    pub fn columns(&self, row: Row) -> Option<Result<Columns, TaskError>> {
        match self {
            Self::Row(function) => Some(function(row)),
            Self::WordedRow(words, function) => Some(function(row, words.texts)),
            _ => None,
        }
    }

    /// The value that it makes of a row; `None` for another kind than [`Value`](Self::Value) and
    /// [`WordedValue`](Self::WordedValue).
    pub fn value(&self, row: Row) -> Option<Result<Value, TaskError>> {
        match self {
            Self::Value(function) => Some(function(row)),
            Self::WordedValue(words, function) => Some(function(row, words.texts)),
            _ => None,
        }
    }

    /// Whether it can stand under `doc_to_text`, `doc_to_target` and `doc_to_choice`.
    pub const fn is_value(&self) -> bool {
        matches!(self, Self::Value(_) | Self::WordedValue(..))
    }

    /// Whether it can stand under `process_docs`.
    pub const fn is_process_docs(&self) -> bool {
        matches!(self, Self::Row(_) | Self::WordedRow(..)) || self.needs_whole_split()
    }

    /// Whether it has to see the whole split, however few of its documents are wanted.
    pub const fn needs_whole_split(&self) -> bool {
        matches!(self, Self::Rows(_) | Self::Keep { .. })
    }
}

/// All modules, by name.
pub static MODULES: &[&Module] = &[
    &afrimmlu::MMLU,
    &averaged_f1::AFRIXNLI_ANLI,
    &averaged_f1::AFRIXNLI_TRUE,
    &afrimmlu::XNLI,
    &averaged_f1::AFRIXNLI,
    &averaged_f1::AFROBENCH,
    &question_answering::AGIEVAL,
    &arabic::ACVA,
    &arabic::ALGHAFA,
    &arabic::MMLU,
    &regional_mmlu::ARABIC,
    &arabic::ARADICE,
    &choices::ARADICE_CULTURE,
    &averaged_f1::ARADICE,
    &choices::ARADICE_OPENBOOKQA,
    &arithmetic::MODULE,
    &choices::BIGBENCH,
    &wikitext::C4,
    &cb::MODULE,
    &copa::MODULE,
    &coqa::MODULE,
    &crows_pairs::MODULE,
    &regional_mmlu::DARIJA,
    &drop::MODULE,
    &regional_mmlu::EGYPTIAN,
    &choices::EUS_EXAMS,
    &domains::GLOBAL_MMLU,
    &global_mmlu::MODULE,
    &regional_mmlu::GREEK,
    &hellaswag::MODULE,
    &domains::INCLUDE,
    &llama3_mmlu::MODULE,
    &logiqa::MODULE,
    &logiqa::MODULE_2,
    &mafand::MODULE,
    &mathqa::MODULE,
    &questions::MEDQA,
    &mlqa::MODULE,
    &mmlu_prox::MODULE,
    &choices::MMLUSR,
    &mnli::MODULE,
    &mutual::MODULE,
    &choices::OKAPI_ARC,
    &truthfulqa::OKAPI,
    &openai_mmmlu::MODULE,
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
    &squadv2::COMPLETION,
    &squadv2::MODULE,
    &choices::TMLU,
    &choices::TMMLUPLUS,
    &questions::TOXIGEN,
    &truthfulqa::MODULE,
    &webqs::MODULE,
    &wikitext::MODULE,
    &winogrande::MODULE,
    &wsc::MODULE,
    &wsc::MODULE_273,
    &xcopa::MODULE,
    &question_answering::XQUAD,
    &winogrande::XWINOGRAD,
];

/// All hooks.
pub fn hooks() -> impl Iterator<Item = &'static Hook> {
    MODULES.iter().flat_map(|module| module.hooks)
}

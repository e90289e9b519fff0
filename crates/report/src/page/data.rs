//! What the page's scripts get: runs, models, the table, tasks, pairs and pictures. The single place for the page's format.

use super::figures::Picture;
use super::outline::{RowLine, rows};
use super::pairs::PairLine;
use super::tasks::TaskPage;
use crate::Report;
use crate::number::{count, parameters};
use crate::overview::ModelColumn;
use crate::partial::lack;
use serde::Serialize;
use yardstick_core::{ModelCard, RunRecord, RunStatus};

/// The data in the page.
#[derive(Serialize)]
pub(super) struct Page<'a> {
    format: &'static str,
    version: &'static str,
    /// Tells this page's pieces from another's.
    stamp: &'a str,
    /// What an unfinished run lacks.
    lack: Option<&'static str>,
    warnings: Vec<&'a str>,
    runs: Vec<RunLine<'a>>,
    models: Vec<ModelLine<'a>>,
    tasks: Vec<TaskPage<'a>>,
    rows: Vec<RowLine<'a>>,
    pairs: Vec<PairLine>,
    figures: Vec<Picture>,
    /// Pieces of documents.
    pieces: usize,
}

#[derive(Serialize)]
struct RunLine<'a> {
    status: &'static str,
    started: &'a str,
    version: &'a str,
    documents: String,
    context: String,
    machine: String,
    seconds: f64,
    models: &'a [String],
    tasks: &'a [String],
    chat_template: Option<&'a str>,
}

#[derive(Serialize)]
struct ModelLine<'a> {
    label: &'a str,
    card: &'a ModelCard,
    parameters: String,
    /// Tokens that were used of the context.
    context: usize,
    /// Runs that have it, counted from 1.
    runs: Vec<usize>,
}

impl<'a> Page<'a> {
    /// Puts everything together.
    pub fn new(
        report: &'a Report,
        stamp: &'a str,
        tasks: Vec<TaskPage<'a>>,
        pairs: Vec<PairLine>,
        figures: Vec<Picture>,
        pieces: usize,
    ) -> Self {
        Self {
            format: "yardstick.page/1",
            version: env!("CARGO_PKG_VERSION"),
            stamp,
            lack: lack(&report.records),
            warnings: warnings(report),
            runs: report.records.iter().map(|record| run(record)).collect(),
            models: (0..report.overview.models.len()).map(|at| model(report, at)).collect(),
            rows: rows(report, &tasks),
            tasks,
            pairs,
            figures,
            pieces,
        }
    }
}

/// Each once, those of the report itself first.
fn warnings<'a>(report: &'a Report) -> Vec<&'a str> {
    let mut all: Vec<&'a str> = Vec::new();
    for warning in report.overview.warnings.iter().chain(report.records.iter().flat_map(|record| &record.warnings)) {
        if !all.contains(&warning.as_str()) {
            all.push(warning);
        }
    }
    all
}

fn run(record: &RunRecord) -> RunLine<'_> {
    let (spec, environment) = (&record.spec, &record.environment);
    RunLine {
        status: if record.status == RunStatus::Complete { "complete" } else { "partial" },
        started: &record.started,
        version: &record.version,
        documents: spec.limit.map_or("all".to_owned(), |limit| format!("first {}", count(limit as u64))),
        context: spec.context.map_or("the model's".to_owned(), |n| format!("{n} tokens")),
        machine: format!("{} {}, {} threads", environment.os, environment.arch, environment.threads),
        seconds: record.seconds,
        models: &spec.models,
        tasks: &spec.tasks,
        chat_template: record.chat_template.as_deref(),
    }
}

fn model<'a>(report: &'a Report, at: usize) -> ModelLine<'a> {
    let ModelColumn { label, card, context } = &report.overview.models[at];
    let has = |columns: &std::collections::BTreeMap<String, usize>| columns.values().any(|&column| column == at);
    let runs = report.overview.columns.iter().zip(1..).filter(|(columns, _)| has(columns));
    ModelLine {
        label,
        card,
        parameters: parameters(card.n_params),
        context: context.map_or(card.n_ctx, |n| n.min(card.n_ctx)),
        runs: runs.map(|(_, number)| number).collect(),
    }
}

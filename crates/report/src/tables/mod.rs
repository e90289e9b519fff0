//! Runs as two tables for other programs and for SQL: `results`, a row a number, and `samples`, a row a document and model.

pub(crate) mod cells;
mod results;

pub(crate) use results::results;

use crate::samples::{self, COLUMNS};
use crate::{ReportError, Run, frame};
use polars::prelude::{Column, DataFrame, DataType, PolarsError};
use std::collections::{BTreeMap, BTreeSet};
use yardstick_core::RunRecord;

/// Columns that say which document of which run a row of `samples` is about; the metrics follow them.
const FIRST: [&str; 4] = ["run", "model", "task", "doc_id"];
const SAMPLES: &str = "the samples of all runs";

/// What the runs of a report are called in its tables: their starts, numbered where several started in one second.
pub(crate) fn run_names(records: &[&RunRecord]) -> Vec<String> {
    let name = |(at, record): (usize, &&RunRecord)| {
        let earlier = records[..at].iter().filter(|other| other.started == record.started).count();
        if earlier == 0 { record.started.clone() } else { format!("{} ({})", record.started, earlier + 1) }
    };
    records.iter().enumerate().map(name).collect()
}

/// The samples of runs, each with its run's name.
pub(crate) fn samples_of(runs: &[Run]) -> Result<DataFrame, ReportError> {
    let names = run_names(&runs.iter().map(|run| &run.record).collect::<Vec<_>>());
    let frames = names.into_iter().zip(runs).map(|(name, run)| Ok((name, samples::to_frame(&run.samples)?)));
    together(frames.collect::<Result<_, ReportError>>()?)
}

/// One table of the samples of several runs, which may have different metrics: `run`, `model`, `task`, `doc_id`, the metrics
/// by name, then what was asked and answered in the order of `samples.parquet`. What a run does not have is null.
pub(crate) fn together(frames: Vec<(String, DataFrame)>) -> Result<DataFrame, ReportError> {
    stack(frames).map_err(|e| frame::encode_error(SAMPLES, &e))
}

fn stack(frames: Vec<(String, DataFrame)>) -> Result<DataFrame, PolarsError> {
    let types: BTreeMap<String, DataType> = frames
        .iter()
        .flat_map(|(_, frame)| frame.columns())
        .map(|column| (column.name().to_string(), column.dtype().clone()))
        .collect();
    let order = order(&types);
    let mut all: Option<DataFrame> = None;
    for (run, frame) in frames {
        let height = frame.height();
        let column = |name: &&str| match (frame.column(name), types.get(*name)) {
            (Ok(column), _) => column.clone(),
            (Err(_), Some(kind)) => Column::full_null((*name).into(), height, kind),
            (Err(_), None) => Column::new((*name).into(), vec![run.as_str(); height]),
        };
        let next = DataFrame::new(height, order.iter().map(column).collect())?;
        match &mut all {
            None => all = Some(next),
            Some(all) => {
                all.vstack_mut(&next)?;
            }
        }
    }
    Ok(all.unwrap_or_default())
}

fn order(types: &BTreeMap<String, DataType>) -> Vec<&str> {
    let known: BTreeSet<&str> = COLUMNS.into_iter().collect();
    let metrics = types.keys().map(String::as_str).filter(|name| !known.contains(name));
    let rest = COLUMNS.into_iter().filter(|name| !FIRST.contains(name) && types.contains_key(*name));
    FIRST.into_iter().chain(metrics).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn run(samples: Vec<yardstick_core::Sample>) -> Run {
        Run { record: testing::one_by_one("piqa"), samples }
    }

    #[test]
    fn runs_with_other_metrics_stand_in_one_table() {
        let runs = [run(vec![testing::choice("a"), testing::rolling("a")]), run(vec![testing::last_word("b")])];
        let frame = samples_of(&runs).expect("stacks");
        assert_eq!(frame.height(), 3);
        let names: Vec<&str> = frame.columns().iter().map(|column| column.name().as_str()).collect();
        let wanted = [
            "run",
            "model",
            "task",
            "doc_id",
            "acc",
            "bits_per_byte",
            "bits_per_byte_units",
            "perplexity",
            "word_perplexity",
            "word_perplexity_units",
            "doc",
        ];
        assert_eq!(names[..wanted.len()], wanted);
        let texts = |name: &str| -> Vec<String> {
            let cells = frame.column(name).expect("a column").as_materialized_series().clone();
            cells.iter().map(|cell| cells::text(&cell)).collect()
        };
        assert_eq!(texts("run"), ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z (2)"]);
        assert_eq!(texts("acc"), ["1", "", "0"]);
        assert_eq!(texts("perplexity"), ["", "", "-29.68455696105957"]);
    }

    #[test]
    fn no_runs_are_an_empty_table() {
        assert_eq!(samples_of(&[]).expect("stacks").height(), 0);
    }
}

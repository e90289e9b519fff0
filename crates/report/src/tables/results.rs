//! `results`: everything known about a number in one row.

use crate::{ReportError, frame};
use polars::prelude::{Column, DataFrame};
use yardstick_core::{Estimate, MetricCard, ModelCard, ResultRecord, RunRecord, RunStatus, TaskCard};

/// A row for each run, model, task and metric; `names` is what the runs are called.
pub(crate) fn results(what: &str, names: &[String], records: &[&RunRecord]) -> Result<DataFrame, ReportError> {
    let runs = names.iter().zip(records);
    let all: Vec<Line> = runs.flat_map(|(name, record)| lines(name, record)).collect();
    frame::frame(what, columns(&all))
}

/// A result with the cards it belongs to; a group has no task card.
struct Line<'a> {
    run: &'a str,
    record: &'a RunRecord,
    result: &'a ResultRecord,
    model: Option<&'a ModelCard>,
    task: Option<&'a TaskCard>,
    metric: Option<&'a MetricCard>,
}

fn lines<'a>(run: &'a str, record: &'a RunRecord) -> impl Iterator<Item = Line<'a>> {
    record.results.iter().map(move |result| {
        let task = record.tasks.iter().find(|t| t.id == result.task);
        Line {
            run,
            record,
            result,
            model: record.models.iter().find(|m| m.name == result.model),
            task,
            metric: task.and_then(|t| t.metrics.iter().find(|m| m.name == result.metric)),
        }
    })
}

fn columns(lines: &[Line]) -> Vec<Column> {
    vec![
        texts("run", lines, |l| Some(l.run)),
        texts("status", lines, |l| Some(status(l.record.status))),
        texts("model", lines, |l| Some(&l.result.model)),
        texts("family", lines, |l| Some(&l.model?.family)),
        counts("n_params", lines, |l| Some(l.model?.n_params)),
        texts("weights_sha256", lines, |l| Some(&l.model?.weights_sha256)),
        texts("task", lines, |l| Some(&l.result.task)),
        texts("version", lines, |l| Some(&l.task?.version)),
        texts("prompt_hash", lines, |l| Some(&l.task?.prompt_hash)),
        counts("shots", lines, |l| Some(l.task?.shots as u64)),
        texts("metric", lines, |l| Some(&l.result.metric)),
        floats("value", lines, |e, _| Some(e.value)),
        floats("stderr", lines, |e, _| e.stderr),
        floats("low", lines, |e, _| e.low),
        floats("high", lines, |e, _| e.high),
        counts("n", lines, |l| Some(l.result.estimate.n)),
        floats("chance", lines, |_, l| l.metric?.chance),
        Column::new(
            "higher_is_better".into(),
            lines.iter().map(|l| Some(l.metric?.higher_is_better)).collect::<Vec<_>>(),
        ),
        texts("method", lines, |l| Some(&l.result.estimate.method)),
    ]
}

const fn status(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Complete => "complete",
        RunStatus::Partial => "PARTIAL",
    }
}

fn texts<'a>(name: &str, lines: &[Line<'a>], of: impl Fn(&Line<'a>) -> Option<&'a str>) -> Column {
    Column::new(name.into(), lines.iter().map(of).collect::<Vec<Option<&str>>>())
}

fn counts(name: &str, lines: &[Line], of: impl Fn(&Line) -> Option<u64>) -> Column {
    Column::new(name.into(), lines.iter().map(of).collect::<Vec<Option<u64>>>())
}

fn floats(name: &str, lines: &[Line], of: impl Fn(&Estimate, &Line) -> Option<f64>) -> Column {
    Column::new(name.into(), lines.iter().map(|l| of(&l.result.estimate, l)).collect::<Vec<Option<f64>>>())
}

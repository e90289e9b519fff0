//! `results.csv`: a line per run, model, task and metric, with everything known about the number.

use super::Format;
use crate::frame::csv;
use crate::{Artifact, Card, Report, ReportError};
use polars::prelude::Column;
use yardstick_core::{Estimate, MetricCard, ModelCard, ResultRecord, RunRecord, RunStatus, TaskCard};

/// The long form for other programs.
pub(super) struct Csv;

impl Format for Csv {
    fn card(&self) -> Card {
        Card { id: "csv", summary: "results.csv: one line per run, model, task and metric" }
    }

    fn render(&self, report: &Report) -> Result<Artifact, ReportError> {
        let lines: Vec<Line> = report.records.iter().flat_map(|record| lines(record)).collect();
        Ok(Artifact { path: "results.csv".to_owned(), bytes: csv("results.csv", columns(&lines))? })
    }
}

/// A result with the cards it belongs to; a group has no task card.
struct Line<'a> {
    record: &'a RunRecord,
    result: &'a ResultRecord,
    model: Option<&'a ModelCard>,
    task: Option<&'a TaskCard>,
    metric: Option<&'a MetricCard>,
}

fn lines(record: &RunRecord) -> impl Iterator<Item = Line<'_>> {
    record.results.iter().map(move |result| {
        let task = record.tasks.iter().find(|t| t.id == result.task);
        Line {
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
        texts("run", lines, |l| Some(&l.record.started)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use insta::assert_snapshot;

    fn render(record: RunRecord) -> String {
        let runs = [crate::Run { record, samples: Vec::new() }];
        let bytes = Csv.render(&Report::new(&runs, &[], &testing::value)).expect("renders").bytes;
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn long_form() {
        let mut record = testing::with_group();
        record.status = RunStatus::Partial;
        assert_snapshot!(render(record));
    }

    #[test]
    fn hostile_names() {
        assert_snapshot!(render(testing::hostile()));
    }

    #[test]
    fn floats_read_back() {
        let record = testing::four_by_eleven();
        let text = render(record.clone());
        let at = text.lines().next().expect("a heading").split(',').position(|c| c == "value").expect("a value");
        for (line, result) in text.lines().skip(1).zip(&record.results) {
            let value: f64 = line.split(',').nth(at).expect("a cell").parse().expect("a number");
            assert_eq!(value.to_bits(), result.estimate.value.to_bits());
        }
    }
}

//! The rows of the page's table: numbers with the words that show them.

use super::tasks::TaskPage;
use crate::number::{Unit, metric_name};
use crate::overview::{Row, RowKind};
use crate::table::{best, chance, n};
use crate::{Report, paper};
use serde::Serialize;
use yardstick_core::Estimate;

/// A metric of a task or group.
#[derive(Serialize)]
pub(super) struct RowLine<'a> {
    id: &'a str,
    label: &'a str,
    kind: &'static str,
    /// Tasks averaged over in a group.
    members: usize,
    /// Of a member, the group's id.
    group: Option<&'a str>,
    /// Of a task, its place among the page's tasks.
    task: Option<usize>,
    metric: &'a str,
    metric_name: &'a str,
    /// `percent`, `bits`, `perplexity` or `plain`.
    unit: &'static str,
    higher: Option<bool>,
    chance: Option<f64>,
    chance_text: String,
    shots: usize,
    /// Documents.
    n: String,
    /// The best model.
    best: Option<usize>,
    /// One a model.
    cells: Vec<Option<Cell<'a>>>,
    papers: Vec<Printed>,
}

/// A number, and how it is written.
#[derive(Serialize)]
struct Cell<'a> {
    v: f64,
    low: Option<f64>,
    high: Option<f64>,
    n: u64,
    text: String,
    interval: Option<String>,
    method: &'a str,
}

/// A number that a paper prints.
#[derive(Serialize)]
struct Printed {
    paper: &'static str,
    model: String,
    value: f64,
    text: String,
    source: String,
    protocol: String,
}

/// All rows of a report.
pub(super) fn rows<'a>(report: &'a Report, tasks: &[TaskPage]) -> Vec<RowLine<'a>> {
    report.overview.rows.iter().map(|row| line(report, row, tasks)).collect()
}

fn line<'a>(report: &'a Report, row: &'a Row, tasks: &[TaskPage]) -> RowLine<'a> {
    RowLine {
        id: &row.id,
        label: &row.label,
        kind: match row.kind {
            RowKind::Task => "task",
            RowKind::Group => "group",
            RowKind::Member => "member",
        },
        members: row.members,
        group: if row.kind == RowKind::Member { group_of(report, &row.id) } else { None },
        task: tasks.iter().position(|task| row.kind != RowKind::Group && task.is(&row.id, &row.asked)),
        metric: &row.metric,
        metric_name: metric_name(&row.metric),
        unit: unit(row.unit),
        higher: row.higher_is_better,
        chance: row.chance,
        chance_text: chance(row),
        shots: row.shots,
        n: n(row),
        best: best(row),
        cells: row.cells.iter().map(|cell| cell.as_ref().map(|estimate| written(row.unit, estimate))).collect(),
        papers: paper::points(row).into_iter().map(|point| printed(row.unit, point)).collect(),
    }
}

/// The first group that has a number of its own and the task in it.
fn group_of<'a>(report: &'a Report, task: &str) -> Option<&'a str> {
    let groups = report.records.iter().flat_map(|record| {
        record.groups.iter().filter(|group| record.results.iter().any(|result| result.task == group.id))
    });
    groups.into_iter().find(|group| group.tasks.iter().any(|id| id == task)).map(|group| group.id.as_str())
}

/// The unit's word in the page's data.
pub(super) const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "percent",
        Unit::Bits => "bits",
        Unit::Perplexity => "perplexity",
        Unit::Plain => "plain",
    }
}

fn written(unit: Unit, estimate: &Estimate) -> Cell<'_> {
    Cell {
        v: estimate.value,
        low: estimate.low,
        high: estimate.high,
        n: estimate.n,
        text: unit.with_error(estimate),
        interval: unit.interval(estimate),
        method: &estimate.method,
    }
}

fn printed(unit: Unit, point: paper::Point) -> Printed {
    let protocol = point.protocol;
    Printed {
        paper: point.paper,
        model: point.model,
        value: point.value,
        text: unit.value(point.value),
        source: point.source,
        protocol,
    }
}

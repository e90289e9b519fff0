//! Means over tasks, chance taken off, each with its name.

use super::{CompareOptions, TaskRow};
use crate::number::Unit;
use serde::Serialize;
use yardstick_core::GroupRecord;
use yardstick_stats::{Average, Composite, Part, composite};

/// A mean over tasks of (x − chance)/(1 − chance): 0 is guessing, 1 is all right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AverageRow {
    /// Which mean it is, in words.
    pub name: &'static str,
    /// Tasks in it.
    pub n_tasks: usize,
    /// Of the base.
    pub base: f64,
    /// Of the candidate.
    pub candidate: f64,
    /// Candidate − base.
    pub difference: f64,
    /// The difference's standard error, tasks taken as independent.
    pub stderr: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// Of the mean in which a group counts once.
pub(crate) const MACRO: &str = "macro mean (each group of tasks counts once)";

const AVERAGES: [(Average, &str); 3] = [
    (Average::Plain, "plain mean (each task counts once)"),
    (Average::SizeWeighted, "mean weighted by documents"),
    (Average::Macro, MACRO),
];

/// The means over the rows that stand for their tasks and have a chance level; none for fewer than two such rows.
pub(super) fn averages(rows: &[TaskRow], groups: &[GroupRecord], options: &CompareOptions) -> Vec<AverageRow> {
    let rows = averaged(rows);
    if rows.len() < 2 {
        return Vec::new();
    }
    let group_of = groups_of(&rows, groups);
    let is_flat = group_of.iter().enumerate().all(|(at, &group)| at == group);
    let named = AVERAGES.iter().filter(|(average, _)| !is_flat || !matches!(average, Average::Macro));
    named.filter_map(|(average, name)| row(&rows, &group_of, *average, name, options)).collect()
}

/// The rows that means are over.
pub(crate) fn averaged(rows: &[TaskRow]) -> Vec<&TaskRow> {
    let is_share = |row: &&TaskRow| Unit::of(&row.metric) == Unit::Percent && row.chance.is_some_and(|c| c < 1.0);
    rows.iter().filter(|row| row.primary && row.higher_is_better).filter(is_share).collect()
}

/// The smallest group of each task, or a group of its own.
pub(crate) fn groups_of(rows: &[&TaskRow], groups: &[GroupRecord]) -> Vec<usize> {
    let group = |row: &TaskRow| {
        let holds = |at: &usize| groups[*at].tasks.contains(&row.task);
        (0..groups.len()).filter(holds).min_by_key(|&at| groups[at].tasks.len())
    };
    let first_with = |wanted: Option<usize>| rows.iter().position(|row| group(row) == wanted);
    let of = |(at, row): (usize, &&TaskRow)| group(row).and_then(|found| first_with(Some(found))).unwrap_or(at);
    rows.iter().enumerate().map(of).collect()
}

fn row(
    rows: &[&TaskRow],
    groups: &[usize],
    average: Average,
    name: &'static str,
    options: &CompareOptions,
) -> Option<AverageRow> {
    let mean = |part: &dyn Fn(&TaskRow) -> Part| -> Option<Composite> {
        let parts: Vec<Part> = rows.iter().map(|row| part(row)).collect();
        composite(&parts, groups, average, 1.0 - options.alpha)
    };
    let chance = |row: &TaskRow| row.chance.unwrap_or(0.0);
    let value = |row: &TaskRow, value: f64| Part { value, chance: chance(row), stderr: 0.0, n: row.n };
    // Chance falls out of a difference, but for the scale.
    let gain = |row: &TaskRow| {
        let scale = 1.0 - chance(row);
        let stderr = row.evidence.stderr().unwrap_or(0.0) / scale;
        Part { value: row.difference / scale, chance: 0.0, stderr, n: row.n }
    };
    let (base, candidate) = (mean(&|r| value(r, r.base))?, mean(&|r| value(r, r.candidate))?);
    let difference = mean(&gain)?;
    Some(AverageRow {
        name,
        n_tasks: rows.len(),
        base: base.value,
        candidate: candidate.value,
        difference: difference.value,
        stderr: difference.stderr,
        low: difference.low,
        high: difference.high,
    })
}

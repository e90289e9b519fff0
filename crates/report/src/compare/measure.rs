//! From pairs of documents to a row a metric.

use super::clusters;
use super::pair::TaskPairs;
use super::scores::Paired;
use super::{CompareError, CompareOptions, Evidence, TaskRow, ValueOf, Verdict};
use crate::number::Unit;
use yardstick_core::{MetricCard, Sample};
use yardstick_stats::{Interval, mcnemar_mid_p, newcombe_paired};

/// The rows of a task: its metrics in the task file's order, as far as both sides have them.
pub(super) fn rows(
    task: &TaskPairs,
    options: &CompareOptions,
    value: ValueOf,
    notes: &mut Vec<String>,
) -> Result<Vec<TaskRow>, CompareError> {
    let samples: Vec<&Sample> = task.pairs.iter().map(|pair| pair.0).collect();
    let clusters = clusters::find(&samples, options.cluster.as_deref());
    notes.extend(clusters::note(&task.card.id, &samples, clusters.as_ref()));
    let mut rows: Vec<TaskRow> = Vec::new();
    for metric in &task.card.metrics {
        let paired = Paired::new(task, metric, clusters.as_ref());
        match paired.as_ref().map(|paired| row(paired, options, value)).transpose()?.flatten() {
            Some(row) => rows.push(row),
            None => notes.push(format!("{}, {}: not compared, {}", task.card.id, metric.name, why_not(metric))),
        }
        notes.extend(paired.and_then(|paired| paired.dominated()));
    }
    let wanted = options.metrics.iter().find_map(|metric| rows.iter().position(|row| row.metric == *metric));
    if let Some(row) = rows.get_mut(wanted.unwrap_or(0)) {
        row.primary = true;
    }
    Ok(rows)
}

fn why_not(metric: &MetricCard) -> &'static str {
    match metric.aggregation.as_str() {
        "" => "since the record does not say how it is put together; run again with this version",
        "bypass" => "since nothing is scored",
        _ => "since no two documents have it on both sides, or its scores are of another kind",
    }
}

/// `None` for scores that cannot be put together.
fn row(paired: &Paired, options: &CompareOptions, value: ValueOf) -> Result<Option<TaskRow>, CompareError> {
    let Some((base, candidate)) = paired.both(value) else { return Ok(None) };
    for (side, number) in [("base", base), ("candidate", candidate)] {
        if !number.is_finite() {
            let (task, metric) = (paired.task.card.id.clone(), paired.metric.name.clone());
            return Err(CompareError::NotFinite { task, metric, side, number: number.to_string() });
        }
    }
    let sign = if paired.metric.higher_is_better { 1.0 } else { -1.0 };
    let Some(evidence) = paired.evidence(base, sign, value) else { return Ok(None) };
    let counts = if let Evidence::Counts { counts } = &evidence { Some(*counts) } else { None };
    let level = 1.0 - options.alpha;
    let (wins, losses, ties) = paired.outcomes(sign);
    let margin = options.margin.unwrap_or_else(|| default_margin(&paired.metric.name, base));
    let turned = |interval: Interval| {
        if sign > 0.0 { interval } else { Interval { low: -interval.high, high: -interval.low } }
    };
    Ok(Some(TaskRow {
        task: paired.task.card.id.clone(),
        metric: paired.metric.name.clone(),
        primary: false,
        higher_is_better: paired.metric.higher_is_better,
        chance: paired.metric.chance,
        n: paired.scores.len() as u64,
        unpaired: paired.task.unpaired as u64,
        clusters: paired.clusters.clone(),
        base,
        candidate,
        difference: candidate - base,
        stderr: evidence.stderr(),
        interval: evidence.interval(level).map(turned),
        newcombe: counts.map(|counts| turned(newcombe_paired(&counts, level))),
        wins,
        losses,
        ties,
        tied: paired.tied,
        identical: paired.identical,
        test: evidence.test(),
        p: evidence.p(),
        mid_p: counts.map(|counts| mcnemar_mid_p(counts.base_only, counts.candidate_only)),
        holm: None,
        benjamini_hochberg: None,
        margin,
        non_inferiority: evidence.non_inferiority(margin),
        equivalence: evidence.equivalence(margin),
        detectable: None,
        verdict: Verdict::NotShown,
        evidence,
    }))
}

/// One point of a share, 1 % of anything else.
fn default_margin(metric: &str, base: f64) -> f64 {
    match Unit::of(metric) {
        Unit::Percent if base.abs() <= 1.0 => 0.01,
        Unit::Percent => 1.0,
        _ => 0.01 * base.abs(),
    }
}

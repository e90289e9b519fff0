//! The mean over a group's tasks.

use crate::config::Aggregate;
use yardstick_core::{Estimate, GroupRecord, TaskCard};
use yardstick_stats::{Share, Stratum, pooled_stderr, stratified_wilson, weighted_mean_interval, wilson};

/// What lm-eval calls the results of a task without filters.
const NO_FILTER: &str = "none";

/// A selected group.
#[derive(Clone, Debug)]
pub struct Group {
    /// The id and the ids of all tasks in it, those of groups in it too.
    pub record: GroupRecord,
    pub(super) aggregates: Vec<Aggregate>,
}

/// The metrics that the group's file asks for, over those of `members` that are its tasks.
///
/// The rule of lm-eval 0.4.13: the mean over the k tasks weighted by their documents with the pooled standard error, or
/// with `weight_by_size: false` the plain mean with its own standard error, √Σseᵢ²/k. Before 0.4.13 lm-eval gives the
/// pooled standard error with the plain mean too, which is wrong for it unless all tasks have the same size.
///
/// The interval of proportions is Wilson's for strata (`stats::stratified_wilson`), that of other values comes from the
/// tasks' own (`stats::weighted_mean_interval`): neither collapses where all tasks are at 0 or 1. A group of which a task is not among the members (a run that was interrupted) has no
/// estimates: a mean over part of it would pass for the whole.
pub fn group_estimates(group: &Group, members: &[(TaskCard, Vec<(String, Estimate)>)]) -> Vec<(String, Estimate)> {
    let find = |id: &String| members.iter().find(|(card, _)| card.id == *id);
    let Some(members) = group.record.tasks.iter().map(find).collect::<Option<Vec<_>>>() else { return Vec::new() };
    let mut estimates = Vec::new();
    for aggregate in &group.aggregates {
        for key in keys(aggregate, &members) {
            let with_metric = members.iter().filter(|(card, _)| card.metrics.iter().any(|metric| metric.name == key));
            let values = with_metric.map(|(_, own)| own.iter().find(|(name, _)| *name == key).map(|(_, e)| e));
            if let Some(values) = values.collect::<Option<Vec<_>>>().filter(|values| !values.is_empty()) {
                let value = mean(&values, aggregate.weight_by_size);
                estimates.push((key, value));
            }
        }
    }
    estimates
}

/// The metric's keys among the members', for each filter that is asked for: `metric`, or `metric,filter`.
fn keys(aggregate: &Aggregate, members: &[&(TaskCard, Vec<(String, Estimate)>)]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for name in members.iter().flat_map(|(card, _)| &card.metrics).map(|metric| &metric.name) {
        let (metric, filter) = name.split_once(',').unwrap_or((name, NO_FILTER));
        let is_asked = aggregate.filters.as_ref().is_none_or(|filters| filters.iter().any(|own| own == filter));
        if metric == aggregate.metric && is_asked && !keys.contains(name) {
            keys.push(name.clone());
        }
    }
    keys
}

fn mean(parts: &[&Estimate], weight_by_size: bool) -> Estimate {
    let weight = |part: &Estimate| if weight_by_size { part.n as f64 } else { 1.0 };
    let (sum, weights) =
        parts.iter().fold((0.0, 0.0), |(sum, weights), part| (sum + part.value * weight(part), weights + weight(part)));
    let value = sum / weights;
    let stderr = if weight_by_size {
        pooled_stderr(&parts.iter().map(|part| (part.stderr, part.n)).collect::<Vec<_>>())
    } else {
        let squares: Option<f64> = parts.iter().map(|part| part.stderr.map(|se| se * se)).sum();
        squares.map(|squares| squares.sqrt() / parts.len() as f64)
    };
    let (interval, source) = interval(parts, |part| weight(part) / weights);
    let kind = if weight_by_size { "mean over tasks by size, pooled s" } else { "plain mean over tasks" };
    let (low, high) = interval.unzip();
    Estimate { value, stderr, low, high, n: parts.iter().map(|part| part.n).sum(), method: format!("{kind}; {source}") }
}

/// The interval of the mean, and in a few words where it comes from.
fn interval(parts: &[&Estimate], weight: impl Fn(&Estimate) -> f64) -> (Option<(f64, f64)>, &'static str) {
    let stratum = |part: &&Estimate| {
        is_proportion(part).then(|| Stratum { weight: weight(part), value: part.value, n: part.n as f64 })
    };
    if let Some(strata) = parts.iter().map(stratum).collect::<Option<Vec<_>>>() {
        return (Some(stratified_wilson(&strata)), "Wilson 95 % for strata");
    }
    let share =
        |part: &&Estimate| Some(Share { weight: weight(part), value: part.value, low: part.low?, high: part.high? });
    let shares: Option<Vec<Share>> = parts.iter().map(share).collect();
    (shares.map(|shares| weighted_mean_interval(&shares)), "95 % from the tasks' intervals")
}

/// Whether a task's value is a share of its documents, which its interval tells.
fn is_proportion(part: &Estimate) -> bool {
    let n = part.n as f64;
    let is_near = |(a, b): (f64, f64)| (a - b).abs() < 1e-9;
    let (low, high) = wilson(part.value * n, n);
    part.n > 0 && part.low.is_some_and(|own| is_near((own, low))) && part.high.is_some_and(|own| is_near((own, high)))
}

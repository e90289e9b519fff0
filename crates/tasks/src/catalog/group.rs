//! The mean over a group's tasks.

use crate::config::Aggregate;
use yardstick_core::{Estimate, GroupRecord, TaskCard};
use yardstick_stats::{Share, pooled_stderr, weighted_mean_interval};

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
/// The interval comes from the tasks' own (`stats::weighted_mean_interval`), so that it does not collapse where all tasks
/// are at 0 or 1. A group of which a task is not among the members (a run that was interrupted) has no
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
    let (stderr, method) = if weight_by_size {
        let sizes: Vec<_> = parts.iter().map(|part| (part.stderr, part.n)).collect();
        (pooled_stderr(&sizes), "mean over tasks by size, pooled s; 95 % from the tasks' intervals")
    } else {
        let squares: Option<f64> = parts.iter().map(|part| part.stderr.map(|se| se * se)).sum();
        (
            squares.map(|squares| squares.sqrt() / parts.len() as f64),
            "plain mean over tasks; 95 % from the tasks' intervals",
        )
    };
    let shares: Option<Vec<Share>> = parts
        .iter()
        .map(|part| Some(Share { weight: weight(part) / weights, value: part.value, low: part.low?, high: part.high? }))
        .collect();
    let (low, high) = shares.map(|shares| weighted_mean_interval(&shares)).unzip();
    Estimate { value, stderr, low, high, n: parts.iter().map(|part| part.n).sum(), method: method.to_owned() }
}

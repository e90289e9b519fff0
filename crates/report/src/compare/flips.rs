//! Documents that one model got right and the other wrong.

use super::TaskRow;
use super::pair::TaskPairs;
use crate::choices;
use serde::Serialize;
use yardstick_core::{Request, Sample, Score};

/// A document on which the two models part.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Flip {
    /// The task.
    pub task: String,
    /// The metric that says who was right.
    pub metric: String,
    /// Row in the split.
    pub doc_id: u64,
    /// Whether the candidate lost it: the base had the better score.
    pub lost: bool,
    /// What stands before the answer; of a task whose choices are contexts, what follows them.
    pub prompt: String,
    /// The choices; of a task without, the right continuation.
    pub choices: Vec<String>,
    /// The base's log-likelihood of each choice, nats.
    pub base: Vec<f64>,
    /// The candidate's.
    pub candidate: Vec<f64>,
    /// The base's choice.
    pub base_choice: Option<usize>,
    /// The candidate's choice.
    pub candidate_choice: Option<usize>,
    /// The right choices.
    pub right: Vec<usize>,
    /// The right answer as text.
    pub target: String,
    /// What the base wrote, where models write.
    pub base_text: Option<String>,
    /// What the candidate wrote.
    pub candidate_text: Option<String>,
    /// How sure the two models were together, nats: by how much each preferred its own choice to the other's; without
    /// choices, how far their log-likelihoods are apart.
    pub certainty: f64,
}

/// The flips of a task whose metric is 0 or 1 for each document.
pub(super) fn of_task(task: &TaskPairs, row: &TaskRow) -> Vec<Flip> {
    task.pairs.iter().filter_map(|(base, candidate)| flip(row, base, candidate)).collect()
}

/// The surest first; equal ones in the order of tasks and rows.
pub(super) fn sort(flips: &mut [Flip]) {
    flips.sort_by(|a, b| b.certainty.total_cmp(&a.certainty));
}

fn flip(row: &TaskRow, base: &Sample, candidate: &Sample) -> Option<Flip> {
    let metric = &row.metric;
    let score = |sample: &Sample| match sample.metrics.get(metric) {
        Some(Score::Value(value)) if value.to_bits() == 1.0_f64.to_bits() => Some(true),
        Some(Score::Value(value)) if value.to_bits() == 0.0_f64.to_bits() => Some(false),
        _ => None,
    };
    let (was, is) = (score(base)?, score(candidate)?);
    if was == is {
        return None;
    }
    let chosen = |sample: &Sample, metric: &str| choices::chosen(&choices::scores(sample, metric));
    let (ours, theirs) = (log_likelihoods(base), log_likelihoods(candidate));
    let (base_choice, candidate_choice) = (chosen(base, metric), chosen(candidate, metric));
    let certainty = match (base_choice, candidate_choice) {
        (Some(a), Some(b)) => (ours[a] - ours[b]) + (theirs[b] - theirs[a]),
        _ => (ours.iter().sum::<f64>() - theirs.iter().sum::<f64>()).abs(),
    };
    let (prompt, choices) = asked(base);
    Some(Flip {
        task: base.task.clone(),
        metric: metric.clone(),
        doc_id: base.doc_id,
        lost: was == row.higher_is_better,
        prompt,
        choices,
        base: ours,
        candidate: theirs,
        base_choice,
        candidate_choice,
        right: choices::right(base),
        target: base.target_text.clone(),
        base_text: written(base),
        candidate_text: written(candidate),
        certainty,
    })
}

/// Of the choices alone, where a metric asks for them a second time without a context.
fn log_likelihoods(sample: &Sample) -> Vec<f64> {
    let n = if sample.choices.is_empty() { sample.responses.len() } else { sample.choices.len() };
    sample.responses.iter().take(n).map(|response| response.log_likelihood).collect()
}

/// The prompt and the choices as sent.
pub(crate) fn asked(sample: &Sample) -> (String, Vec<String>) {
    let Some(first) = sample.requests.first() else { return (String::new(), sample.choices.clone()) };
    let same_context = sample.requests.iter().take(sample.choices.len()).all(|r| r.context() == first.context());
    if sample.choices.is_empty() {
        let scored =
            if matches!(first, Request::Generate { .. }) { Vec::new() } else { vec![first.scored_text().to_owned()] };
        return (first.context().to_owned(), scored);
    }
    if same_context {
        return (first.context().to_owned(), sample.choices.clone());
    }
    let contexts = sample.requests.iter().take(sample.choices.len()).map(|r| r.context().to_owned());
    (first.scored_text().to_owned(), contexts.collect())
}

/// The first text that was written.
fn written(sample: &Sample) -> Option<String> {
    sample.responses.first().and_then(|response| response.text.clone())
}

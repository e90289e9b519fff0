//! What a document's answers are worth: filters first, then metrics.

use crate::answers::Answers;
use crate::config::{MetricSpec, Scorer, TaskConfig};
use crate::error::TaskError;
use crate::hooks::HookKind;
use crate::metrics::{has_several, prediction, references};
use crate::row::Row;
use std::collections::BTreeMap;
use yardstick_core::{Instance, Response, Score};

/// A document's part of a sample that scoring makes.
#[derive(Debug, Default)]
pub(crate) struct Scored {
    /// Each filter's name with the texts that were scored.
    pub filtered: Vec<(String, Vec<String>)>,
    /// Each metric's score by its name in results.
    pub metrics: BTreeMap<String, Score>,
}

/// All metrics of a document, once for each filter. `row` is where it came from.
///
/// # Errors
/// A filter, hook or metric that cannot make anything of the answers.
pub(crate) fn score(
    config: &TaskConfig,
    instance: &Instance,
    row: Row,
    responses: &[Response],
) -> Result<Scored, TaskError> {
    let mut scored = Scored::default();
    for pipeline in &config.filters {
        let texts = pipeline.apply(responses, row)?;
        let answers = Answers { responses, texts: &texts };
        for (name, score) in scores(config, instance, row, &answers)? {
            scored.metrics.insert(pipeline.key(&name), score);
        }
        scored.filtered.extend((!texts.is_empty()).then(|| (pipeline.name.clone(), texts)));
    }
    Ok(scored)
}

fn scores(
    config: &TaskConfig,
    instance: &Instance,
    row: Row,
    answers: &Answers,
) -> Result<Vec<(String, Score)>, TaskError> {
    let bad = |spec: &MetricSpec, reason: String| TaskError::BadResponse {
        task: config.id.clone(),
        row: row.place(),
        reason: format!("{}: {reason}", spec.name),
    };
    // A hook may say that a document has no value, which `nanmean` passes over. A metric has to have one.
    let is_number = |score: Score| match score {
        Score::Value(value) if value.is_nan() => Err("it is not a number".to_owned()),
        score => Ok(score),
    };
    let mut scores = given(config, row, answers)?;
    for spec in &config.metrics {
        let score = match spec.scorer {
            Scorer::Metric(metric) => (metric.score)(instance, answers, &spec.options).and_then(is_number),
            Scorer::Function(function) => prediction(answers).map(|text| of_function(function, instance, text)),
            Scorer::Given => continue,
        };
        scores.push((spec.name.clone(), score.map_err(|reason| bad(spec, reason))?));
    }
    Ok(scores)
}

/// A hook's score. With several right texts lm-eval asks for each of them, and counts whether any has a score that is not 0.
fn of_function(function: fn(&[String], &str) -> Score, instance: &Instance, text: &str) -> Score {
    let references = references(instance);
    if !has_several(&instance.target) {
        return function(&references, text);
    }
    let is_zero = |score: Score| matches!(score, Score::Value(0.0));
    let any = references.chunks(1).any(|reference| !is_zero(function(reference, text)));
    Score::Value(f64::from(u8::from(any)))
}

/// What the task's `process_results` gives of the metrics that the task reports.
fn given(config: &TaskConfig, row: Row, answers: &Answers) -> Result<Vec<(String, Score)>, TaskError> {
    let Some(HookKind::Results { function, .. }) = config.process_results.map(|hook| hook.kind) else {
        return Ok(Vec::new());
    };
    let is_wanted = |name: &str| config.metrics.iter().any(|spec| spec.name == name);
    let scores = function(row, answers)?.into_iter().filter(|(name, _)| is_wanted(name));
    Ok(scores.map(|(name, score)| (name.to_owned(), score)).collect())
}

//! The record of a task's documents: a line for each metric of each document.

use super::{Evaluation, SCHEMA, encode};
use crate::ReportError;
use crate::choices;
use crate::compare::asked;
use crate::hash::sha256_hex;
use crate::number::Unit;
use serde_json::{Map, Value, json};
use yardstick_core::{Request, Sample, Score, Target};

/// The lines, and how many they are.
pub(super) fn lines(evaluation: &Evaluation) -> Result<(Vec<u8>, usize), ReportError> {
    let (mut bytes, mut n) = (Vec::new(), 0);
    for sample in &evaluation.samples {
        for (metric, score) in scores(sample) {
            serde_json::to_writer(&mut bytes, &line(evaluation, sample, metric, score)).map_err(encode)?;
            bytes.push(b'\n');
            n += 1;
        }
    }
    Ok((bytes, n))
}

/// The metrics that give a document a number of its own; those of a whole corpus do not.
fn scores(sample: &Sample) -> impl Iterator<Item = (&str, f64)> {
    sample.metrics.iter().filter_map(|(metric, score)| {
        let number = match score {
            Score::Value(value) => *value,
            Score::Ratio(quantity, units) => quantity / units,
            Score::Counts(_) => return None,
        };
        number.is_finite().then_some((metric.as_str(), number))
    })
}

fn line(evaluation: &Evaluation, sample: &Sample, metric: &str, score: f64) -> Value {
    let (prompt, choices) = asked(sample);
    let raw = match sample.requests.first() {
        Some(Request::Rolling { text }) => text.clone(),
        _ => prompt,
    };
    let (reference, answers) = (reference(sample), answers(sample, metric));
    let is_share = Unit::of(metric) == Unit::Percent;
    let choices = (!sample.choices.is_empty()).then_some(choices);
    json!({
        "schema_version": SCHEMA,
        "evaluation_id": evaluation.id(),
        "model_id": evaluation.model_id(),
        "evaluation_name": evaluation.name,
        "evaluation_result_id": metric,
        "sample_id": sample.doc_id.to_string(),
        "sample_hash": sha256_hex(format!("{raw}{}", reference.concat())),
        "interaction_type": "single_turn",
        "input": { "raw": raw, "reference": reference, "choices": choices },
        "output": { "raw": answers.iter().map(|(_, _, raw)| raw).collect::<Vec<_>>() },
        "answer_attribution": answers.iter().map(attribution).collect::<Vec<_>>(),
        "evaluation": { "score": score, "is_correct": is_share && score >= 1.0 },
        "metadata": metadata(sample, is_share),
    })
}

/// The right answers.
fn reference(sample: &Sample) -> Vec<String> {
    let text = |index: &usize| sample.choices.get(*index).cloned().unwrap_or_else(|| sample.target_text.clone());
    match &sample.target {
        Target::Choice(index) => vec![text(index)],
        Target::Choices(indices) => indices.iter().map(text).collect(),
        Target::Text(text) => vec![text.clone()],
        Target::Texts(texts) => texts.clone(),
    }
}

/// What was taken from an answer, how, and the answer: the chosen text where there are choices, what the model wrote where
/// it writes. Where a given text is scored, there is none.
type Answer = (String, String, String);

fn answers(sample: &Sample, metric: &str) -> Vec<Answer> {
    let (name, filter) = metric.split_once(',').unwrap_or((metric, "none"));
    let filtered = sample.filtered.iter().find(|(name, _)| name == filter).map(|(_, texts)| texts);
    let written: Vec<&String> = sample.responses.iter().filter_map(|response| response.text.as_ref()).collect();
    if !written.is_empty() {
        let taken = |at: usize, raw: &String| filtered.and_then(|texts| texts.get(at)).unwrap_or(raw).clone();
        return written
            .into_iter()
            .enumerate()
            .map(|(at, raw)| (taken(at, raw), filter.to_owned(), raw.clone()))
            .collect();
    }
    let choice = choices::chosen(&choices::scores(sample, name)).and_then(|at| sample.choices.get(at)).cloned();
    choice.map(|text| (text.clone(), format!("largest log-likelihood ({name})"), text)).into_iter().collect()
}

fn attribution((value, method, _): &Answer) -> Value {
    json!({
        "turn_idx": 0,
        "source": "output.raw",
        "extracted_value": value,
        "extraction_method": method,
        "is_terminal": true,
    })
}

/// Words only, as the schema wants them.
fn metadata(sample: &Sample, is_share: bool) -> Map<String, Value> {
    let mut details = Map::new();
    let mut put = |key: &str, text: String| details.insert(key.to_owned(), text.into());
    put("doc_hash", sample.doc_hash.clone());
    put("prompt_hash", sample.prompt_hash.clone());
    let likelihoods: Vec<f64> = sample.responses.iter().map(|response| response.log_likelihood).collect();
    put("log_likelihoods_nats", json!(likelihoods).to_string());
    if !is_share {
        put("is_correct", "not defined for this metric".to_owned());
    }
    details
}

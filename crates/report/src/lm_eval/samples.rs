//! `samples_<task>_<date>.jsonl`: a line per document.

use super::python;
use crate::ReportError;
use crate::hash::sha256_hex;
use serde_json::{Map, Value, json};
use yardstick_core::{MetricCard, Request, Response, Sample, Score, Target, python_float};

/// Lines and the hash that lm-eval takes over them.
pub(super) struct Logged {
    pub(super) jsonl: Vec<u8>,
    pub(super) task_hash: String,
}

/// One task's documents; `metrics` gives the order of the metric keys.
pub(super) fn log(samples: &[&Sample], metrics: &[MetricCard]) -> Result<Logged, ReportError> {
    let (mut jsonl, mut hashes) = (Vec::new(), String::new());
    for sample in samples {
        let line = line(sample, metrics).and_then(|line| {
            for key in ["doc_hash", "prompt_hash", "target_hash"] {
                hashes.push_str(line[key].as_str().unwrap_or_default());
            }
            serde_json::to_writer(&mut jsonl, &line)
        });
        line.map_err(|e| ReportError::Encode {
            what: format!("a document of {}", sample.task),
            reason: e.to_string(),
        })?;
        jsonl.push(b'\n');
    }
    Ok(Logged { jsonl, task_hash: sha256_hex(&hashes) })
}

fn line(sample: &Sample, metrics: &[MetricCard]) -> serde_json::Result<Map<String, Value>> {
    let answers: Vec<Value> = sample.requests.iter().zip(&sample.responses).map(|(q, a)| answer(q, a)).collect();
    let repeats: Vec<Value> = answers.iter().map(|answer| json!([answer])).collect();
    let target = target(sample);
    let scores = scores(sample, metrics);
    let mut line = Map::new();
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("doc_id", json!(sample.doc_id));
    put("doc", serde_json::to_value(&sample.doc)?);
    put("target", json!(target));
    put("arguments", arguments(&sample.requests));
    put("resps", Value::Array(repeats));
    put("filtered_resps", Value::Array(answers));
    put("filter", json!("none"));
    put("metrics", scores.iter().map(|(name, _)| json!(name)).collect());
    put("doc_hash", json!(sha256_hex(&python::json_indented(&sample.doc)?)));
    put("prompt_hash", json!(sha256_hex(sample.requests.first().map_or("", first_argument))));
    put("target_hash", json!(sha256_hex(&target)));
    for (name, score) in scores {
        put(name, score);
    }
    Ok(line)
}

/// A model's answer, every part as a string: log-likelihood and greediness, or the log-likelihood alone when rolling.
fn answer(request: &Request, response: &Response) -> Value {
    let log_likelihood = python_float(response.log_likelihood);
    match request {
        Request::LogLikelihood { .. } => json!([log_likelihood, python::bool(response.is_greedy)]),
        Request::Rolling { .. } => json!(log_likelihood),
    }
}

/// `gen_args_<request>` → `arg_<position>` → text.
fn arguments(requests: &[Request]) -> Value {
    let texts = |request: &Request| match request {
        Request::LogLikelihood { context, continuation } => json!({ "arg_0": context, "arg_1": continuation }),
        Request::Rolling { text } => json!({ "arg_0": text }),
    };
    requests
        .iter()
        .enumerate()
        .map(|(i, request)| (format!("gen_args_{i}"), texts(request)))
        .collect::<Map<_, _>>()
        .into()
}

fn first_argument(request: &Request) -> &str {
    match request {
        Request::LogLikelihood { context, .. } => context,
        Request::Rolling { text } => text,
    }
}

/// What lm-eval logs as the target: the index of the right choice or the text; where the choices are contexts, the
/// continuation that they share.
fn target(sample: &Sample) -> String {
    match (&sample.target, sample.requests.as_slice()) {
        (Target::Text(text), _) => text.clone(),
        (Target::Choice(_), [first, rest @ ..]) if chooses_contexts(first, rest) => {
            first.scored_text().trim_start().to_owned()
        }
        (Target::Choice(index), _) => index.to_string(),
    }
}

fn chooses_contexts(first: &Request, rest: &[Request]) -> bool {
    let same_text = rest.iter().all(|r| r.scored_text() == first.scored_text());
    same_text && rest.iter().any(|r| r.context() != first.context())
}

/// Scores in the order of the task's metrics, then any others.
fn scores<'a>(sample: &'a Sample, metrics: &[MetricCard]) -> Vec<(&'a str, Value)> {
    let rank = |name: &str| metrics.iter().position(|m| m.name == name).unwrap_or(metrics.len());
    let mut scores: Vec<_> = sample.metrics.iter().map(|(name, &score)| (name.as_str(), score_value(score))).collect();
    scores.sort_by_key(|(name, _)| rank(name));
    scores
}

fn score_value(score: Score) -> Value {
    match score {
        Score::Value(value) => json!(value),
        Score::Ratio(numerator, units) if units.fract() == 0.0 && units.abs() < 1e15 => {
            json!([numerator, units as i64])
        }
        Score::Ratio(numerator, units) => json!([numerator, units]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn logged(sample: &Sample) -> Value {
        let logged = log(&[sample], &[]).expect("encodes");
        serde_json::from_slice(&logged.jsonl).expect("JSON")
    }

    #[test]
    fn keys_in_lm_evals_order() {
        let line = logged(&testing::choice("m"));
        let keys: Vec<&str> = line.as_object().expect("an object").keys().map(String::as_str).collect();
        let wanted = [
            "doc_id",
            "doc",
            "target",
            "arguments",
            "resps",
            "filtered_resps",
            "filter",
            "metrics",
            "doc_hash",
            "prompt_hash",
            "target_hash",
            "acc",
        ];
        assert_eq!(keys, wanted);
    }

    #[test]
    fn numbers_are_strings() {
        let line = logged(&testing::choice("m"));
        assert_eq!(line["resps"], json!([[["-5.25", "False"]], [["-3.0", "False"]]]));
        assert_eq!(line["filtered_resps"], json!([["-5.25", "False"], ["-3.0", "False"]]));
        assert_eq!(line["arguments"]["gen_args_1"], json!({"arg_0": "Is it?\nAnswer:", "arg_1": " yes"}));
        assert_eq!((&line["target"], &line["metrics"], &line["acc"]), (&json!("1"), &json!(["acc"]), &json!(1.0)));
    }

    #[test]
    fn rolling() {
        let line = logged(&testing::rolling("m"));
        assert_eq!(line["resps"], json!([["-19268.608642578125"]]));
        assert_eq!(line["arguments"], json!({"gen_args_0": {"arg_0": "One page."}}));
        assert_eq!(line["bits_per_byte"], json!([-19_268.608_642_578_125, 9]));
        assert_eq!(line["target"], json!("One page."));
    }

    #[test]
    fn contexts_to_choose_from() {
        let line = logged(&testing::winograd("m"));
        assert_eq!(line["target"], json!("slept."));
        assert_eq!(line["resps"][1], json!([["-1e-05", "False"]]));
    }

    #[test]
    fn hashes() {
        let line = logged(&testing::last_word("m"));
        assert_eq!(line["target_hash"], json!(sha256_hex(" page")));
        assert_eq!(line["prompt_hash"], json!(sha256_hex("He read the last")));
        // The row as Python would print it.
        let doc = "{\n  \"text\": \"Ünïcode\\tand \\\"quotes\\\"\",\n  \"n\": 3,\n  \"weights\": [\n    1.0,\n    1e-07,\n    null\n  ]\n}";
        assert_eq!(line["doc_hash"], json!(sha256_hex(doc)));
    }
}

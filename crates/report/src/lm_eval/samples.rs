//! `samples_<task>_<date>.jsonl`: a line per document.

use super::{NO_FILTER, python, split};
use crate::ReportError;
use crate::hash::sha256_hex;
use serde_json::{Map, Value, json};
use yardstick_core::{Generation, MetricCard, Request, Response, Sample, Score, Target, python_float};

/// Lines and the hash that lm-eval takes over them.
pub(super) struct Logged {
    pub(super) jsonl: Vec<u8>,
    pub(super) task_hash: String,
}

/// One task's documents, filter by filter; `metrics` gives the order of the metric keys.
pub(super) fn log(samples: &[&Sample], metrics: &[MetricCard]) -> Result<Logged, ReportError> {
    let (mut jsonl, mut hashes) = (Vec::new(), String::new());
    for filter in filters(samples) {
        for sample in samples {
            let line = line(sample, filter, metrics).and_then(|line| {
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
    }
    Ok(Logged { jsonl, task_hash: sha256_hex(&hashes) })
}

/// The filters of the documents in the task file's order.
fn filters<'a>(samples: &[&'a Sample]) -> Vec<&'a str> {
    let named = samples.first().map_or(&[][..], |sample| &sample.filtered);
    if named.is_empty() { vec![NO_FILTER] } else { named.iter().map(|(name, _)| name.as_str()).collect() }
}

fn line(sample: &Sample, filter: &str, metrics: &[MetricCard]) -> serde_json::Result<Map<String, Value>> {
    let asked = asked(sample);
    let filtered = asked.iter().flat_map(|asked| asked.filtered(sample, filter));
    let target = target(sample);
    let scores = scores(sample, filter, metrics);
    let mut line = Map::new();
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("doc_id", json!(sample.doc_id));
    put("doc", serde_json::to_value(&sample.doc)?);
    put("target", json!(target));
    put("arguments", arguments(asked.iter().map(|asked| asked.request)));
    put("resps", asked.iter().map(|asked| json!(asked.answers)).collect());
    put("filtered_resps", filtered.collect());
    put("filter", json!(filter));
    put("metrics", scores.iter().map(|(name, _)| json!(name)).collect());
    put("doc_hash", json!(sha256_hex(&python::json_indented(&sample.doc)?)));
    put("prompt_hash", json!(sha256_hex(sample.requests.first().map_or("", first_argument))));
    put("target_hash", json!(sha256_hex(&target)));
    for (name, score) in scores {
        put(name, score);
    }
    Ok(line)
}

/// A request with its answers: one, or the samples of a prompt, which are one request that is asked again.
struct Asked<'a> {
    request: &'a Request,
    answers: Vec<Value>,
}

fn asked(sample: &Sample) -> Vec<Asked<'_>> {
    let mut all: Vec<Asked> = Vec::new();
    for (request, response) in sample.requests.iter().zip(&sample.responses) {
        let answer = answer(request, response);
        match (all.last_mut(), request) {
            (Some(last), Request::Generate { sample: 1.., .. }) => last.answers.push(answer),
            _ => all.push(Asked { request, answers: vec![answer] }),
        }
    }
    all
}

impl Asked<'_> {
    /// What a filter leaves of the answers. Filters see texts alone.
    fn filtered(&self, sample: &Sample, filter: &str) -> Vec<Value> {
        let texts = sample.filtered.iter().find(|(name, _)| name == filter).map(|(_, texts)| texts.as_slice());
        match (self.request, texts) {
            (Request::Generate { .. }, Some([text])) => vec![json!(text)],
            (Request::Generate { .. }, Some(texts)) => vec![json!(texts)],
            _ => self.answers.clone(),
        }
    }
}

/// A model's answer, every part as a string: log-likelihood and greediness, or the log-likelihood alone when rolling.
fn answer(request: &Request, response: &Response) -> Value {
    let log_likelihood = python_float(response.log_likelihood);
    match request {
        Request::LogLikelihood { .. } => json!([log_likelihood, python::bool(response.is_greedy)]),
        Request::Rolling { .. } => json!(log_likelihood),
        Request::Generate { .. } => json!(response.text.as_deref().unwrap_or_default()),
    }
}

/// `gen_args_<request>` → `arg_<position>` → text.
fn arguments<'a>(requests: impl Iterator<Item = &'a Request>) -> Value {
    let texts = |request: &Request| match request {
        Request::LogLikelihood { context, continuation } => json!({ "arg_0": context, "arg_1": continuation }),
        Request::Rolling { text } => json!({ "arg_0": text }),
        Request::Generate { context, generation, .. } => json!({ "arg_0": context, "arg_1": settings(generation) }),
    };
    requests.enumerate().map(|(i, request)| (format!("gen_args_{i}"), texts(request))).collect::<Map<_, _>>().into()
}

/// lm-eval's names for how a text is written.
fn settings(generation: &Generation) -> Value {
    let mut out = Map::new();
    out.insert("until".to_owned(), json!(generation.until));
    out.insert("max_gen_toks".to_owned(), json!(generation.max_tokens));
    out.insert("do_sample".to_owned(), json!(generation.sampling.is_some()));
    out.insert("temperature".to_owned(), json!(generation.sampling.map_or(0.0, |sampling| sampling.temperature)));
    if let Some(top_k) = generation.sampling.and_then(|sampling| sampling.top_k) {
        out.insert("top_k".to_owned(), json!(top_k));
    }
    if let Some(top_p) = generation.sampling.and_then(|sampling| sampling.top_p) {
        out.insert("top_p".to_owned(), json!(top_p));
    }
    Value::Object(out)
}

fn first_argument(request: &Request) -> &str {
    match request {
        Request::LogLikelihood { context, .. } | Request::Generate { context, .. } => context,
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
        // Python prints a list of numbers as JSON does.
        (Target::Choices(indices), _) => format!("{indices:?}"),
        (Target::Texts(_), _) => sample.target_text.clone(),
    }
}

fn chooses_contexts(first: &Request, rest: &[Request]) -> bool {
    let same_text = rest.iter().all(|r| r.scored_text() == first.scored_text());
    same_text && rest.iter().any(|r| r.context() != first.context())
}

/// Scores in the order of the task's metrics, then any others.
fn scores<'a>(sample: &'a Sample, filter: &str, metrics: &[MetricCard]) -> Vec<(&'a str, Value)> {
    let rank = |name: &str| metrics.iter().position(|m| m.name == name).unwrap_or(metrics.len());
    let mut scores: Vec<_> = sample.metrics.iter().filter(|(key, _)| split(key).1 == filter).collect();
    scores.sort_by_key(|(key, _)| rank(key));
    scores.into_iter().map(|(key, score)| (split(key).0, score_value(score))).collect()
}

fn score_value(score: &Score) -> Value {
    match score {
        Score::Value(value) => json!(value),
        Score::Ratio(numerator, units) if units.fract() == 0.0 && units.abs() < 1e15 => {
            json!([numerator, *units as i64])
        }
        Score::Ratio(numerator, units) => json!([numerator, units]),
        Score::Counts(counts) => json!(counts),
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
    fn written() {
        let logged = log(&[&testing::written("m")], &[]).expect("encodes");
        let lines: Vec<Value> =
            logged.jsonl.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
        let [strict, all] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&strict["filter"], &all["filter"]), (&json!("strict"), &json!("all")));
        assert_eq!(strict["resps"], json!([[" 2, I say", ""]]));
        assert_eq!((&strict["filtered_resps"], &all["filtered_resps"]), (&json!(["[invalid]"]), &json!([["2", ""]])));
        assert_eq!((&strict["metrics"], &all["metrics"]), (&json!(["exact_match"]), &json!(["bleu", "exact_match"])));
        assert_eq!((&strict["exact_match"], &all["bleu"]), (&json!(0.0), &json!([1.0, 0.0, 2.5])));
        let settings =
            json!({"until": ["\n\n"], "max_gen_toks": 64, "do_sample": true, "temperature": 0.5, "top_k": 40});
        assert_eq!(all["arguments"], json!({"gen_args_0": {"arg_0": "Q: 1 + 1?\nA:", "arg_1": settings}}));
        assert_eq!(all["target"], json!("['2', 'two']"));
    }

    #[test]
    fn texts_and_choices_of_one_document() {
        let mut sample = testing::written("m");
        let choice = testing::choice("m");
        sample.requests.extend(choice.requests);
        sample.responses.extend(choice.responses);
        sample.filtered.truncate(1);
        let line = logged(&sample);
        assert_eq!(line["resps"], json!([[" 2, I say", ""], [["-5.25", "False"]], [["-3.0", "False"]]]));
        assert_eq!(line["filtered_resps"], json!(["[invalid]", ["-5.25", "False"], ["-3.0", "False"]]));
        assert_eq!(line["arguments"]["gen_args_2"], json!({"arg_0": "Is it?\nAnswer:", "arg_1": " yes"}));
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

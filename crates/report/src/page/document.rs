//! One document for the page: what was asked once, what each model answered side by side.

use super::round;
use crate::gather::Answers;
use serde::Serialize;
use serde_json::{Value, json};
use yardstick_core::{MetricCard, Request, Response, Sample, Score, Target};

/// A document. Names are short: there may be hundreds of thousands.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    /// Row in the split.
    i: u64,
    /// Checksum of what was asked, its beginning.
    h: &'a str,
    /// `ll`, `rolling` or `gen`.
    k: &'static str,
    /// The different contexts.
    c: Vec<&'a str>,
    /// The requests: which context, and the text that is scored.
    r: Vec<(usize, &'a str)>,
    /// How the model writes, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    g: Option<Value>,
    /// The choices as text, where they are not the scored texts without the spaces around them.
    #[serde(skip_serializing_if = "Option::is_none")]
    ch: Option<&'a [String]>,
    /// How many of the requests are choices.
    n: usize,
    /// The right choices.
    ok: Vec<usize>,
    /// The right answer as text.
    t: &'a str,
    /// The answers, one a model of the page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    m: Vec<Option<Answer<'a>>>,
}

/// What a model answered.
#[derive(Serialize)]
struct Answer<'a> {
    /// Log-likelihoods, nats.
    ll: Vec<f64>,
    /// Whether every token was the model's first choice: `1` or `0` a request.
    g: String,
    /// Tokens.
    n: Vec<u32>,
    /// Scores, in the order of the task's metrics: a number, a quantity and its units, or nothing.
    s: Vec<Value>,
    /// What must be said about the tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    w: Vec<String>,
    /// The scored tokens of each request: text and log-probability.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    k: Vec<Vec<(&'a str, f64)>>,
    /// What it wrote.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    t: Vec<&'a str>,
    /// What filters made of it.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    f: &'a [(String, Vec<String>)],
}

/// A document with the answers of all models; `None` where nobody was asked.
pub(super) fn document<'a>(answers: &Answers<'a>, metrics: &[MetricCard]) -> Option<Document<'a>> {
    let mut document = asked(answers.iter().flatten().next()?);
    document.m = answers.iter().map(|sample| sample.map(|sample| answer(sample, metrics))).collect();
    Some(document)
}

/// A document without answers.
pub(super) fn asked(sample: &Sample) -> Document<'_> {
    let mut contexts: Vec<&str> = Vec::new();
    let mut requests = Vec::new();
    for request in &sample.requests {
        let context = request.context();
        let at = contexts.iter().position(|known| *known == context).unwrap_or_else(|| {
            contexts.push(context);
            contexts.len() - 1
        });
        requests.push((at, request.scored_text()));
    }
    let is_text = |(choice, request): (&String, &Request)| choice == request.scored_text().trim();
    let are_texts = sample.choices.iter().zip(&sample.requests).all(is_text);
    Document {
        i: sample.doc_id,
        h: &sample.prompt_hash[..sample.prompt_hash.len().min(12)],
        k: kind(sample),
        c: contexts,
        r: requests,
        g: sample.requests.first().and_then(generation),
        ch: (!are_texts).then_some(&sample.choices),
        n: sample.choices.len(),
        ok: right(sample),
        t: &sample.target_text,
        m: Vec::new(),
    }
}

fn kind(sample: &Sample) -> &'static str {
    match sample.requests.first() {
        Some(Request::Rolling { .. }) => "rolling",
        Some(Request::Generate { .. }) => "gen",
        Some(Request::LogLikelihood { .. }) | None => "ll",
    }
}

fn generation(request: &Request) -> Option<Value> {
    match request {
        Request::Generate { generation, .. } => serde_json::to_value(generation).ok(),
        Request::LogLikelihood { .. } | Request::Rolling { .. } => None,
    }
}

/// Indices of the right choices.
pub(super) fn right(sample: &Sample) -> Vec<usize> {
    match &sample.target {
        Target::Choice(index) => vec![*index],
        Target::Choices(indices) => indices.clone(),
        Target::Text(_) | Target::Texts(_) => Vec::new(),
    }
}

fn answer<'a>(sample: &'a Sample, metrics: &[MetricCard]) -> Answer<'a> {
    let responses = &sample.responses;
    let written = responses.iter().any(|response| response.text.is_some());
    Answer {
        ll: responses.iter().map(|response| round(response.log_likelihood, 4)).collect(),
        g: responses.iter().map(|response| if response.is_greedy { '1' } else { '0' }).collect(),
        n: responses.iter().map(|response| response.n_tokens).collect(),
        s: metrics.iter().map(|metric| score(sample.metrics.get(&metric.name))).collect(),
        w: warnings(responses),
        k: tokens(responses),
        t: if written { responses.iter().map(|r| r.text.as_deref().unwrap_or_default()).collect() } else { Vec::new() },
        f: &sample.filtered,
    }
}

/// The tokens of all responses, where they were kept.
fn tokens(responses: &[Response]) -> Vec<Vec<(&str, f64)>> {
    if responses.iter().all(|response| response.tokens.is_empty()) {
        return Vec::new();
    }
    let all = responses.iter();
    all.map(|response| response.tokens.iter().map(|t| (t.text.as_str(), round(t.log_prob, 3))).collect()).collect()
}

fn score(score: Option<&Score>) -> Value {
    match score {
        Some(Score::Value(value)) => json!(round(*value, 6)),
        Some(Score::Ratio(quantity, units)) => json!([round(*quantity, 4), units]),
        Some(Score::Counts(_)) | None => Value::Null,
    }
}

/// What happened to the tokens of a document's requests.
fn warnings(responses: &[Response]) -> Vec<String> {
    let most = |of: &dyn Fn(&Response) -> u32| responses.iter().map(of).max().unwrap_or(0);
    let mut notes = Vec::new();
    let truncated = most(&|r| r.n_truncated);
    if truncated > 0 {
        notes.push(format!("{truncated} tokens of the prompt were cut from the left"));
    }
    let unscored = most(&|r| r.n_unscored);
    if unscored > 0 {
        notes.push(format!("the first {unscored} tokens have no score"));
    }
    if responses.iter().any(|r| r.is_merged) {
        notes.push("the tokenizer merged a continuation into the prompt's last token".to_owned());
    }
    if responses.iter().any(|r| r.is_unfinished) {
        notes.push("a text was cut at the most tokens it may have".to_owned());
    }
    notes
}

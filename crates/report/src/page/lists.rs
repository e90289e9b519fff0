//! The documents of a task in pieces, and the list that finds and sorts them.

use super::document::{document, right};
use super::pieces::{PIECE, Pieces};
use super::{encode, round};
use crate::ReportError;
use crate::gather::{Answers, TaskDocs};
use serde::Serialize;
use yardstick_core::{MetricCard, Request, Sample, Score};

/// Beginnings of documents that a piece has.
const HEADS: usize = 4096;
/// Characters of a beginning.
const HEAD: usize = 72;

/// What the list of a task's documents is made of.
#[derive(Serialize)]
struct List {
    /// Rows in the split, where they are not 0, 1, 2, …
    ids: Option<Vec<u64>>,
    /// Number of the first piece of documents, and the index of each piece's first document.
    first: usize,
    starts: Vec<usize>,
    /// Number of the first piece of beginnings, and how many a piece has.
    heads: usize,
    per_heads: usize,
    /// The metric that says which answers are right, or that is shown in its place.
    metric: Option<String>,
    /// Whether that metric is 0 or 1.
    binary: bool,
    /// What `margin` is.
    margin: &'static str,
    /// One a model of the page.
    models: Vec<Option<Column>>,
}

/// A model's column of the list.
#[derive(Serialize)]
struct Column {
    /// `1` right, `0` wrong, `-` not asked, a character a document; or a number a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    right: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Vec<Option<f64>>>,
    /// How sure the model was of the right answer, hundredths of a nat.
    margin: Vec<Option<i64>>,
}

/// Adds the pieces of a task's documents; gives the number of its list.
pub(super) fn add(task: &TaskDocs, pieces: &mut Pieces) -> Result<usize, ReportError> {
    let (first, starts) = add_documents(task, pieces)?;
    let heads = pieces.next();
    for group in task.docs.chunks(HEADS) {
        let heads: Vec<String> = group.iter().map(head).collect();
        pieces.add(serde_json::to_string(&heads).map_err(|e| encode(&e))?)?;
    }
    let judge = judge(task);
    let n_models = task.docs.first().map_or(0, Vec::len);
    let list = List {
        ids: ids(task),
        first,
        starts,
        heads,
        per_heads: HEADS,
        binary: judge.is_some_and(|judge| judge.1),
        metric: judge.map(|judge| judge.0.name.clone()),
        margin: margin_name(task),
        models: (0..n_models).map(|model| column(task, model, judge)).collect(),
    };
    pieces.add(serde_json::to_string(&list).map_err(|e| encode(&e))?)
}

/// Pieces of documents: the number of the first, and the index of the first document of each.
fn add_documents(task: &TaskDocs, pieces: &mut Pieces) -> Result<(usize, Vec<usize>), ReportError> {
    let first = pieces.next();
    let mut starts = Vec::new();
    let mut piece = String::new();
    for (at, answers) in task.docs.iter().enumerate() {
        let Some(document) = document(answers, &task.card.metrics) else { continue };
        let json = serde_json::to_string(&document).map_err(|e| encode(&e))?;
        if !piece.is_empty() && piece.len() + json.len() > PIECE {
            pieces.add(format!("[{}]", std::mem::take(&mut piece)))?;
        }
        if piece.is_empty() {
            starts.push(at);
        } else {
            piece.push(',');
        }
        piece.push_str(&json);
    }
    if !piece.is_empty() {
        pieces.add(format!("[{piece}]"))?;
    }
    Ok((first, starts))
}

/// Rows, where they are not counted from 0.
fn ids(task: &TaskDocs) -> Option<Vec<u64>> {
    let ids: Vec<u64> = task.docs.iter().filter_map(|doc| Some(doc.iter().flatten().next()?.doc_id)).collect();
    let is_plain = ids.iter().zip(0..).all(|(&id, at)| id == at);
    (!is_plain).then_some(ids)
}

/// The end of a prompt tells documents apart better than its beginning, which examples and instructions share.
fn head(answers: &Answers) -> String {
    let Some(request) = answers.iter().flatten().next().and_then(|sample| sample.requests.first()) else {
        return String::new();
    };
    match request {
        Request::Rolling { text } => clipped(text.split_whitespace()),
        Request::LogLikelihood { context, continuation } if context.is_empty() => {
            clipped(continuation.split_whitespace())
        }
        Request::LogLikelihood { context, .. } | Request::Generate { context, .. } => last_part(context),
    }
}

/// The beginning of words.
fn clipped<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().take(HEAD));
        if out.chars().count() > HEAD {
            return out.chars().take(HEAD).chain(['…']).collect();
        }
    }
    out
}

/// The beginning of the last paragraph, or the end of a long one.
fn last_part(context: &str) -> String {
    let last = context.rsplit("\n\n").find(|part| !part.trim().is_empty()).unwrap_or(context);
    clipped(last.split_whitespace())
}

/// The metric that says who is right: the first that is 0 or 1 for every document, or else the first that is a number.
fn judge<'a>(task: &TaskDocs<'a>) -> Option<(&'a MetricCard, bool)> {
    let metrics = &task.card.metrics;
    let binary = metrics.iter().find(|metric| is_all(task, metric, is_binary)).map(|metric| (metric, true));
    let is_number = |score: &Score| number(score).is_some();
    binary.or_else(|| metrics.iter().find(|metric| is_all(task, metric, is_number)).map(|metric| (metric, false)))
}

/// Whether there are scores of a metric, and all are of a kind.
fn is_all(task: &TaskDocs, metric: &MetricCard, is: impl Fn(&Score) -> bool) -> bool {
    let mut scores = task.docs.iter().flatten().flatten().filter_map(|s| s.metrics.get(&metric.name)).peekable();
    scores.peek().is_some() && scores.all(is)
}

fn is_binary(score: &Score) -> bool {
    matches!(score, Score::Value(value) if [0.0_f64, 1.0].iter().any(|known| known.to_bits() == value.to_bits()))
}

fn number(score: &Score) -> Option<f64> {
    match score {
        Score::Value(value) => Some(*value),
        Score::Ratio(quantity, units) => Some(quantity / units),
        Score::Counts(_) => None,
    }
}

fn margin_name(task: &TaskDocs) -> &'static str {
    let first = task.docs.iter().flatten().flatten().next();
    if first.is_some_and(|sample| sample.choices.len() > 1) {
        "log-likelihood of the right choice minus that of the likeliest other, nats"
    } else if first.is_some_and(|sample| sample.responses.iter().any(|r| r.text.is_some())) {
        "log-likelihood of what was written, nats"
    } else {
        "log-likelihood of the text, nats"
    }
}

fn column(task: &TaskDocs, model: usize, judge: Option<(&MetricCard, bool)>) -> Option<Column> {
    let samples = || task.docs.iter().map(|doc| doc[model]);
    samples().flatten().next()?;
    let value = |sample: Option<&Sample>| number(sample?.metrics.get(&judge?.0.name)?);
    let is_binary = judge.is_some_and(|judge| judge.1);
    let mark = |sample| value(sample).map_or('-', |value| if value > 0.5 { '1' } else { '0' });
    let hundredths = |sample: Option<&Sample>| {
        let margin = 100.0 * margin(sample?)?;
        margin.is_finite().then(|| margin.round() as i64)
    };
    Some(Column {
        right: is_binary.then(|| samples().map(mark).collect()),
        value: (!is_binary).then(|| samples().map(|s| value(s).map(|v| round(v, 4))).collect()),
        margin: samples().map(hundredths).collect(),
    })
}

/// By how much the right choice is likelier than the best other one; without choices, how likely the text is. Nats.
fn margin(sample: &Sample) -> Option<f64> {
    let n = sample.choices.len();
    let log_likelihoods = sample.responses.iter().map(|response| response.log_likelihood);
    let right = right(sample);
    if n < 2 || right.is_empty() {
        return Some(log_likelihoods.sum());
    }
    let best = |is_right: bool| {
        let own = log_likelihoods.clone().take(n).enumerate().filter(|(at, _)| right.contains(at) == is_right);
        own.map(|(_, value)| value).max_by(f64::total_cmp)
    };
    Some(best(true)? - best(false)?)
}

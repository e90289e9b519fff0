//! lm-eval's two tasks on `SQuAD` that are Python classes, as task files and hooks.
//!
//! Source: Rajpurkar et al. (2018), "Know What You Don't Know: Unanswerable Questions for `SQuAD`". Scores are those of the
//! paper's own script, in percent.

use super::{Hook, HookKind, Module, Scores, squad};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use regex::RegexBuilder;
use yardstick_core::{Score, Value};

const METRICS: &[&str] =
    &["exact", "f1", "HasAns_exact", "HasAns_f1", "NoAns_exact", "NoAns_f1", "best_exact", "best_f1"];

pub(super) static MODULE: Module = Module {
    name: "squadv2.task",
    sources: &["c0ce848b3d9792d6a701bf292bad8efad7f4621ae1efdb305e70ee82ab90e9b7"],
    hooks: &[
        Hook { name: "squadv2.task.SQuAD2", kind: HookKind::Class(include_str!("squadv2.yaml")) },
        Hook { name: "squadv2.task.best", kind: HookKind::Aggregation(best) },
        Hook { name: "squadv2.task.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook {
            name: "squadv2.task.process_results",
            kind: HookKind::Results { metrics: METRICS, function: process_results },
        },
        Hook { name: "squadv2.task.share", kind: HookKind::Aggregation(share) },
    ],
};

pub(super) static COMPLETION: Module = Module {
    name: "squad_completion.task",
    sources: &["92a917c531f41fa2f63b1a10c9ef989ff191a1c72f58350fe6933e20c29e14b2"],
    hooks: &[
        Hook {
            name: "squad_completion.task.SQUADCompletion",
            kind: HookKind::Class(include_str!("squad_completion.yaml")),
        },
        Hook {
            name: "squad_completion.task.doc_to_target",
            kind: HookKind::Value(|row| Ok(Value::from(strip(row.str("value")?)))),
        },
        Hook {
            name: "squad_completion.task.doc_to_text",
            kind: HookKind::Value(|row| Ok(Value::from(strip(row.str("text")?)))),
        },
        Hook {
            name: "squad_completion.task.process_results",
            kind: HookKind::Results { metrics: &["contains"], function: contains },
        },
    ],
};

/// The first answer after a space, or "unanswerable".
fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    let answers = row.inner("answers")?.strs("text")?;
    Ok(Value::Str(format!(" {}", answers.first().unwrap_or(&"unanswerable"))))
}

/// Each score over all documents, over those that have an answer or have none, and with the best threshold.
fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let golds = row.inner("answers")?.strs("text")?;
    let mut right: Vec<&str> = golds.iter().copied().filter(|gold| !squad::normalized(gold).is_empty()).collect();
    if right.is_empty() {
        right.push("");
    }
    let no_answer = answers.responses.iter().find(|response| response.text.is_none());
    let no_answer = no_answer.ok_or_else(|| row.bad("also_scored", "a score for no answer", &Value::Null))?;
    let case = Case {
        no_answer: no_answer.log_likelihood.exp(),
        has_answer: !golds.is_empty(),
        is_empty: answers.text().is_empty(),
    };
    let best = |score: fn(&str, &str) -> f64| squad::best(right.iter().copied(), |gold| score(gold, answers.text()));
    let [exact, f1] = [best(squad::exact), best(squad::f1)].map(|score| 100.0 * score);
    Ok(vec![
        ("exact", Score::Value(exact)),
        ("f1", Score::Value(f1)),
        ("HasAns_exact", case.among(exact, true)),
        ("HasAns_f1", case.among(f1, true)),
        ("NoAns_exact", case.among(exact, false)),
        ("NoAns_f1", case.among(f1, false)),
        ("best_exact", case.threshold(exact)),
        ("best_f1", case.threshold(f1)),
    ])
}

/// What beside its score matters of a document.
struct Case {
    /// Probability of "unanswerable".
    no_answer: f64,
    has_answer: bool,
    /// Whether nothing was written.
    is_empty: bool,
}

impl Case {
    /// Score and weight, for documents with or without an answer.
    fn among(&self, score: f64, has_answer: bool) -> Score {
        let weight = f64::from(self.has_answer == has_answer);
        Score::Counts(vec![score * weight, weight])
    }

    /// The probability of no answer, what is got by answering, and what by not answering.
    fn threshold(&self, score: f64) -> Score {
        let (answering, silent) = match (self.has_answer, self.is_empty) {
            (true, _) => (score, 0.0),
            (false, true) => (100.0, 100.0),
            (false, false) => (0.0, 100.0),
        };
        Score::Counts(vec![self.no_answer, answering, silent])
    }
}

/// Sum of scores over sum of weights; 0 where no document counts, as lm-eval has it.
fn share(scores: &[Score]) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    for score in scores {
        if let Score::Counts(counts) = score
            && let [score, weight] = counts[..]
        {
            sum += score;
            weights += weight;
        }
    }
    if weights == 0.0 { 0.0 } else { sum / weights }
}

/// The largest mean score that a threshold gives: documents whose probability of no answer is above it are not answered.
fn best(scores: &[Score]) -> f64 {
    let mut cases: Vec<[f64; 3]> = Vec::with_capacity(scores.len());
    for score in scores {
        if let Score::Counts(counts) = score
            && let [no_answer, answering, silent] = counts[..]
        {
            cases.push([no_answer, answering, silent]);
        }
    }
    cases.sort_by(|a, b| a[0].total_cmp(&b[0]));
    // Nothing is answered at first, then one document after the other.
    let mut sum: f64 = cases.iter().map(|[_, _, silent]| silent).sum();
    let mut largest = sum;
    for [_, answering, silent] in &cases {
        sum += answering - silent;
        largest = largest.max(sum);
    }
    if cases.is_empty() { 0.0 } else { largest / cases.len() as f64 }
}

/// Whether the answer occurs in what was written, in whatever case.
fn contains(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let value = strip(row.str("value")?);
    let pattern = RegexBuilder::new(&regex::escape(value)).case_insensitive(true).build();
    let pattern = pattern.map_err(|_| row.bad("value", "a shorter text", &Value::from(value)))?;
    Ok(vec![("contains", Score::Value(f64::from(pattern.is_match(answers.text()))))])
}

//! `process_results` of sets whose answers are compared in a line or two: `AGIEval`'s questions with choices and `XQuAD`.

use super::{Hook, HookKind, Module, Scores, squad};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::{Score, Value};

pub(super) static AGIEVAL: Module = Module {
    name: "agieval.utils",
    sources: &["d54929f3cfcae8ee7f1f0171414cb81ec19b4243ea6474d8155956beb18327d3"],
    hooks: &[Hook {
        name: "agieval.utils.process_results_mcqa",
        kind: HookKind::Results { metrics: &["acc", "acc_norm"], function: process_results_mcqa },
    }],
};

pub(super) static XQUAD: Module = Module {
    name: "xquad.utils",
    sources: &["b6f164533e6f05a76831a279ef89d392c2459bad77b43c9e2fe14318e4a79ab2"],
    hooks: &[Hook {
        name: "xquad.utils.process_results_qa",
        kind: HookKind::Results { metrics: &["exact_match", "f1"], function: process_results_qa },
    }],
};

/// Several choices may be right; the normalised accuracy is by characters.
fn process_results_mcqa(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let (golds, choices) = (row.list("gold")?, row.strs("choices")?);
    if choices.len() != answers.responses.len() {
        return Err(row.bad("choices", "as many choices as there are answers", row.cell("choices")?));
    }
    let log_likelihoods = || answers.responses.iter().map(|response| response.log_likelihood);
    let is_right = |index: Option<usize>| {
        let index = index.and_then(|index| i64::try_from(index).ok());
        Score::Value(f64::from(golds.iter().any(|gold| index.is_some() && gold.as_int() == index)))
    };
    let per_character = log_likelihoods().zip(&choices).map(|(sum, choice)| sum / choice.chars().count() as f64);
    Ok(vec![("acc", is_right(largest(log_likelihoods()))), ("acc_norm", is_right(largest(per_character)))])
}

/// Index of the largest number, the first one of equals.
fn largest(numbers: impl Iterator<Item = f64>) -> Option<usize> {
    let larger = |best: Option<(usize, f64)>, (index, number): (usize, f64)| match best {
        Some((_, known)) if known >= number => best,
        _ => Some((index, number)),
    };
    numbers.enumerate().fold(None, larger).map(|(index, _)| index)
}

/// Against the first answer.
fn process_results_qa(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let golds = row.inner("answers")?.strs("text")?;
    let gold = golds.first().ok_or_else(|| row.bad("answers", "at least one answer", &Value::List(Vec::new())))?;
    let score = |score: fn(&str, &str) -> f64| Score::Value(score(gold, answers.text()));
    Ok(vec![("f1", score(squad::f1)), ("exact_match", score(squad::exact))])
}

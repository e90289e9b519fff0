//! `MuTual`: the next turn of a dialogue, by rank.
//!
//! Source: Cui et al. (2020), "`MuTual`: A Dataset for Multi-Turn Dialogue Reasoning".

use super::{Columns, Hook, HookKind, Module, Scores};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::row::Row;
use std::cmp::Ordering;
use yardstick_core::{Response, Score, Value};

pub(super) static MODULE: Module = Module {
    name: "mutual.utils",
    sources: &["2a442548e8596fec193b3d8686978eb4aaf4e7990f324056e7cf2f7294a1807d"],
    hooks: &[
        Hook { name: "mutual.utils.process_docs", kind: HookKind::Row(process_docs) },
        Hook {
            name: "mutual.utils.process_results",
            kind: HookKind::Results { metrics: &["r@1", "r@2", "mrr"], function: process_results },
        },
    ],
};

/// In this order.
const REPLACEMENTS: &[(&str, &str)] = &[
    (" '", "'"),
    (" \n", "\n"),
    ("\n ", "\n"),
    (" n't", "n't"),
    ("`` ", "\""),
    ("''", "\""),
    (" :", ":"),
    (" ;", ";"),
    (" !", "!"),
    (" ?", "?"),
    (" ,", ","),
    (" .", "."),
];

fn process_docs(row: Row) -> Result<Columns, TaskError> {
    let options = row.strs("options")?.into_iter().map(detokenize).collect();
    Ok(vec![("article", detokenize(row.str("article")?)), ("options", Value::List(options))])
}

fn detokenize(text: &str) -> Value {
    Value::Str(REPLACEMENTS.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to)))
}

/// Recall among the first one and two, and the reciprocal rank.
///
/// `r@1` is not what its name says: lm-eval looks for the largest number among log-likelihoods and greedy flags together,
/// where a flag (0 or 1) is always the larger one, and takes its place in that list for the choice. Kept to the letter.
fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let letter = row.str("answers")?;
    let gold = ["A", "B", "C", "D"].iter().position(|known| *known == letter);
    let gold = gold.filter(|gold| *gold < answers.responses.len());
    let gold = gold.ok_or_else(|| row.bad("answers", "the letter of a choice", &Value::from(letter)))?;
    let numbers: Vec<f64> = answers
        .responses
        .iter()
        .flat_map(|response| [response.log_likelihood, f64::from(response.is_greedy)])
        .collect();
    let largest = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let r_1 = f64::from(numbers.iter().position(|number| *number >= largest) == Some(gold));
    let own = &answers.responses[gold];
    let rank = answers.responses.iter().filter(|other| order(other, own) == Ordering::Greater).count();
    Ok(vec![
        ("r@1", Score::Value(r_1)),
        ("r@2", Score::Value(r_1.max(f64::from(rank == 1)))),
        ("mrr", Score::Value(1.0 / (rank as f64 + 1.0))),
    ])
}

fn order(a: &Response, b: &Response) -> Ordering {
    a.log_likelihood.total_cmp(&b.log_likelihood).then(a.is_greedy.cmp(&b.is_greedy))
}

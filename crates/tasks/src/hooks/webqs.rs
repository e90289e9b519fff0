//! `WebQuestions`: every accepted answer is a choice, and all of them are right.

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "webqs.utils",
    sources: &["b34d53926d40410fc18c9b5455acb0d5f27906cc5a1a3b424eb9099c5fdfcbf8"],
    hooks: &[
        Hook { name: "webqs.utils.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "webqs.utils.doc_to_target", kind: HookKind::Value(doc_to_target) },
    ],
};

fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    Ok(Value::List(answers(row)?.into_iter().map(Value::from).collect()))
}

fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    Ok(Value::List((0..).map(Value::Int).take(answers(row)?.len()).collect()))
}

/// The answers in alphabetical order, without those that another one begins.
fn answers(row: Row<'_>) -> Result<Vec<&str>, TaskError> {
    let mut answers = row.strs("answers")?;
    answers.sort_unstable();
    let mut kept: Vec<&str> = Vec::new();
    for answer in answers {
        if !kept.last().is_some_and(|last| answer.starts_with(last)) {
            kept.push(answer);
        }
    }
    if kept.is_empty() { Err(row.bad("answers", "at least one answer", &Value::List(Vec::new()))) } else { Ok(kept) }
}

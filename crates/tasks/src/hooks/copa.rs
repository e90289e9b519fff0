//! COPA: premise, "because" or "therefore", and the choice in lower case.

use super::xcopa::premise;
use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::lower_first;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "copa.utils",
    sources: &["0be98a907db647a518c42c916a61385b64f394cf9d0171b5cb86b7a036282de7"],
    hooks: &[
        Hook { name: "copa.utils.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "copa.utils.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "copa.utils.doc_to_text", kind: HookKind::Value(doc_to_text) },
    ],
};

/// The premise without its full stop, and the connective.
fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    premise(row, "because", "therefore")
}

/// The right choice. It begins with a space of its own, so that there are two after the delimiter, as in lm-eval.
fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    match row.cell("label")? {
        Value::Int(0) => choice(row, "choice1"),
        Value::Int(1) => choice(row, "choice2"),
        other => Err(row.bad("label", "0 or 1", other)),
    }
}

/// Both choices.
fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    Ok(Value::List(vec![choice(row, "choice1")?, choice(row, "choice2")?]))
}

fn choice(row: Row, column: &str) -> Result<Value, TaskError> {
    let text = row.str(column)?;
    let lowered = lower_first(text).ok_or_else(|| row.bad(column, "not empty", &Value::from(text)))?;
    Ok(Value::Str(format!(" {lowered}")))
}

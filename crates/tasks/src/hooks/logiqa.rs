//! `LogiQA` and its second version: a passage, a question, and options with letters.

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "logiqa.utils_logiqa",
    sources: &["46399f40065469d234c0c9e1ef3de9b67e50d5fe1c2c4130607eda2dda268260"],
    hooks: &[
        Hook { name: "logiqa.utils_logiqa.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook {
            name: "logiqa.utils_logiqa.doc_to_text",
            kind: HookKind::Value(|row| question(row, "context", "\nChoices:\n")),
        },
    ],
};

pub(super) static MODULE_2: Module = Module {
    name: "logiqa2.utils_logiqa2",
    sources: &["0ad23be566a13d9bce46421a77fb2b146499e9b5271a565fffab181e400ff743"],
    hooks: &[Hook {
        name: "logiqa2.utils_logiqa2.doc_to_text",
        kind: HookKind::Value(|row| question(row, "text", "\n")),
    }],
};

fn question(row: Row, passage: &str, before_options: &str) -> Result<Value, TaskError> {
    let (passage, question) = (row.str(passage)?, row.str("question")?);
    let options = lettered(row.strs("options")?);
    Ok(Value::Str(format!("Passage: {passage}\nQuestion: {question}{before_options}{options}Answer:")))
}

/// Up to four options, a line each.
fn lettered(options: Vec<&str>) -> String {
    let lines: Vec<_> = ('A'..='D').zip(options).map(|(letter, option)| format!("{letter}. {option}\n")).collect();
    lines.concat()
}

fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    let label = row.str("label")?;
    let index = (0..).zip('a'..='d').find(|(_, letter)| strip(label) == letter.to_string());
    index.map(|(index, _)| Value::Int(index)).ok_or_else(|| row.bad("label", "a, b, c or d", &Value::from(label)))
}

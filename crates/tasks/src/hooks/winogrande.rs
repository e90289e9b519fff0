//! `WinoGrande` by partial scoring: each option fills the gap, and what follows the gap is scored.
//!
//! Source: Trinh & Le (2018), "A Simple Method for Commonsense Reasoning", section 3 ("partial" scoring).

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "winogrande.preprocess_winogrande",
    sources: &["e55327629264a98f1d383fda24645b6779afb53fa0bce2150042b9416b1ae006"],
    hooks: &[
        Hook { name: "winogrande.preprocess_winogrande.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "winogrande.preprocess_winogrande.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "winogrande.preprocess_winogrande.doc_to_text", kind: HookKind::Value(doc_to_text) },
    ],
};

/// `XWinograd` asks the same in other languages.
pub(super) static XWINOGRAD: Module = Module {
    name: "xwinograd.utils",
    sources: &["ec32f0bfecb45d80220279522ac046ef2ac3f7890444798b56ac29348b27355d"],
    hooks: &[
        Hook { name: "xwinograd.utils.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "xwinograd.utils.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "xwinograd.utils.doc_to_text", kind: HookKind::Value(doc_to_text) },
    ],
};

/// The index of the right option: an integer here makes the choices contexts.
fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    match row.cell("answer")? {
        Value::Str(answer) if answer == "1" => Ok(Value::Int(0)),
        Value::Str(answer) if answer == "2" => Ok(Value::Int(1)),
        other => Err(row.bad("answer", "the string \"1\" or \"2\"", other)),
    }
}

/// The sentence after the gap.
fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    Ok(Value::from(strip(split(row)?.1)))
}

/// The sentence up to the gap, with each option in it.
fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    let before = split(row)?.0;
    let fill = |column| Ok(Value::Str(format!("{before}{}", row.str(column)?)));
    Ok(Value::List(vec![fill("option1")?, fill("option2")?]))
}

fn split(row: Row<'_>) -> Result<(&str, &str), TaskError> {
    let sentence = row.str("sentence")?;
    sentence.split_once('_').ok_or_else(|| row.bad("sentence", "a sentence with the gap `_`", &Value::from(sentence)))
}

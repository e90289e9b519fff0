//! MNLI: the hypothesis as a sentence with a full stop.

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "mnli.utils",
    sources: &["db3099bba72b47a29018221bbca9a9d44f043b5bf4fbc9df93b8081687ba895e"],
    hooks: &[Hook { name: "mnli.utils.doc_to_text", kind: HookKind::Value(doc_to_text) }],
};

fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    let (premise, hypothesis) = (row.str("premise")?, strip(row.str("hypothesis")?));
    let stop = if hypothesis.ends_with('.') { "" } else { "." };
    Ok(Value::Str(format!("{premise}\nQuestion: {hypothesis}{stop} True, False or Neither?\nAnswer:")))
}

//! Arithmetic: questions in words, with the labels of the prompt spelt out.

use super::{Columns, Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "arithmetic.utils",
    sources: &["55c93da7005300ce496a18bce8251febab8acd36b8c4d8875679ff432c2031f9"],
    hooks: &[Hook { name: "arithmetic.utils.process_docs", kind: HookKind::Row(process_docs) }],
};

fn process_docs(row: Row) -> Result<Columns, TaskError> {
    let context = strip(row.str("context")?).replace("\n\n", "\n").replace("Q:", "Question:").replace("A:", "Answer:");
    Ok(vec![("context", Value::Str(context)), ("completion", row.cell("completion")?.clone())])
}

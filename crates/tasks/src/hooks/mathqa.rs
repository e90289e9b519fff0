//! `MathQA`: the options out of one string.

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::constant;
use crate::row::Row;
use regex::Regex;
use std::sync::LazyLock;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "mathqa.utils",
    sources: &["345aa27870efd145f970456632622efc617b299a4d00abc9459242d2c696d342"],
    hooks: &[Hook { name: "mathqa.utils.doc_to_choice", kind: HookKind::Value(doc_to_choice) }],
};

/// An option up to the next comma, and the last one up to the end, before which there may be a line break.
static OPTION: LazyLock<Regex> = LazyLock::new(|| constant(r"([abcd] \) .*?, )|(e \) .*?)(?:\n?\z)"));

fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    let options = OPTION.captures_iter(row.str("options")?).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    // "a ) " goes, and what separates it from the next one.
    let text = |option: regex::Match| Value::from(option.as_str()[4..].trim_end_matches([' ', ',']));
    Ok(Value::List(options.map(text).collect()))
}

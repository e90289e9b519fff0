//! `HellaSwag`: what the `WikiHow` half carries over from its web pages is taken out.

use super::{Columns, Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::{capitalize, constant, strip};
use crate::row::Row;
use regex::Regex;
use std::sync::LazyLock;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "hellaswag.utils",
    sources: &["07d23b60b28f2a4f658dcf8440623a63fe6644854ce9b846a114dde980dc1214"],
    hooks: &[Hook { name: "hellaswag.utils.process_docs", kind: HookKind::Row(process_docs) }],
};

/// Leftovers such as `[header]` and `[step]`.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| constant(r"\[.*?\]"));

/// Adds `query`, `choices` and `gold`.
fn process_docs(row: Row) -> Result<Columns, TaskError> {
    let context = format!("{} {}", row.str("ctx_a")?, capitalize(row.str("ctx_b")?));
    let query = clean(&format!("{}: {context}", row.str("activity_label")?));
    let choices = row.strs("endings")?.into_iter().map(|ending| Value::Str(clean(ending))).collect();
    let label = row.str("label")?;
    let gold = label.parse().map_err(|_| row.bad("label", "a string of digits", &Value::from(label)))?;
    Ok(vec![("query", Value::Str(query)), ("choices", Value::List(choices)), ("gold", Value::Int(gold))])
}

/// White space and leftovers of web pages go.
pub(super) fn clean(text: &str) -> String {
    let text = strip(text).replace(" [title]", ". ");
    BRACKETS.replace_all(&text, "").replace("  ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &str) {
        assert_eq!(clean(text), want, "{text:?}");
    }

    #[test]
    fn cleaned() {
        check("  How to knit [title] Choose yarn. [step] Pick one. ", "How to knit. Choose yarn. Pick one.");
        check("a [x][y] b", "a b");
        check("two    spaces shrink once", "two  spaces shrink once");
        check("open [ stays", "open [ stays");
    }
}

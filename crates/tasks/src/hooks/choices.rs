//! Sets whose choices stand in a column each.

use super::{Columns, Hook, HookKind, Module, hellaswag, rows};
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static ARADICE_CULTURE: Module = Module {
    name: "aradice.cultural-benchmark.utils",
    sources: &["1e8d2ea46b9feafa1fb16804e04b795363b462fc314c1a37cf2440a3c6adfa6c"],
    hooks: &[Hook {
        name: "aradice.cultural-benchmark.utils.process_docs",
        kind: HookKind::Row(|row| {
            Ok(vec![("choices", Value::List(cells(row, &["Option A", "Option B", "Option C"])?))])
        }),
    }],
};

pub(super) static ARADICE_OPENBOOKQA: Module = Module {
    name: "aradice.openbookqa.utils",
    sources: &["2e24d8d1e3b2b14d186b4df8f35981661d6607a5c38321b0dd1946671092c05f"],
    hooks: &[
        Hook {
            name: "aradice.openbookqa.utils.doc_to_choice",
            kind: HookKind::Value(|row| options(row, "text").map(Value::List)),
        },
        Hook { name: "aradice.openbookqa.utils.doc_to_target", kind: HookKind::Value(openbookqa_target) },
        Hook {
            name: "aradice.openbookqa.utils.doc_to_text",
            kind: HookKind::Value(|row| Ok(Value::from(strip(row.inner("question")?.str("stem")?)))),
        },
    ],
};

pub(super) static BIGBENCH: Module = Module {
    name: "bigbench.utils",
    sources: &["ffe5920d8ee35daa9271be669629b928a76ac82ede88bdb21683c56785efa474"],
    hooks: &[Hook {
        name: "bigbench.utils.filter_multiple_choice",
        kind: HookKind::Rows(|all| rows::keep(all, |row| Ok(!row.list("multiple_choice_targets")?.is_empty()))),
    }],
};

pub(super) static EUS_EXAMS: Module = Module {
    name: "eus_exams.utils",
    sources: &["4ff455d4899e2ab9e755e35cda767c6dd70bc9554f673496b52233c134b60d6c"],
    hooks: &[Hook { name: "eus_exams.utils.process_docs", kind: HookKind::Rows(|all| rows::keep(all, has_answer)) }],
};

/// Three versions, all with this module.
pub(super) static MMLUSR: Module = Module {
    name: "mmlusr.utils",
    sources: &["f28cc8d405c54ca83e339e3c6deebad195688d8788dbaf511a00c8ebee7f16f5"],
    hooks: &[Hook { name: "mmlusr.utils.process_docs", kind: HookKind::Row(mmlusr) }],
};

pub(super) static OKAPI_ARC: Module = Module {
    name: "okapi.arc_multilingual.utils",
    sources: &["928f11eec23acc717775f156d8a308cc26dd623f54e91eb6bda3da09ca9e3281"],
    hooks: &[Hook { name: "okapi.arc_multilingual.utils.process_docs", kind: HookKind::Row(okapi_arc) }],
};

pub(super) static TMLU: Module = Module {
    name: "tmlu.default.utils",
    sources: &["a3b885e9735f861776ca5bbee5f06d95ecad98cf11df1cf4bbe7fd457afffdbc"],
    hooks: &[Hook { name: "tmlu.default.utils.process_docs", kind: HookKind::Row(tmlu) }],
};

pub(super) static TMMLUPLUS: Module = Module {
    name: "tmmluplus.default.utils",
    sources: &["9907be363638a9b63b59829354de626d6d1310caff80ecfbf400fcb08973ac1f"],
    hooks: &[Hook { name: "tmmluplus.default.utils.process_docs", kind: HookKind::Row(|row| lettered(row, &[])) }],
};

const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

fn cells(row: Row, columns: &[&str]) -> Result<Vec<Value>, TaskError> {
    columns.iter().map(|column| row.cell(column).cloned()).collect()
}

/// Where the letter in a column stands among `letters`.
fn index(row: Row, column: &str, letter: &str, letters: &[&str]) -> Result<Value, TaskError> {
    let found = (0..).zip(letters).find(|(_, known)| **known == letter);
    found
        .map(|(index, _)| Value::Int(index))
        .ok_or_else(|| row.bad(column, "the letter of a choice", &Value::from(letter)))
}

/// Adds `questions`, `choices` (the columns A to D and those of `more`) and `goal`.
fn lettered(row: Row, more: &[&'static str]) -> Result<Columns, TaskError> {
    let letters = [&LETTERS[..], more].concat();
    Ok(vec![
        ("questions", row.cell("question")?.clone()),
        ("choices", Value::List(cells(row, &letters)?)),
        ("goal", index(row, "answer", row.str("answer")?, &letters)?),
    ])
}

/// Some questions have five or six choices.
fn tmlu(row: Row) -> Result<Columns, TaskError> {
    let is_there = |column: &&str| row.fields.get(column).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    lettered(row, &["E", "F"].into_iter().filter(is_there).collect::<Vec<_>>())
}

/// Absent choices are empty ones.
fn mmlusr(row: Row) -> Result<Columns, TaskError> {
    let text = |column: &str| Ok(Value::from(row.text_or_null(column)?.unwrap_or_default()));
    let choices =
        ["choice1", "choice2", "choice3", "choice4"].into_iter().map(text).collect::<Result<_, TaskError>>()?;
    let answer = strip(row.text_or_null("answer")?.unwrap_or_default());
    Ok(vec![("choices", Value::List(choices)), ("answer", Value::from(answer))])
}

/// Options that are not empty.
fn okapi_arc(row: Row) -> Result<Columns, TaskError> {
    let mut choices = Vec::new();
    for column in ["option_a", "option_b", "option_c", "option_d", "option_e"] {
        let option = row.text_or_null(column)?.unwrap_or_default();
        if !option.is_empty() {
            choices.push(Value::Str(hellaswag::clean(option)));
        }
    }
    Ok(vec![
        ("query", Value::Str(format!("Question: {}\nAnswer:", hellaswag::clean(row.str("instruction")?)))),
        ("choices", Value::List(choices)),
        ("gold", index(row, "answer", row.str("answer")?, &["A", "B", "C", "D", "E"])?),
    ])
}

/// Whether a question has an answer and candidates for it.
fn has_answer(row: &Row) -> Result<bool, TaskError> {
    let is_index = matches!(row.cell("answer")?, Value::Int(0..=3));
    let candidates = row.list("candidates")?;
    let is_blank = candidates.len() == 4 && candidates.iter().all(|text| text.as_str() == Some(""));
    Ok(is_index && !is_blank)
}

/// A part of each of a question's options.
fn options(row: Row, part: &str) -> Result<Vec<Value>, TaskError> {
    let question = row.inner("question")?;
    let choices = question.list("choices")?;
    choices.iter().map(|choice| question.fields_of("choices", choice)?.cell(part).cloned()).collect()
}

fn openbookqa_target(row: Row) -> Result<Value, TaskError> {
    let (key, labels) = (row.str("answerKey")?, options(row, "label")?);
    let labels: Vec<_> = labels.iter().filter_map(Value::as_str).collect();
    index(row, "answerKey", key.trim_start_matches(crate::python::is_space), &labels)
}

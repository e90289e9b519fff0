//! Data sets whose question is put together from its columns, in a line or two each.

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::prompt::python;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MEDQA: Module = Module {
    name: "medqa.preprocess_medqa",
    sources: &["06adc6ef5bda3259fe547355e6b064ca57c674b502fac749d0a0ccc8fee91787"],
    hooks: &[
        Hook { name: "medqa.preprocess_medqa.doc_to_target", kind: HookKind::Value(|row| row.cell("label").cloned()) },
        Hook { name: "medqa.preprocess_medqa.doc_to_text", kind: HookKind::Value(medqa_text) },
    ],
};

pub(super) static PALOMA: Module = Module {
    name: "paloma.paloma_utils",
    sources: &["975344e671c75aa5fe79948a68c04eb6eed4f261cf3d4d6eed55789c3870e1ec"],
    hooks: &[Hook {
        name: "paloma.paloma_utils.doc_to_target",
        kind: HookKind::Value(|row| Ok(Value::Str(python::text(row.cell("text")?)))),
    }],
};

pub(super) static PUBMEDQA: Module = Module {
    name: "pubmedqa.preprocess_pubmedqa",
    sources: &["43528eee61666d94ae9ac3d58bcd3a0c38182a8898f996f536be9de1d3655740"],
    hooks: &[Hook { name: "pubmedqa.preprocess_pubmedqa.doc_to_text", kind: HookKind::Value(pubmedqa_text) }],
};

pub(super) static QA4MRE: Module = Module {
    name: "qa4mre.preprocess_qa4mre",
    sources: &["ac4cc192b00445f036a5b6731cefff6c6754bd707c64a423688ba28e1c215cb7"],
    hooks: &[
        Hook { name: "qa4mre.preprocess_qa4mre.doc_to_target", kind: HookKind::Value(qa4mre_target) },
        Hook {
            name: "qa4mre.preprocess_qa4mre.qa4mre_process",
            kind: HookKind::Value(|row| qa4mre_index(row).map(Value::Int)),
        },
    ],
};

pub(super) static TOXIGEN: Module = Module {
    name: "toxigen.utils",
    sources: &["ee3555e7e5100a18c63a3b194003af6e2685f87949b98576ba746f6ee3f16e00"],
    hooks: &[Hook { name: "toxigen.utils.doc_to_target", kind: HookKind::Value(toxigen_target) }],
};

fn medqa_text(row: Row) -> Result<Value, TaskError> {
    let (question, ending) = (row.str("sent1")?, |column| row.str(column));
    let (a, b, c, d) = (ending("ending0")?, ending("ending1")?, ending("ending2")?, ending("ending3")?);
    Ok(Value::Str(format!("Question: {question}\nA. {a}\nB. {b}\nC. {c}\nD. {d}\nAnswer:")))
}

fn pubmedqa_text(row: Row) -> Result<Value, TaskError> {
    let (contexts, question) = (row.strs("CONTEXTS")?.join("\n"), row.str("QUESTION")?);
    Ok(Value::Str(format!("Abstract: {contexts}\nQuestion: {question}\nAnswer:")))
}

/// The answers are numbered from 1, in a string.
fn qa4mre_index(row: Row) -> Result<i64, TaskError> {
    let id = row.cell("correct_answer_id")?;
    let number = id.as_int().or_else(|| strip(id.as_str()?).parse().ok());
    number.map(|number| number - 1).ok_or_else(|| row.bad("correct_answer_id", "a number", id))
}

fn qa4mre_target(row: Row) -> Result<Value, TaskError> {
    let (index, options) = (qa4mre_index(row)?, row.inner("answer_options")?);
    let texts = options.list("answer_str")?;
    let text = usize::try_from(index).ok().and_then(|index| texts.get(index)).cloned();
    text.ok_or_else(|| row.bad("correct_answer_id", "the number of an answer", &Value::Int(index + 1)))
}

/// 1 where the ratings of two kinds of annotators, 1 to 5 each, have a sum above 5.5.
fn toxigen_target(row: Row) -> Result<Value, TaskError> {
    let rating = |column: &str| match row.cell(column)? {
        Value::Float(rating) => Ok(*rating),
        Value::Int(rating) => Ok(*rating as f64),
        other => Err(row.bad(column, "a number", other)),
    };
    Ok(Value::Int(i64::from(rating("toxicity_ai")? + rating("toxicity_human")? > 5.5)))
}

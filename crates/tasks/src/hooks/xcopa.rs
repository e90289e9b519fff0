//! XCOPA: COPA in eleven languages, with each language's words for "because" and "therefore".
//!
//! Source: Ponti et al. (2020), "XCOPA: A Multilingual Dataset for Causal Commonsense Reasoning".

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::{but_last, lower_first, strip};
use crate::row::Row;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "xcopa.utils",
    sources: &["191d31bbbfc66be7b66cbc410053e13631201a3700df749f23c653fb7834dd43"],
    hooks: &[
        Hook { name: "xcopa.utils.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "xcopa.utils.doc_to_text_et", kind: HookKind::Value(|row| premise(row, "sest", "seetõttu")) },
        Hook { name: "xcopa.utils.doc_to_text_ht", kind: HookKind::Value(|row| premise(row, "poukisa", "donk sa")) },
        Hook { name: "xcopa.utils.doc_to_text_id", kind: HookKind::Value(|row| premise(row, "karena", "maka")) },
        Hook { name: "xcopa.utils.doc_to_text_it", kind: HookKind::Value(|row| premise(row, "perché", "quindi")) },
        Hook { name: "xcopa.utils.doc_to_text_qu", kind: HookKind::Value(|row| premise(row, "imataq", "chaymi")) },
        Hook {
            name: "xcopa.utils.doc_to_text_sw",
            kind: HookKind::Value(|row| premise(row, "kwa sababu", "kwa hiyo")),
        },
        Hook {
            name: "xcopa.utils.doc_to_text_ta", kind: HookKind::Value(|row| premise(row, "காரணமாக", "எனவே"))
        },
        Hook {
            name: "xcopa.utils.doc_to_text_th", kind: HookKind::Value(|row| premise(row, "เพราะ", "ดังนั้น"))
        },
        Hook {
            name: "xcopa.utils.doc_to_text_tr", kind: HookKind::Value(|row| premise(row, "çünkü", "bu yüzden"))
        },
        Hook {
            name: "xcopa.utils.doc_to_text_vi", kind: HookKind::Value(|row| premise(row, "bởi vì", "vì vậy"))
        },
        Hook { name: "xcopa.utils.doc_to_text_zh", kind: HookKind::Value(|row| premise(row, "因为", "所以")) },
    ],
};

/// The premise without its full stop, and the connective.
pub(super) fn premise(row: Row, cause: &str, effect: &str) -> Result<Value, TaskError> {
    let connective = match row.str("question")? {
        "cause" => cause,
        "effect" => effect,
        _ => return Err(row.bad("question", "cause or effect", row.cell("question")?)),
    };
    Ok(Value::Str(format!("{} {connective}", but_last(strip(row.str("premise")?), 1))))
}

/// Both choices, beginning in lower case.
pub(super) fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    Ok(Value::List(vec![lowered(row, "choice1")?, lowered(row, "choice2")?]))
}

fn lowered(row: Row, column: &str) -> Result<Value, TaskError> {
    let text = row.str(column)?;
    lower_first(text).map(Value::Str).ok_or_else(|| row.bad(column, "not empty", &Value::from(text)))
}

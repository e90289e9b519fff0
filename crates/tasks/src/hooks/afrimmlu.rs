//! `AfriMMLU` and `AfriXNLI`: prompts that stand in lm-eval's Python files, one for each way to ask.

use super::averaged_f1::{named, weighted_f1_score};
use super::words::{ALL, fill, text};
use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::prompt::python::{self, literal};
use crate::row::Row;
use yardstick_core::Value;

/// Five prompts for questions in the language, and five for translated ones.
pub(super) static MMLU: Module = Module {
    name: "afrimmlu.utils",
    sources: &[
        "5433c39afd47fb50b363de7b5a1a2f975ee08b9aa36b21a837b866d723941a2e",
        "5f0502a69ad406d86f3a61b02f2f19a7229ed219b9e37a1bc9798ef9582e22f7",
        "67998331d95278d97fbc01bf211201a6f4a9fff3c4199e9216e01bc4aebcb387",
        "6833aa79ec6cca6a76d3790e1d3c4bd027bad853b9134f9e34fb7db6a5654198",
        "7c3e94328c3607c9c6d9afab91bd003f23fa74410109700c71b921825ccc0dd8",
        "b149ff77bb096680405f65efc85a7201c90356c05290f7a11ae08c9a3768fac6",
        "f73ebd32b66b88605140d9383022ebda5b763cc786996655ed1b8f56ac99e681",
    ],
    hooks: &[
        Hook { name: "afrimmlu.utils.doc_to_choice", kind: HookKind::Value(|row| Ok(Value::List(choices(row)?))) },
        Hook { name: "afrimmlu.utils.doc_to_text", kind: HookKind::WordedValue(ALL, question) },
        Hook { name: "afrimmlu.utils.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) },
    ],
};

/// Two of `AfriXNLI`'s prompts.
pub(super) static XNLI: Module = Module {
    name: "afrixnli.prompts.utils",
    sources: &[
        "82505ac03d1c56cbf95d7302fc488e3d37626403beb03955218e12ed1464e587",
        "e31e27913231afd0a270429d0089b06d16d684f1d34714e67a67888da770614e",
    ],
    hooks: &[
        Hook { name: "afrixnli.prompts.utils.doc_to_target", kind: HookKind::Value(named) },
        Hook { name: "afrixnli.prompts.utils.doc_to_text", kind: HookKind::WordedValue(ALL, premise) },
        Hook { name: "afrixnli.prompts.utils.weighted_f1_score", kind: HookKind::Aggregation(weighted_f1_score) },
    ],
};

/// `choices` holds them as a Python literal.
fn choices(row: Row) -> Result<Vec<Value>, TaskError> {
    let cell = row.str("choices")?;
    match literal(cell) {
        Some(Value::List(choices)) => Ok(choices),
        _ => Err(row.bad("choices", "a list as Python writes it", &Value::from(cell))),
    }
}

/// The prompt is the longest text of the file.
fn template(words: &[String]) -> &str {
    words.iter().max_by_key(|text| text.len()).map_or("", String::as_str)
}

fn question(row: Row, words: &[String]) -> Result<Value, TaskError> {
    let template = template(words);
    let choices: Vec<String> = choices(row)?.iter().map(python::text).collect();
    let [a, b, c, d, ..] = &choices[..] else {
        return Err(row.bad("choices", "at least four choices", row.cell("choices")?));
    };
    // One of the prompts does not name the subject.
    let subject = if template.contains("{subject}") { row.str("subject")? } else { "" };
    let values = [
        ("subject", subject),
        ("question", row.str("question")?),
        ("choice1", a),
        ("choice2", b),
        ("choice3", c),
        ("choice4", d),
    ];
    Ok(Value::Str(fill(template, &values)))
}

fn premise(row: Row, words: &[String]) -> Result<Value, TaskError> {
    let values = [("premise", row.str("premise")?), ("hypothesis", row.str("hypothesis")?)];
    Ok(Value::Str(fill(text(words, 0), &values)))
}

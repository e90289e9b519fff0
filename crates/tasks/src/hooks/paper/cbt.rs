//! The Children's Book Test: a word is left out of a sentence, after twenty sentences of the book.
//!
//! Source: Radford et al. (2019), section 3.2: the probability of each choice and of the rest of the sentence given it.

use super::detokenize::detokenize;
use super::tokens::Style;
use crate::error::TaskError;
use crate::hooks::{Hook, HookKind, Module};
use crate::row::Row;
use yardstick_core::Value;

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.cbt",
    sources: &[],
    hooks: &[
        Hook { name: "paper.cbt.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "paper.cbt.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "paper.cbt.doc_to_text", kind: HookKind::Value(doc_to_text) },
    ],
};

const GAP: &str = "XXXXX";

/// The sentences before, and the beginning of the one with the gap.
fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    let sentences = row.strs("sentences")?;
    let before = question(row)?.0;
    let text = sentences.into_iter().chain([before]).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    Ok(Value::Str(written(&text)))
}

/// Each choice with the rest of the sentence, as it follows the text.
fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    let before = doc_to_text(row)?;
    let (stem, after) = question(row)?;
    let context = row.strs("sentences")?.join(" ");
    let choice = |choice: &str| {
        let parts = [&context, stem, choice, after].into_iter().filter(|part| !part.is_empty());
        let whole = written(&parts.collect::<Vec<_>>().join(" "));
        // Where a choice changes how the text before it is written, its own form follows the text as it is.
        let rest = before.as_str().and_then(|before| whole.strip_prefix(before)).map(str::to_owned);
        Value::Str(rest.unwrap_or_else(|| format!(" {}", written(&format!("{choice} {after}")))))
    };
    Ok(Value::List(options(row)?.into_iter().map(choice).collect()))
}

/// The index of the right choice.
fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    let answer = row.str("answer")?.trim();
    let found = (0..).zip(options(row)?).find(|(_, option)| option.trim() == answer);
    let (index, _) = found.ok_or_else(|| row.bad("answer", "one of `options`", &Value::from(answer)))?;
    Ok(Value::Int(index))
}

fn options(row: Row<'_>) -> Result<Vec<&str>, TaskError> {
    let options = row.strs("options")?;
    if options.len() < 2 {
        return Err(row.bad("options", "two choices or more", row.cell("options")?));
    }
    Ok(options)
}

/// The sentence before and after its gap.
fn question(row: Row<'_>) -> Result<(&str, &str), TaskError> {
    let question = row.str("question")?;
    let parts = question.split_once(GAP).map(|(before, after)| (before.trim(), after.trim()));
    parts.ok_or_else(|| row.bad("question", "a sentence with the gap XXXXX", &Value::from(question)))
}

fn written(text: &str) -> String {
    detokenize(text, Style::Treebank)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row, texts};
    use super::*;

    #[test]
    fn a_gap() {
        let fields = fields(&[
            ("sentences", texts(&["The fox did n't wait .", "`` Come , '' it said ."])),
            ("question", Value::from("The XXXXX 's den was near .")),
            ("options", texts(&["fox", "hen"])),
            ("answer", Value::from("hen")),
        ]);
        let row = row(&fields);
        assert_eq!(doc_to_text(row).unwrap(), Value::from("The fox didn't wait. \"Come,\" it said. The"));
        assert_eq!(doc_to_choice(row).unwrap(), texts(&[" fox's den was near.", " hen's den was near."]));
        assert_eq!(doc_to_target(row).unwrap(), Value::Int(1));
    }

    #[test]
    fn a_gap_at_the_start() {
        let fields = fields(&[
            ("sentences", texts(&["One ."])),
            ("question", Value::from("XXXXX ran .")),
            ("options", texts(&["He", "She"])),
        ]);
        assert_eq!(doc_to_text(row(&fields)).unwrap(), Value::from("One."));
        assert_eq!(doc_to_choice(row(&fields)).unwrap(), texts(&[" He ran.", " She ran."]));
    }
}

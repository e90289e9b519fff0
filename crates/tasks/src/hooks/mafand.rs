//! MAFAND: translation between African languages and English or French. The words stand in lm-eval's Python file.
//!
//! Of its prompts `create_text_prompt_2` and `create_reverse_prompt_2` are absent: a stray comma makes them tuples in
//! lm-eval, which no model is asked.

use super::words::{ALL, after, fill};
use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::Value;

/// Six modules, all alike.
pub(super) static MODULE: Module = Module {
    name: "mafand.utils",
    sources: &["e5b3741b622dca47aa2848c164a960d414efe7a8d897bb5d86a4fa09948f96ec"],
    hooks: &[
        prompt("mafand.utils.create_reverse_prompt_1", |row, words| reverse(row, words, [74, 75, 76])),
        prompt("mafand.utils.create_reverse_prompt_3", |row, words| reverse(row, words, REVERSE_3)),
        prompt("mafand.utils.create_text_prompt_1", |row, words| forward(row, words, [60, 61, 62])),
        prompt("mafand.utils.create_text_prompt_3", |row, words| forward(row, words, TEXT_3)),
        Hook {
            name: "mafand.utils.get_target",
            kind: HookKind::Value(|row| row.inner("translation")?.cell(european(row)?.0).cloned()),
        },
        Hook {
            name: "mafand.utils.get_target_reverse",
            kind: HookKind::Value(|row| row.inner("translation")?.cell(african(row)?).cloned()),
        },
    ],
};

const fn prompt(name: &'static str, function: fn(Row, &[String]) -> Result<Value, TaskError>) -> Hook {
    Hook { name, kind: HookKind::WordedValue(ALL, function) }
}

/// The pieces of each prompt among the file's texts.
const TEXT_3: [usize; 2] = [106, 107];
const REVERSE_3: [usize; 2] = [119, 120];
/// Languages' codes and names.
const N_LANGUAGE_TEXTS: usize = 42;

/// The European language's code and name.
fn european(row: Row) -> Result<(&'static str, &'static str), TaskError> {
    let has_english = row.inner("translation")?.fields.get("en").is_some();
    Ok(if has_english { ("en", "English") } else { ("fr", "French") })
}

/// The African language's code.
fn african(row: Row<'_>) -> Result<&str, TaskError> {
    let code = row.inner("translation")?.fields.keys().find(|code| !["en", "fr"].contains(code));
    code.ok_or_else(|| row.bad("translation", "a text in an African language", &Value::Null))
}

fn name<'a>(row: Row, words: &'a [String], code: &str) -> Result<&'a str, TaskError> {
    let name = after(words, 0..N_LANGUAGE_TEXTS, code);
    name.ok_or_else(|| row.bad("translation", "a language that the task knows", &Value::from(code)))
}

fn joined(words: &[String], places: &[usize]) -> String {
    places.iter().filter_map(|place| words.get(*place)).map(String::as_str).collect()
}

/// Out of an African language.
fn forward<const N: usize>(row: Row, words: &[String], places: [usize; N]) -> Result<Value, TaskError> {
    let (code, target) = (african(row)?, european(row)?.1);
    let sentence = row.inner("translation")?.str(code)?;
    let values =
        [("languages[source_key]", name(row, words, code)?), ("source_lang", target), ("source_sentence", sentence)];
    Ok(Value::Str(fill(&joined(words, &places), &values)))
}

/// Into an African language.
fn reverse<const N: usize>(row: Row, words: &[String], places: [usize; N]) -> Result<Value, TaskError> {
    let (code, source) = (african(row)?, european(row)?);
    let sentence = row.inner("translation")?.str(source.0)?;
    let values =
        [("languages[target_lang]", name(row, words, code)?), ("source_lang", source.1), ("source_sentence", sentence)];
    Ok(Value::Str(fill(&joined(words, &places), &values)))
}

//! MMLU-ProX: MMLU-Pro in 29 languages, with a solution in steps; all categories in one split. The words of each language
//! stand in a file that lm-eval's modules share.

use super::words::{folder, strings, text};
use super::{Hook, HookKind, Module, Words, whole};
use crate::error::TaskError;
use crate::row::Row;
use std::path::Path;
use yardstick_core::Value;

/// A module for each language, all alike.
pub(super) static MODULE: Module = Module {
    name: "mmlu_prox.utils",
    sources: &["cfb27b5b32d75fccf7745e19b4b96668856b5a7c44e7e7a4533854e19e6ac5e1"],
    hooks: &[
        Hook { name: "mmlu_prox.utils.doc_to_text", kind: HookKind::WordedValue(WORDS, doc_to_text) },
        Hook { name: "mmlu_prox.utils.fewshot_to_text", kind: HookKind::WordedValue(WORDS, fewshot_to_text) },
        category("mmlu_prox.utils.process_biology", "biology"),
        category("mmlu_prox.utils.process_business", "business"),
        category("mmlu_prox.utils.process_chemistry", "chemistry"),
        category("mmlu_prox.utils.process_computer_science", "computer science"),
        category("mmlu_prox.utils.process_economics", "economics"),
        category("mmlu_prox.utils.process_engineering", "engineering"),
        category("mmlu_prox.utils.process_health", "health"),
        category("mmlu_prox.utils.process_history", "history"),
        category("mmlu_prox.utils.process_law", "law"),
        category("mmlu_prox.utils.process_math", "math"),
        category("mmlu_prox.utils.process_other", "other"),
        category("mmlu_prox.utils.process_philosophy", "philosophy"),
        category("mmlu_prox.utils.process_physics", "physics"),
        category("mmlu_prox.utils.process_psychology", "psychology"),
    ],
};

const fn category(name: &'static str, value: &'static str) -> Hook {
    Hook { name, kind: HookKind::Keep { column: "category", value, read: whole } }
}

/// The six texts of the language that the module's folder is named after.
const WORDS: Words = Words { read: language, texts: &[] };
const N_TEXTS: usize = 6;
/// Their places: before the question, before the options, before the answer, and how a solution in the data begins.
const QUESTION: usize = 0;
const OPTIONS: usize = 1;
const ANSWER: usize = 2;
const SOLUTION: usize = 4;

fn language(path: &Path) -> Option<Vec<String>> {
    let (folder, language) = folder(path)?;
    let words = strings(&std::fs::read_to_string(folder.join("lang_libs.py")).ok()?);
    let key = words.iter().position(|word| word == language)?;
    words.get(key + 1..=key + N_TEXTS).map(<[String]>::to_vec)
}

fn question(row: Row, words: &[String]) -> Result<String, TaskError> {
    let mut parts = vec![format!("{}\n{}\n{}\n", text(words, QUESTION), row.str("question")?, text(words, OPTIONS))];
    for (index, letter) in (0..).zip('A'..='J') {
        if let Some(option) = row.text_or_null(&format!("option_{index}"))? {
            parts.push(format!("{letter}. {option}\n"));
        }
    }
    Ok(parts.concat())
}

fn doc_to_text(row: Row, words: &[String]) -> Result<Value, TaskError> {
    Ok(Value::Str(question(row, words)? + text(words, ANSWER)))
}

/// With the solution, whose beginning is in English.
fn fewshot_to_text(row: Row, words: &[String]) -> Result<Value, TaskError> {
    let solution = row.str("cot_content")?.replace(text(words, SOLUTION), text(words, ANSWER));
    Ok(Value::Str(format!("{}{solution}\n\n", question(row, words)?)))
}

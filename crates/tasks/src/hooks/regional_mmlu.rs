//! MMLU's relatives in Arabic and its dialects and in Greek: a prompt with the subject, the question and its options, whose
//! words stand in lm-eval's Python files.

use super::words::{ALL, after, text};
use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::Value;

pub(super) static ARABIC: Module = Module {
    name: "arabicmmlu.utils",
    sources: &["a7ca604ad965d1e75f493f2be038f07a134bf52234268368abf1c31358f6b95d"],
    hooks: &[
        Hook { name: "arabicmmlu.utils.doc_to_choice", kind: HookKind::Value(arabic_choices) },
        Hook { name: "arabicmmlu.utils.doc_to_text", kind: HookKind::WordedValue(ALL, arabic) },
    ],
};

pub(super) static DARIJA: Module = Module {
    name: "darijammlu.utils",
    sources: &["0ffeb8e657558aa12e9088db09cc45163fab29897cd265fef5d2bfdd0dd2070c"],
    hooks: &[
        Hook {
            name: "darijammlu.utils.doc_to_choice",
            kind: HookKind::Value(|row| Ok(letters(row.list("choices")?.len()))),
        },
        Hook {
            name: "darijammlu.utils.doc_to_text",
            kind: HookKind::WordedValue(ALL, |row, words| dialect(row, words, "subject_darija")),
        },
    ],
};

pub(super) static EGYPTIAN: Module = Module {
    name: "egymmlu.utils",
    sources: &["2dec115fb947c8874d870a9b8335dccfaabee3f3ca932c964202645f39b1d668"],
    hooks: &[
        Hook {
            name: "egymmlu.utils.doc_to_choice",
            kind: HookKind::Value(|row| Ok(letters(row.list("choices")?.len()))),
        },
        Hook {
            name: "egymmlu.utils.doc_to_text",
            kind: HookKind::WordedValue(ALL, |row, words| dialect(row, words, "egy_subject")),
        },
    ],
};

pub(super) static GREEK: Module = Module {
    name: "greekmmlu.utils",
    sources: &["6185189b264bea9a525d5d32bf368c824bd0bc23f2c4479362a56e95e8e9205a"],
    hooks: &[
        Hook { name: "greekmmlu.utils.doc_to_choice", kind: HookKind::Value(greek_choices) },
        Hook { name: "greekmmlu.utils.doc_to_text", kind: HookKind::WordedValue(ALL, greek) },
    ],
};

const LATIN: [char; 5] = ['A', 'B', 'C', 'D', 'E'];
const GREEK_LETTERS: [char; 4] = ['Α', 'Β', 'Γ', 'Δ'];

fn letters(count: usize) -> Value {
    Value::List(LATIN.iter().take(count).map(|letter| Value::Str(letter.to_string())).collect())
}

/// Each option behind its letter, a line each.
fn listed(row: Row, letters: &[char], options: &[&str]) -> Result<String, TaskError> {
    if options.len() > letters.len() {
        return Err(row.bad("choices", &format!("at most {} choices", letters.len()), &Value::Null));
    }
    let lines: Vec<_> = letters.iter().zip(options).map(|(letter, option)| format!("{letter}. {option}")).collect();
    Ok(lines.join("\n"))
}

/// The template with its three `{}` filled in.
fn filled(template: &str, values: [&str; 3]) -> Value {
    let mut parts = template.split("{}");
    let first = parts.next().unwrap_or_default().to_owned();
    Value::Str(values.iter().zip(parts).fold(first, |text, (value, part)| text + value + part))
}

fn dialect(row: Row, words: &[String], subject: &str) -> Result<Value, TaskError> {
    let question = match row.str("context")? {
        "" => row.str("question")?.to_owned(),
        context => format!("{context}\n\n{}", row.str("question")?),
    };
    let options = listed(row, &LATIN, &row.strs("choices")?)?;
    Ok(filled(text(words, 0), [row.str(subject)?, &question, &options]))
}

/// All five columns; an absent option is an empty one.
fn arabic_options(row: Row<'_>) -> Result<Vec<&str>, TaskError> {
    let numbers = 1..=LATIN.len();
    numbers.map(|number| Ok(row.text_or_null(&format!("Option {number}"))?.unwrap_or_default())).collect()
}

/// The letters of all options, wherever an empty one stands.
fn arabic_choices(row: Row) -> Result<Value, TaskError> {
    let options = arabic_options(row)?;
    let there = LATIN.iter().zip(options).filter(|(_, option)| !option.is_empty());
    Ok(Value::List(there.map(|(letter, _)| Value::Str(letter.to_string())).collect()))
}

/// The question with its options, up to the first that is empty.
fn arabic(row: Row, words: &[String]) -> Result<Value, TaskError> {
    let cell = |column| Ok::<_, TaskError>(row.text_or_null(column)?.unwrap_or_default());
    let level = match cell("Level")? {
        "" => String::new(),
        level => format!(
            " for {}",
            after(words, 1..11, level).ok_or_else(|| row.bad("Level", "a known level", &Value::from(level)))?
        ),
    };
    let country = match cell("Country")? {
        "" => String::new(),
        country => format!(" in {country}"),
    };
    let question = match cell("Context")? {
        "" => row.str("Question")?.to_owned(),
        context => format!("{context}\n\n{}", row.str("Question")?),
    };
    let subject = format!("{} question{level}{country}", row.str("Subject")?);
    let mut options = arabic_options(row)?;
    options.truncate(options.iter().position(|option| option.is_empty()).unwrap_or(options.len()));
    let options = listed(row, &LATIN, &options)?;
    Ok(filled(text(words, 0), [&subject, &question, &options]))
}

/// The file's first text is about the file, the second is the prompt; subjects follow, each with its Greek name.
fn greek(row: Row, words: &[String]) -> Result<Value, TaskError> {
    let subject = row.str("subject")?;
    let greek = after(words, 2..62, subject).unwrap_or(subject);
    let options = listed(row, &GREEK_LETTERS, &row.strs("choices")?)?;
    Ok(filled(text(words, 1), [greek, row.str("question")?, &options]))
}

fn greek_choices(row: Row) -> Result<Value, TaskError> {
    let count = row.list("choices")?.len();
    listed(row, &GREEK_LETTERS, &vec![""; count])?;
    Ok(Value::List(GREEK_LETTERS.iter().take(count).map(|letter| Value::Str(letter.to_string())).collect()))
}

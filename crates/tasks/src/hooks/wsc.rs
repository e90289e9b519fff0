//! Winograd schemas: `SuperGLUE`'s, where a pronoun and a noun are marked in a passage, and the 273 originals.

use super::{Columns, Hook, HookKind, Module};
use crate::error::TaskError;
use crate::python::{after, char_at, constant, split};
use crate::row::Row;
use regex::Regex;
use std::sync::LazyLock;
use yardstick_core::Value;

pub(super) static MODULE: Module = Module {
    name: "wsc.preprocess_wsc",
    sources: &["af369d50024ef69d607630f79c70669b15d0501f3800be9ee46c98bb605d43fa"],
    hooks: &[Hook { name: "wsc.preprocess_wsc.default_doc_to_text", kind: HookKind::Value(default_doc_to_text) }],
};

pub(super) static MODULE_273: Module = Module {
    name: "wsc273.utils",
    sources: &["2c295d37e8d75f58a5ce948839d20cb9971d1c0d7627878291bebd4584c63507"],
    hooks: &[Hook { name: "wsc273.utils.process_doc", kind: HookKind::Row(process_doc) }],
};

/// Words that are lower case inside a sentence.
const UPPER_PRONOUNS: &[&str] = &["A", "An", "The", "She", "He", "It", "They", "My", "His", "Her", "Their"];
const POSSESSIVES: &[&str] = &["my", "his", "her", "our", "their"];

static SPACE_BEFORE_PUNCTUATION: LazyLock<Regex> = LazyLock::new(|| constant(" (['.,])"));

/// The passage with its pronoun between asterisks, and the question.
fn default_doc_to_text(row: Row) -> Result<Value, TaskError> {
    let (text, noun, pronoun) = (row.str("text")?, row.str("span1_text")?, row.str("span2_text")?);
    let index = row.int("span2_index")?;
    let index = usize::try_from(index).map_err(|_| row.bad("span2_index", "an index of a word", &Value::Int(index)))?;
    // The dataset counts words, from which the place in the text is worked out as if single spaces stood between them.
    let before = split(text).take(index).collect::<Vec<_>>().join(" ");
    let rest = after(text, before.chars().count() + pronoun.chars().count() + 1);
    let passage = detokenize(&format!("{before} *{pronoun}*{rest}"));
    Ok(Value::Str(format!(
        "Passage: {passage}\nQuestion: In the passage above, does the pronoun \"*{pronoun}*\" refer to \"*{noun}*\"?\nAnswer:"
    )))
}

/// Spaces that a tokeniser put before contractions, brackets, quotes and punctuation go.
fn detokenize(text: &str) -> String {
    let pairs = [(" n't", "n't"), (" )", ")"), ("( ", "("), ("\" ", "\""), (" \"", "\"")];
    let text = pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    SPACE_BEFORE_PUNCTUATION.replace_all(&text, "$1").into_owned()
}

/// Double spaces go from `text`; the two `options` get a possessive ending and the case of their place.
fn process_doc(row: Row) -> Result<Columns, TaskError> {
    let text = row.str("text")?.replace("  ", " ");
    let options = row.strs("options")?;
    if options.len() < 2 {
        return Err(row.bad("options", "two options", row.cell("options")?));
    }
    let normal = |(index, option): (usize, &&str)| match index {
        0 | 1 => normal_option(row, &text, option).map(Value::Str),
        _ => Ok(Value::from(*option)),
    };
    let options = options.iter().enumerate().map(normal).collect::<Result<_, _>>()?;
    Ok(vec![("text", Value::Str(text)), ("options", Value::List(options))])
}

fn normal_option(row: Row, text: &str, option: &str) -> Result<String, TaskError> {
    let is_possessive = POSSESSIVES.contains(&row.str("pronoun")?.to_lowercase().as_str());
    let option = if is_possessive { format!("{option}'s") } else { option.to_owned() };
    let first = split(&option).next().ok_or_else(|| row.bad("options", "options with words", &Value::from("")))?;
    let place = row.int("pronoun_loc")?;
    let before = char_at(text, place.saturating_sub(2));
    let before = before.ok_or_else(|| row.bad("pronoun_loc", "a place in the text", &Value::Int(place)))?;
    let is_lowered = before != '.' && UPPER_PRONOUNS.contains(&first);
    Ok(if is_lowered { option.replace(first, &first.to_lowercase()) } else { option })
}

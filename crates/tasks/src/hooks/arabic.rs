//! The Open Arabic LLM Leaderboard's sets and `AraDiCE`'s MMLU, whose words stand in lm-eval's Python files.

use super::words::{ALL, after, fill, text};
use super::{Columns, Hook, HookKind, Module};
use crate::error::TaskError;
use crate::prompt::python;
use crate::python::strip;
use crate::row::Row;
use std::ops::Range;
use yardstick_core::Value;

/// True or false statements about Arab culture.
pub(super) static ACVA: Module = Module {
    name: "arabic_leaderboard.acva.utils",
    sources: &["fd570dcffc004b617a83a50ac2f2804709e5a31ff810ded108fd2f04ae449651"],
    hooks: &[Hook { name: "arabic_leaderboard.acva.utils.process_docs", kind: HookKind::WordedRow(ALL, acva) }],
};

pub(super) static MMLU: Module = Module {
    name: "arabic_leaderboard.arabic_mmlu.utils",
    sources: &["c703900f5a6f700cd19d2773c3bc8b16420848d6a502fbbb2d8bd1157dafc55d"],
    hooks: &[Hook { name: "arabic_leaderboard.arabic_mmlu.utils.process_docs", kind: HookKind::WordedRow(ALL, mmlu) }],
};

/// `AlGhafa` and the translated sets, all with this module.
pub(super) static ALGHAFA: Module = Module {
    name: "arabic_leaderboard.alghafa.utils",
    sources: &["679f4a5a831647afec370dac707cfd065ca225079427e78232458f4bbe8d02b8"],
    hooks: &[Hook { name: "arabic_leaderboard.alghafa.utils.process_docs", kind: HookKind::WordedRow(ALL, alghafa) }],
};

/// In the dialects of Egypt and the Levant.
pub(super) static ARADICE: Module = Module {
    name: "aradice.ArabicMMLU.utils",
    sources: &[
        "b1e203fdca2829e785150d2483a3ac3cc5d7004aa4044cea3afaf0d94d9cca59",
        "bbac22f361720e40e10aad8ceb4e3dd49e224057bb217872a78390eed4097d74",
    ],
    hooks: &[Hook { name: "aradice.ArabicMMLU.utils.process_docs", kind: HookKind::WordedRow(ALL, aradice) }],
};

const LETTERS: [&str; 5] = ["A", "B", "C", "D", "E"];

fn query(query: String, choices: Vec<Value>, gold: i64) -> Columns {
    vec![("query", Value::Str(query)), ("choices", Value::List(choices)), ("gold", Value::Int(gold))]
}

fn texts(words: &[String], places: Range<usize>) -> Vec<Value> {
    words.get(places).unwrap_or_default().iter().map(|word| Value::from(word.as_str())).collect()
}

fn acva(row: Row, words: &[String]) -> Result<Columns, TaskError> {
    let (question, answer, choices) = (row.str("question")?, row.str("answer")?, texts(words, 5..7));
    let gold = (0..).zip(&choices).find(|(_, choice)| choice.as_str() == Some(answer));
    let (gold, _) = gold.ok_or_else(|| row.bad("answer", "one of the two answers", &Value::from(answer)))?;
    Ok(query(fill(text(words, 3), &[("question", question)]), choices, gold))
}

/// The choices have the alphabet's first letters, the data the Latin ones.
fn mmlu(row: Row, words: &[String]) -> Result<Columns, TaskError> {
    let topic = row.str("subject")?.replace('_', " ");
    let instruction = fill(text(words, 55), &[("topic.replace('_', ' ')", &topic)]);
    let question = row.str("question")?;
    let mut parts = vec![fill(text(words, 61), &[("instruction", &instruction), ("doc['question']", question)])];
    for (index, column) in LETTERS[..4].iter().enumerate() {
        let choice = python::text(row.cell(column)?);
        parts.push(fill(text(words, 63), &[("key", text(words, index)), ("choice", &choice)]));
    }
    parts.push(text(words, 64).to_owned());
    Ok(query(parts.concat(), texts(words, 0..4), latin(row, "answer")?))
}

/// Where a capital letter stands in the alphabet.
fn latin(row: Row, column: &str) -> Result<i64, TaskError> {
    let letter = row.str(column)?;
    let index = (0..).zip('A'..='Z').find(|(_, known)| letter == known.to_string());
    index.map(|(index, _)| index).ok_or_else(|| row.bad(column, "a letter", &Value::from(letter)))
}

/// Every other column is a choice.
fn alghafa(row: Row, words: &[String]) -> Result<Columns, TaskError> {
    let label = row.cell("label")?;
    let gold = label.as_int().or_else(|| strip(label.as_str()?).parse().ok());
    let gold = gold.ok_or_else(|| row.bad("label", "a number", label))?;
    let columns = row.fields.iter().filter(|(name, _)| !["query", "label", "__few_shots"].contains(name));
    let choices: Vec<Value> = columns.map(|(_, cell)| cell.clone()).collect();
    let values = [("instruction", text(words, 5)), ("question", row.str("query")?)];
    let mut parts = vec![fill(text(words, 6), &values)];
    for (index, choice) in choices.iter().enumerate() {
        parts.push(fill(text(words, 7), &[("index", &index.to_string()), ("choice", &python::text(choice))]));
    }
    parts.push(text(words, 8).to_owned());
    Ok(query(parts.concat(), choices, gold))
}

/// Places of the texts in `AraDiCE`'s file.
const LEVELS: Range<usize> = 0..10;
const COUNTRIES: Range<usize> = 10..26;
const SUBJECTS: Range<usize> = 26..68;
const BULLETS: usize = 68;
const CHOICES: usize = 78;
const PROMPT: usize = 88;

fn aradice(row: Row, words: &[String]) -> Result<Columns, TaskError> {
    let known = |column: &str, among: Range<usize>| {
        let key = row.text_or_null(column)?.unwrap_or_default();
        let word = if key.is_empty() { Some("") } else { after(words, among, key) };
        word.ok_or_else(|| row.bad(column, "one of the words that the task knows", &Value::from(key)))
    };
    let spaced = |word: &str| if word.is_empty() { String::new() } else { format!(" {word}") };
    let (level, country) = (spaced(known("Level", LEVELS)?), spaced(known("Country", COUNTRIES)?));
    let about = format!("{}{level}{country}", known("Subject", SUBJECTS)?);
    let options = options(row, words)?;
    let prompt = fill(text(words, PROMPT + 1), &[("PROMPT", text(words, PROMPT))]);
    let prompt = prompt
        .replace("[MAIN_META_DATA]", &about)
        .replace("[INPUT]", &question(row)?)
        .replace("[OPTION]", &options.join("\n"));
    let target = row.str("Answer Key")?;
    let index = (0..).zip(LETTERS).find(|(_, letter)| *letter == target);
    let (index, _) = index.ok_or_else(|| row.bad("Answer Key", "a letter from A to E", &Value::from(target)))?;
    Ok(vec![
        ("prompt", Value::Str(prompt)),
        ("choices", Value::List(texts(words, CHOICES..CHOICES + options.len()))),
        ("target", Value::Int(index)),
    ])
}

fn question(row: Row) -> Result<String, TaskError> {
    let question = row.str("question")?;
    Ok(match row.text_or_null("context")?.unwrap_or_default() {
        "" => question.to_owned(),
        context => format!("{context}\n\n{question}"),
    })
}

/// The options up to the first that is absent, each behind its letter.
fn options(row: Row, words: &[String]) -> Result<Vec<String>, TaskError> {
    let options = row.inner("options")?;
    let there = LETTERS.iter().map_while(|letter| options.fields.get(letter).filter(|cell| **cell != Value::Null));
    Ok((BULLETS..).zip(there).map(|(place, cell)| format!("{} {}", text(words, place), python::text(cell))).collect())
}

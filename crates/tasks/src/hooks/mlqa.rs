//! MLQA: answers in seven languages, each with its own articles.
//!
//! Source: Lewis et al. (2020), "MLQA: Evaluating Cross-lingual Extractive Question Answering", section 4.

use super::squad::{best, overlap, without_words};
use super::{Columns, Hook, HookKind, Module, Scores};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::python::{SPACE, constant, single_spaced, strip};
use crate::row::Row;
use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;
use yardstick_core::Score;

const METRICS: &[&str] = &["exact_match", "f1"];

pub(super) static MODULE: Module = Module {
    name: "mlqa.utils",
    sources: &["597f08c0302ce42c158d17a609591e558897292bc3749015d67b55fe763d4c43"],
    hooks: &[
        Hook { name: "mlqa.utils.process_docs", kind: HookKind::Row(process_docs) },
        results("mlqa.utils.process_results_ar", |row, answers| scores(row, answers, arabic)),
        results("mlqa.utils.process_results_de", |row, answers| scores(row, answers, german)),
        results("mlqa.utils.process_results_en", |row, answers| scores(row, answers, english)),
        results("mlqa.utils.process_results_es", |row, answers| scores(row, answers, spanish)),
        results("mlqa.utils.process_results_hi", |row, answers| scores(row, answers, str::to_owned)),
        results("mlqa.utils.process_results_vi", |row, answers| scores(row, answers, vietnamese)),
        results("mlqa.utils.process_results_zh", |row, answers| scores(row, answers, chinese)),
    ],
};

const fn results(name: &'static str, function: fn(Row, &Answers) -> Result<Scores, TaskError>) -> Hook {
    Hook { name, kind: HookKind::Results { metrics: METRICS, function } }
}

/// The answers' texts in place of texts and offsets.
fn process_docs(row: Row) -> Result<Columns, TaskError> {
    Ok(vec![("answers", row.inner("answers")?.cell("text")?.clone())])
}

/// The best of exact match and F1 over the right answers, after a language's own words are treated.
fn scores(row: Row, answers: &Answers, own: fn(&str) -> String) -> Result<Scores, TaskError> {
    let golds = row.strs("answers")?;
    let normal = |text: &str| single_spaced(&own(&without_punctuation(&text.to_lowercase())));
    let prediction = normal(strip(answers.text()));
    let best = |score: fn(&str, &str) -> f64| {
        Score::Value(best(golds.iter().copied(), |gold| score(&normal(gold), &prediction)))
    };
    Ok(vec![("exact_match", best(|gold, prediction| f64::from(gold == prediction))), ("f1", best(overlap))])
}

static PUNCTUATION: LazyLock<Regex> = LazyLock::new(|| constant(r"[\p{P}$+<=>^`|~]"));

/// Unicode's punctuation, and what ASCII has beside.
fn without_punctuation(text: &str) -> Cow<'_, str> {
    PUNCTUATION.replace_all(text, "")
}

static ARABIC_ARTICLE: LazyLock<Regex> = LazyLock::new(|| constant(&format!("(?:^|[{SPACE}])ال")));

/// The article is written with its word.
fn arabic(text: &str) -> String {
    ARABIC_ARTICLE.replace_all(text, " ").into_owned()
}

fn german(text: &str) -> String {
    let indefinite = ["ein", "eine", "einen", "einem", "eines", "einer"];
    let definite = ["der", "die", "das", "den", "dem", "des"];
    without_words(text, &[indefinite, definite].concat())
}

fn english(text: &str) -> String {
    without_words(text, &["a", "an", "the"])
}

fn spanish(text: &str) -> String {
    without_words(text, &["un", "una", "unos", "unas", "el", "la", "los", "las"])
}

fn vietnamese(text: &str) -> String {
    without_words(text, &["của", "là", "cái", "chiếc", "những"])
}

/// No articles, and no spaces between words: each character is one.
fn chinese(text: &str) -> String {
    let apart = |c: char| if ('\u{4e00}'..='\u{9fa5}').contains(&c) { format!(" {c} ") } else { c.to_string() };
    text.chars().map(apart).collect::<Vec<_>>().concat()
}

//! `WikiText`: its tokenisation is undone before scoring, and the counts are those of the text as published.

use super::{Hook, HookKind, Module, Scores};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::metrics::words;
use crate::python::{SPACE, constant};
use crate::row::Row;
use regex::Regex;
use std::sync::LazyLock;
use yardstick_core::{Score, Value};

pub(super) static MODULE: Module = Module {
    name: "wikitext.preprocess_wikitext",
    sources: &["a44020374b172159bf5be80a64d2c4194c9d5c77284f696ac666361338c8da7d"],
    hooks: &[
        Hook {
            name: "wikitext.preprocess_wikitext.process_results",
            kind: HookKind::Results { metrics: METRICS, function: process_results },
        },
        Hook { name: "wikitext.preprocess_wikitext.wikitext_detokenizer", kind: HookKind::Value(wikitext_detokenizer) },
    ],
};

/// C4 is treated like `WikiText`, though nobody has tokenised it.
pub(super) static C4: Module = Module {
    name: "c4.preprocess_c4",
    sources: &["95b94cddb9ed50a3db87806698146cb2b9a4a67235291c40bca18a20d49eb87b"],
    hooks: &[
        Hook {
            name: "c4.preprocess_c4.c4_detokenizer",
            kind: HookKind::Value(|row| Ok(Value::Str(detokenize(row.str("text")?)))),
        },
        Hook {
            name: "c4.preprocess_c4.process_results",
            kind: HookKind::Results {
                metrics: METRICS,
                function: |row, answers| Ok(scores(row.str("text")?, answers)),
            },
        },
    ],
};

/// Literal replacements before the pairs of brackets and quotes are closed up.
const SEPARATORS: &[(&str, &str)] = &[
    (" @-@ ", "-"),
    (" @,@ ", ","),
    (" @.@ ", "."),
    (" : ", ": "),
    (" ; ", "; "),
    (" . ", ". "),
    (" ! ", "! "),
    (" ? ", "? "),
    (" , ", ", "),
];

/// Literal replacements after it.
const MISCELLANEOUS: &[(&str, &str)] = &[
    ("= = = =", "===="),
    ("= = =", "==="),
    ("= =", "=="),
    (" \u{b0} ", "\u{b0}"),
    (" \n", "\n"),
    ("\n ", "\n"),
    (" N ", " 1 "),
    (" 's", "'s"),
];

/// Pairs whose inner white space goes.
static PAIRS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"\(", r"[^\)]", r"\)", "($1)"),
        (r"\[", r"[^\]]", r"\]", "[$1]"),
        (r"\{", "[^}]", r"\}", "{$1}"),
        ("\"", "[^\"]", "\"", "\"$1\""),
        ("'", "[^']", "'", "'$1'"),
    ]
    .map(|(open, inner, close, with)| (constant(&format!("{open}[{SPACE}]*({inner}*?)[{SPACE}]*{close}")), with))
    .into()
});

/// The page as it would stand in an encyclopaedia. The order of the steps is part of the protocol.
fn wikitext_detokenizer(row: Row) -> Result<Value, TaskError> {
    Ok(Value::Str(detokenize(row.str("page")?)))
}

fn detokenize(page: &str) -> String {
    let mut text = page.replace("s '", "s'");
    // lm-eval's rule for `/' 7/` puts the pattern itself in place of the match, which no page has; it is kept to the letter.
    text = text_with(text, &APOSTROPHE, r"/'[0-9]/");
    for (from, to) in SEPARATORS {
        text = text.replace(from, to);
    }
    for (pattern, with) in &*PAIRS {
        text = pattern.replace_all(&text, *with).into_owned();
    }
    for (from, to) in MISCELLANEOUS {
        text = text.replace(from, to);
    }
    text
}

static APOSTROPHE: LazyLock<Regex> = LazyLock::new(|| constant("/' [0-9]/"));

fn text_with(text: String, pattern: &Regex, literal: &str) -> String {
    if pattern.is_match(&text) { pattern.replace_all(&text, regex::NoExpand(literal)).into_owned() } else { text }
}

/// The metrics of [`process_results`].
const METRICS: &[&str] = &["word_perplexity", "byte_perplexity", "bits_per_byte"];

fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    Ok(scores(row.str("page")?, answers))
}

/// The log-likelihood of the detokenised text over the words and bytes of the text as it is in the dataset.
fn scores(text: &str, answers: &Answers) -> Scores {
    let log_likelihood: f64 = answers.responses.iter().map(|response| response.log_likelihood).sum();
    let per_byte = Score::Ratio(log_likelihood, text.len() as f64);
    vec![
        ("word_perplexity", Score::Ratio(log_likelihood, words(text))),
        ("byte_perplexity", per_byte.clone()),
        ("bits_per_byte", per_byte),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, want: &str) {
        assert_eq!(detokenize(page), want, "{page:?}");
    }

    #[test]
    fn scores_are_the_metrics() {
        let fields = [("page".to_owned(), Value::from("a page"))].into_iter().collect();
        let scores = process_results(Row { fields: &fields, file: "f", row: 0 }, &Answers::default()).unwrap();
        assert_eq!(scores.iter().map(|(name, _)| *name).collect::<Vec<_>>(), METRICS);
    }

    #[test]
    fn detokenized() {
        check("a well @-@ known 1 @,@ 000 @.@ 5", "a well-known 1,000.5");
        check("he said : \" yes ; no \" . Then", "he said: \"yes; no\". Then");
        check("( born 1 ) [ x ] { y }", "(born 1) [x] {y}");
        check("the dogs ' bowl", "the dogs' bowl");
        check("Bob 's = = Life = = \n text", "Bob's == Life ==\ntext");
        check("12 \u{b0} C", "12\u{b0}C");
        check("x/' 7/y", "x/'[0-9]/y");
    }
}

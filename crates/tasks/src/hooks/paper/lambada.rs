//! LAMBADA's last word where stop words do not count.
//!
//! GPT-2's predictions are words that are not stop words (Radford et al. 2019, section 3.3); neither the list nor the way to
//! the likeliest such word is published. Here the model writes the next words several times, and the first word that it
//! writes most often, of those that are not stop words, is its prediction: an estimate of the likeliest word, whatever its
//! number of tokens.

use crate::answers::Answers;
use crate::error::TaskError;
use crate::hooks::{Hook, HookKind, Module, Scores};
use crate::row::Row;
use yardstick_core::{Response, Score};

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.lambada",
    sources: &[],
    hooks: &[Hook {
        name: "paper.lambada.most_written_word",
        kind: HookKind::Results { metrics: &["acc", "found"], function: most_written_word },
    }],
};

/// English function words, in lower case and alphabetical order.
const STOP_WORDS: &[&str] = &[
    "a",
    "about",
    "above",
    "after",
    "again",
    "against",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "aren't",
    "around",
    "as",
    "at",
    "away",
    "back",
    "be",
    "because",
    "been",
    "before",
    "being",
    "below",
    "between",
    "both",
    "but",
    "by",
    "can",
    "can't",
    "cannot",
    "could",
    "couldn't",
    "did",
    "didn't",
    "do",
    "does",
    "doesn't",
    "doing",
    "don't",
    "down",
    "during",
    "each",
    "even",
    "ever",
    "every",
    "few",
    "for",
    "from",
    "further",
    "had",
    "hadn't",
    "has",
    "hasn't",
    "have",
    "haven't",
    "having",
    "he",
    "her",
    "here",
    "hers",
    "herself",
    "him",
    "himself",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "isn't",
    "it",
    "its",
    "itself",
    "just",
    "like",
    "me",
    "more",
    "most",
    "much",
    "my",
    "myself",
    "never",
    "no",
    "nor",
    "not",
    "now",
    "of",
    "off",
    "on",
    "once",
    "one",
    "only",
    "or",
    "other",
    "our",
    "ours",
    "ourselves",
    "out",
    "over",
    "own",
    "same",
    "she",
    "should",
    "shouldn't",
    "so",
    "some",
    "such",
    "than",
    "that",
    "the",
    "their",
    "theirs",
    "them",
    "themselves",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "to",
    "too",
    "under",
    "until",
    "up",
    "us",
    "very",
    "was",
    "wasn't",
    "we",
    "were",
    "weren't",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "won't",
    "would",
    "wouldn't",
    "you",
    "your",
    "yours",
    "yourself",
    "yourselves",
];

/// `acc`: whether the word that is written most often, stop words apart, is the passage's last. `found`: whether there was any such word.
fn most_written_word(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let text = row.str("text")?;
    let gold = text.rsplit(' ').next().unwrap_or_default();
    let prediction = predicted(answers.responses);
    let is_right = prediction.is_some_and(|word| word == word_of(gold));
    Ok(vec![("acc", value(is_right)), ("found", value(prediction.is_some()))])
}

fn value(is_so: bool) -> Score {
    Score::Value(f64::from(u8::from(is_so)))
}

/// The first of the words that are written most often.
fn predicted(responses: &[Response]) -> Option<&str> {
    let words = responses.iter().filter_map(|response| response.text.as_deref()).map(word_of);
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in words.filter(|word| !word.is_empty() && !is_stop_word(word)) {
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    counts.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(word, _)| word)
}

/// The first word of a text, without the marks around it.
fn word_of(text: &str) -> &str {
    let word = text.split_whitespace().next().unwrap_or_default();
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

fn is_stop_word(word: &str) -> bool {
    let word = word.to_lowercase().replace('\u{2019}', "'");
    STOP_WORDS.binary_search(&word.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row};
    use super::*;
    use yardstick_core::Value;

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP_WORDS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn the_word_that_is_written_most() {
        let fields = fields(&[("text", Value::from("She rang and rang the bell"))]);
        let check = |written: &[&str], want: (f64, f64)| {
            let response = |text: &&str| Response { text: Some((*text).to_owned()), ..Response::default() };
            let responses: Vec<_> = written.iter().map(response).collect();
            let scores = most_written_word(row(&fields), &Answers { responses: &responses, texts: &[] }).unwrap();
            assert_eq!(scores, [("acc", Score::Value(want.0)), ("found", Score::Value(want.1))], "{written:?}");
        };
        check(&[" it. It", " it", " Door", " bell. She", " bell"], (1.0, 1.0));
        check(&[" \u{201c}door,\u{201d} she", " bell"], (0.0, 1.0));
        check(&[" bell", " door", " door bell", " bell door"], (1.0, 1.0));
        check(&[" Don\u{2019}t", " ..."], (0.0, 0.0));
    }
}

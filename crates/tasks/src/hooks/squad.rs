//! Exact match and F1 of answers as `SQuAD`'s own script has them.
//!
//! Source: Rajpurkar et al. (2016), "`SQuAD`: 100,000+ Questions for Machine Comprehension of Text", section 6.1.

use crate::python::{WORDS, single_spaced, split, without_punctuation};
use std::collections::BTreeMap;

/// English articles as whole words become spaces.
pub(super) fn without_articles(text: &str) -> String {
    without_words(text, &["a", "an", "the"])
}

/// These whole words become spaces.
pub(super) fn without_words(text: &str, words: &[&str]) -> String {
    let kept = |found: &regex::Captures| if words.contains(&&found[0]) { " ".to_owned() } else { found[0].to_owned() };
    WORDS.replace_all(text, kept).into_owned()
}

/// Lower case, without ASCII punctuation and English articles, with single spaces.
pub(super) fn normalized(answer: &str) -> String {
    single_spaced(&without_articles(&without_punctuation(&answer.to_lowercase())))
}

/// 1 for two answers that are normalised to the same text, else 0.
pub(crate) fn exact(gold: &str, prediction: &str) -> f64 {
    f64::from(normalized(gold) == normalized(prediction))
}

/// F1 of the normalised answers' words. An answer without words agrees with another one alone.
pub(crate) fn f1(gold: &str, prediction: &str) -> f64 {
    let (gold, prediction) = (normalized(gold), normalized(prediction));
    if gold.is_empty() || prediction.is_empty() {
        return f64::from(gold == prediction);
    }
    overlap(&gold, &prediction)
}

/// Harmonic mean of precision and recall of the prediction's words, counted with their multiplicity; 0 without common ones.
pub(super) fn overlap(gold: &str, prediction: &str) -> f64 {
    let (gold, prediction) = (words(gold), words(prediction));
    let total = |words: &BTreeMap<&str, u32>| f64::from(words.values().sum::<u32>());
    let common: u32 = gold.iter().map(|(word, n)| *n.min(prediction.get(word).unwrap_or(&0))).sum();
    if common == 0 {
        return 0.0;
    }
    let (precision, recall) = (f64::from(common) / total(&prediction), f64::from(common) / total(&gold));
    2.0 * precision * recall / (precision + recall)
}

fn words(text: &str) -> BTreeMap<&str, u32> {
    split(text).fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word).or_default() += 1;
        counts
    })
}

/// The best of a score over the right answers; 0 without any.
pub(crate) fn best<'a>(golds: impl IntoIterator<Item = &'a str>, score: impl Fn(&str) -> f64) -> f64 {
    golds.into_iter().map(score).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are those of `SQuAD`'s script.
    #[test]
    fn answers() {
        let check = |gold, prediction, want_exact: f64, want_f1: f64| {
            assert_eq!(exact(gold, prediction).to_bits(), want_exact.to_bits(), "{gold:?} {prediction:?}");
            assert_eq!(f1(gold, prediction).to_bits(), want_f1.to_bits(), "{gold:?} {prediction:?}");
        };
        check("The Eiffel Tower!", "eiffel   tower", 1.0, 1.0);
        check("a b b c", "b b d", 0.0, 2.0 * (2.0 / 3.0) * (2.0 / 3.0) / (2.0 / 3.0 + 2.0 / 3.0));
        check("the", "", 1.0, 1.0);
        check("the", "cat", 0.0, 0.0);
        check("U.S.A.", "usa", 1.0, 1.0);
        check("theatre an1", "theatre an1", 1.0, 1.0);
        check("x", "y", 0.0, 0.0);
    }

    #[test]
    fn articles_are_whole_words() {
        assert_eq!(without_articles("a_b an the anthem x-a"), "a_b     anthem x- ");
        // A combining mark is no part of a word for Python.
        assert_eq!(without_articles("a\u{301}"), " \u{301}");
        assert_eq!(normalized("À  the (a) Café"), "à café");
    }
}

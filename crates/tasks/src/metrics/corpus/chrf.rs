//! chrF and chrF++.

use super::ngrams;
use crate::config::OutputType;
use crate::metrics::{Aggregation, BASE, Metric, text};
use crate::python::split;
use yardstick_core::Score;

/// lm-eval's `chrf`: F₂ of character n-grams up to 6, white space left out; of several right texts the best. From 0 to 100.
///
/// Source: Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation", WMT.
pub(crate) static CHRF: Metric = Metric {
    name: "chrf",
    about: "corpus chrF2 of up to 6 characters, as sacrebleu's default",
    output_types: &[OutputType::GenerateUntil],
    aggregation: Aggregation::Chrf,
    score: |instance, answers, _| {
        let written = text::prediction(answers)?;
        Ok(Score::Counts(counts(written, &text::references(instance), 0)))
    },
    ..BASE
};

/// lm-eval's `chrf++`: the same with n-grams of up to 2 words.
///
/// Source: Popović (2017), "chrF++: words helping character n-grams", WMT.
pub(crate) static PLUS_PLUS: Metric = Metric {
    name: "chrf++",
    about: "corpus chrF2 of up to 6 characters and 2 words, as sacrebleu's chrF2++",
    output_types: &[OutputType::GenerateUntil],
    aggregation: Aggregation::ChrfPlusPlus,
    score: |instance, answers, _| {
        let written = text::prediction(answers)?;
        Ok(Score::Counts(counts(written, &text::references(instance), WORD_ORDER)))
    },
    ..BASE
};

const CHARACTER_ORDER: usize = 6;
const WORD_ORDER: usize = 2;

/// Written, meant and common n-grams of each length.
pub(crate) const WIDTH: usize = 3 * CHARACTER_ORDER;
/// The same with words.
pub(crate) const PLUS_PLUS_WIDTH: usize = 3 * (CHARACTER_ORDER + WORD_ORDER);

/// Recall counts β² = 4 times as much as precision.
const BETA_SQUARED: f64 = 4.0;

/// What a document contributes: its counts with the right text that gives the best score, the first of equal ones.
pub(crate) fn counts(written: &str, references: &[String], word_order: usize) -> Vec<f64> {
    let written = Text::new(written, word_order);
    let mut best = (-1.0, vec![0.0; 3 * (CHARACTER_ORDER + word_order)]);
    for reference in references {
        let counts = written.with(&Text::new(reference, word_order), word_order);
        let score = score(&counts);
        if score > best.0 {
            best = (score, counts);
        }
    }
    best.1
}

/// A text as its n-grams are taken.
struct Text<'a> {
    characters: Vec<char>,
    words: Vec<&'a str>,
}

impl<'a> Text<'a> {
    fn new(text: &'a str, word_order: usize) -> Self {
        let words = if word_order > 0 { split(text).flat_map(without_punctuation).collect() } else { Vec::new() };
        Self { characters: split(text).flat_map(str::chars).collect(), words }
    }

    fn with(&self, reference: &Self, word_order: usize) -> Vec<f64> {
        let characters = (1..=CHARACTER_ORDER).map(|n| triple(&self.characters, &reference.characters, n));
        let words = (1..=word_order).map(|n| triple(&self.words, &reference.words, n));
        characters.chain(words).flatten().collect()
    }
}

/// Written, meant and common n-grams. What is written does not count where nothing of that length is meant.
fn triple<T: Ord>(written: &[T], meant: &[T], n: usize) -> [f64; 3] {
    let (written, meant) = (ngrams::count(written, n), ngrams::count(meant, n));
    let total: u64 = if meant.is_empty() { 0 } else { written.values().sum() };
    [total as f64, meant.values().sum::<u64>() as f64, ngrams::common(&written, &meant) as f64]
}

/// A word and its ASCII punctuation mark, which is split off at the end or else at the beginning.
fn without_punctuation(word: &str) -> impl Iterator<Item = &str> {
    let is_mark = |c: char| c.is_ascii_punctuation();
    let (first, second) = match (word.chars().count(), word.strip_suffix(is_mark), word.strip_prefix(is_mark)) {
        (1, ..) | (_, None, None) => (word, None),
        (_, Some(stem), _) => (stem, Some(&word[stem.len()..])),
        (_, None, Some(stem)) => (&word[..word.len() - stem.len()], Some(stem)),
    };
    std::iter::once(first).chain(second)
}

/// chrF of summed counts.
pub(crate) fn chrf(sums: &[f64]) -> f64 {
    score(sums)
}

/// chrF++ of summed counts.
pub(crate) fn chrf_plus_plus(sums: &[f64]) -> f64 {
    score(sums)
}

/// Precision and recall are averaged over the lengths of which n-grams are written and meant.
fn score(sums: &[f64]) -> f64 {
    let (mut precision, mut recall, mut n_orders) = (0.0, 0.0, 0.0);
    for triple in sums.chunks_exact(3).filter(|triple| triple[0] > 0.0 && triple[1] > 0.0) {
        precision += triple[2] / triple[0];
        recall += triple[2] / triple[1];
        n_orders += 1.0;
    }
    if n_orders > 0.0 {
        (precision, recall) = (precision / n_orders, recall / n_orders);
    }
    if precision + recall > 0.0 {
        100.0 * ((1.0 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall))
    } else {
        0.0
    }
}

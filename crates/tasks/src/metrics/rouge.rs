//! ROUGE.

use super::corpus::ngrams;
use super::{BASE, Metric, text};
use crate::answers::Answers;
use crate::config::OutputType;
use std::collections::{BTreeMap, BTreeSet};
use yardstick_core::{Instance, Score};

/// F₁ of single words.
///
/// Source of all: Lin (2004), "ROUGE: A Package for Automatic Evaluation of Summaries"; numbers are those of the package
/// `rouge_score` 0.1.2 without stemming, from 0 to 1, the best over several right texts.
pub(super) static ROUGE_1: Metric = Metric {
    name: "rouge1",
    about: "mean ROUGE-1, F1 of words",
    score: |instance, answers, _| best(instance, answers, |meant, written| of_ngrams(meant, written, 1)),
    ..ROUGE
};

/// F₁ of pairs of words.
pub(super) static ROUGE_2: Metric = Metric {
    name: "rouge2",
    about: "mean ROUGE-2, F1 of pairs of words",
    score: |instance, answers, _| best(instance, answers, |meant, written| of_ngrams(meant, written, 2)),
    ..ROUGE
};

/// F₁ of the longest common subsequence of words.
pub(super) static ROUGE_L: Metric = Metric {
    name: "rougeL",
    about: "mean ROUGE-L, F1 of the longest common subsequence of words",
    score: |instance, answers, _| best(instance, answers, of_subsequence),
    ..ROUGE
};

/// The same for texts of a sentence a line: each right sentence with all written ones.
pub(super) static ROUGE_L_SUM: Metric = Metric {
    name: "rougeLsum",
    about: "mean ROUGE-L of summaries, a sentence a line",
    score: |instance, answers, _| best(instance, answers, of_sentences),
    ..ROUGE
};

const ROUGE: Metric = Metric { output_types: &[OutputType::GenerateUntil], ..BASE };

fn best(instance: &Instance, answers: &Answers, score: impl Fn(&str, &str) -> f64) -> Result<Score, String> {
    let written = text::prediction(answers)?;
    let scores = text::references(instance).into_iter().map(|meant| score(&meant, written));
    Ok(Score::Value(scores.fold(0.0, f64::max)))
}

/// Runs of ASCII letters and digits, in lower case.
fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase();
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn f1(common: u64, written: u64, meant: u64) -> f64 {
    let (precision, recall) = (common as f64 / written.max(1) as f64, common as f64 / meant.max(1) as f64);
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

fn of_ngrams(meant: &str, written: &str, n: usize) -> f64 {
    let (meant, written) = (words(meant), words(written));
    let (meant, written) = (ngrams::count(&meant, n), ngrams::count(&written, n));
    f1(ngrams::common(&meant, &written), written.values().sum(), meant.values().sum())
}

fn of_subsequence(meant: &str, written: &str) -> f64 {
    let (meant, written) = (words(meant), words(written));
    f1(subsequence(&meant, &written).len() as u64, written.len() as u64, meant.len() as u64)
}

fn of_sentences(meant: &str, written: &str) -> f64 {
    let sentences = |text: &str| text.split('\n').map(words).collect::<Vec<_>>();
    let (meant, written) = (sentences(meant), sentences(written));
    let (mut left_meant, mut left_written) = (counts(&meant), counts(&written));
    let mut common = 0;
    for sentence in &meant {
        let union: BTreeSet<usize> = written.iter().flat_map(|other| subsequence(sentence, other)).collect();
        for index in union {
            let word = sentence[index].as_str();
            // A word counts as often as both texts have it.
            if let (Some(a @ 1..), Some(b @ 1..)) = (left_meant.get_mut(word), left_written.get_mut(word)) {
                (*a, *b, common) = (*a - 1, *b - 1, common + 1);
            }
        }
    }
    let total = |sentences: &[Vec<String>]| sentences.iter().map(Vec::len).sum::<usize>() as u64;
    f1(common, total(&written), total(&meant))
}

fn counts(sentences: &[Vec<String>]) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for word in sentences.iter().flatten() {
        *counts.entry(word.as_str()).or_default() += 1;
    }
    counts
}

/// A longest common subsequence as indices into `a`. Of several the one that comes of going back from the ends, first in
/// `b` where that is strictly better.
fn subsequence(a: &[String], b: &[String]) -> Vec<usize> {
    let width = b.len() + 1;
    let mut table = vec![0_u32; (a.len() + 1) * width];
    for (i, left) in a.iter().enumerate() {
        for (j, right) in b.iter().enumerate() {
            table[(i + 1) * width + j + 1] = if left == right {
                table[i * width + j] + 1
            } else {
                table[i * width + j + 1].max(table[(i + 1) * width + j])
            };
        }
    }
    let (mut i, mut j, mut indices) = (a.len(), b.len(), Vec::new());
    while i > 0 && j > 0 {
        if a[i - 1] == b[j - 1] {
            indices.push(i - 1);
            (i, j) = (i - 1, j - 1);
        } else if table[i * width + j - 1] > table[(i - 1) * width + j] {
            j -= 1;
        } else {
            i -= 1;
        }
    }
    indices.reverse();
    indices
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand; many more texts are compared with the package in `tests/tasks/texts.rs`.
    #[test]
    fn by_hand() {
        let check = |got: f64, want: f64| assert!((got - want).abs() < 1e-15, "{got}, not {want}");
        // Common: the, cat, the; of 4 and 6 words.
        check(of_ngrams("The cat saw the dog here", "the CAT, the mat!", 1), 2.0 * 0.75 * 0.5 / 1.25);
        check(of_ngrams("a b c", "b c", 2), 2.0 * 0.5 / 1.5);
        check(of_subsequence("a b c d", "b x d"), 2.0 * (2.0 / 3.0) * 0.5 / (2.0 / 3.0 + 0.5));
        check(of_sentences("a b\nc d", "d c\nb"), f1(2, 3, 4));
        check(of_subsequence("日本", ""), 0.0);
    }
}

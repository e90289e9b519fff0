//! BLEU.

use super::ngrams::{self, Counts};
use super::tokens::Tokenizer;
use crate::config::OutputType;
use crate::metrics::options::TOKENIZE;
use crate::metrics::{Aggregation, BASE, Metric, text};
use std::collections::BTreeMap;
use yardstick_core::Score;

/// lm-eval's `bleu`: words of `mteval-v13a` or of the tokenizer that `tokenize` names, n-grams up to 4, exponential smoothing; of several right texts the one
/// closest in length gives the length, and each n-gram counts as often as in any. From 0 to 100.
///
/// Source: Papineni et al. (2002), "BLEU: a Method for Automatic Evaluation of Machine Translation", ACL; Post (2018), "A
/// Call for Clarity in Reporting BLEU Scores", WMT.
pub(crate) static METRIC: Metric = Metric {
    name: "bleu",
    about: "corpus BLEU of up to 4 words, as sacrebleu's default",
    output_types: &[OutputType::GenerateUntil],
    aggregation: Aggregation::Bleu,
    options: &[TOKENIZE],
    score: |instance, answers, options| {
        let written = text::prediction(answers)?;
        Ok(Score::Counts(counts(options.tokenizer(), written, &text::references(instance)).to_vec()))
    },
    ..BASE
};

/// The longest n-gram.
const ORDER: usize = 4;

/// Words written and meant, then right and written n-grams of each length.
pub(crate) const WIDTH: usize = 2 + 2 * ORDER;

/// What a document contributes.
pub(crate) fn counts(tokenizer: Tokenizer, written: &str, references: &[String]) -> [f64; WIDTH] {
    let written = tokenizer.words(written);
    let references: Vec<_> = references.iter().map(|text| tokenizer.words(text)).collect();
    let mut counts = [0.0; WIDTH];
    counts[0] = written.len() as f64;
    counts[1] = closest(written.len(), &references) as f64;
    for n in 1..=ORDER {
        let own = ngrams::count(&written, n);
        counts[1 + n] = ngrams::common(&own, &most(&references, n)) as f64;
        counts[1 + ORDER + n] = own.values().sum::<u64>() as f64;
    }
    counts
}

/// The length nearest to that of what was written, the shorter one of two; 0 without a right text.
fn closest(length: usize, references: &[Vec<String>]) -> usize {
    references.iter().map(Vec::len).min_by_key(|&other| (other.abs_diff(length), other)).unwrap_or(0)
}

/// Each n-gram as often as in the text that has it most often.
fn most(references: &[Vec<String>], n: usize) -> Counts<'_, String> {
    let mut all = BTreeMap::new();
    for reference in references {
        for (ngram, count) in ngrams::count(reference, n) {
            let most = all.entry(ngram).or_insert(0);
            *most = count.max(*most);
        }
    }
    all
}

/// BLEU of summed counts.
pub(crate) fn score(sums: &[f64]) -> f64 {
    let (written, meant) = (sums[0], sums[1]);
    let (right, total) = sums[2..].split_at(ORDER);
    if right.iter().all(|&count| count <= 0.0) {
        return 0.0;
    }
    let mut smoothing = 1.0;
    let mut log_precision = 0.0;
    for (&right, &total) in right.iter().zip(total) {
        if total <= 0.0 {
            // No text is as long as the n-gram: sacrebleu then has a precision, and a score, of 0.
            return 0.0;
        }
        let precision = if right > 0.0 {
            100.0 * right / total
        } else {
            smoothing *= 2.0;
            100.0 / (smoothing * total)
        };
        log_precision += precision.ln();
    }
    let brevity = if written < meant { (1.0 - meant / written).exp() } else { 1.0 };
    brevity * (log_precision / ORDER as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Options;

    /// Expected values are those of sacrebleu 2.6.0 with the tokenizer.
    fn check(options: &str, want: f64) {
        let options = Options::read(&crate::yaml::parse(&"t.yaml".into(), options).unwrap(), METRIC.options).unwrap();
        let got = score(&counts(options.tokenizer(), "我爱北京的天安门。", &["我很爱北京天安门。".to_owned()]));
        assert!((got - want).abs() < 1e-9, "{options:?}: {got}");
    }

    #[test]
    fn tokenizers() {
        check("{}", 0.0);
        check("tokenize: 13a", 0.0);
        check("tokenize: intl", 0.0);
        check("tokenize: none", 0.0);
        check("tokenize: zh", 44.632_361_378_533_304);
        check("tokenize: char", 44.632_361_378_533_304);
    }
}

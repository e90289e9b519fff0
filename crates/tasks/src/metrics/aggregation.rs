//! From the scores of all documents to one number.

use super::corpus::{BLEU_WIDTH, CHRF_PP_WIDTH, CHRF_WIDTH, bleu, chrf, chrf_plus_plus, ter};
use std::collections::BTreeMap;
use yardstick_core::{Estimate, Score};
use yardstick_stats as stats;
use yardstick_stats::RatioScale;

/// How scores are put together, by lm-eval's names.
#[derive(Clone, Copy, Debug)]
pub enum Aggregation {
    /// The mean.
    Mean,
    /// The mean of the scores that are numbers.
    NanMean,
    /// The upper median: of an even number of scores, the larger one of the two in the middle.
    Median,
    /// exp of minus the mean. lm-eval bootstraps its standard error; here it is the delta method's.
    Perplexity,
    /// exp of minus the ratio of sums. lm-eval has no standard error; here it is the ratio estimator's.
    WeightedPerplexity,
    /// Minus the ratio of sums, over ln 2.
    BitsPerByte,
    /// F1 of label 1 against label 0, of (right, chosen).
    F1,
    /// The Matthews correlation of (right, chosen).
    MatthewsCorrcoef,
    /// The mean of squared distances.
    BrierScore,
    /// The calibration error of (probability, whether right).
    CalibrationError,
    /// Corpus BLEU of n-gram counts.
    Bleu,
    /// Corpus chrF of character n-gram counts.
    Chrf,
    /// The same with words.
    ChrfPlusPlus,
    /// Corpus TER of (edits, words).
    Ter,
    /// No number: answers are only recorded.
    Bypass,
    /// A hook's, by its name.
    Function(&'static str, fn(&[Score]) -> f64),
    /// None that has a name: the task's file must name a function.
    Own,
}

/// All that have a name.
const NAMED: &[Aggregation] = &[
    Aggregation::Mean,
    Aggregation::NanMean,
    Aggregation::Median,
    Aggregation::Perplexity,
    Aggregation::WeightedPerplexity,
    Aggregation::BitsPerByte,
    Aggregation::F1,
    Aggregation::MatthewsCorrcoef,
    Aggregation::BrierScore,
    Aggregation::CalibrationError,
    Aggregation::Bleu,
    Aggregation::Chrf,
    Aggregation::ChrfPlusPlus,
    Aggregation::Ter,
    Aggregation::Bypass,
];

/// What scores look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Value,
    Ratio,
    Labels,
    Confidence,
    Counts(usize),
    Edits,
    /// Whatever they look like.
    Any,
    /// Like nothing that has a name.
    Own,
}

/// The value of what is not scored.
pub(super) const BYPASSED: f64 = 999.0;

impl Aggregation {
    /// The one of that name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        NAMED.iter().copied().find(|aggregation| aggregation.name() == name)
    }

    /// The names of all.
    pub(crate) fn all() -> Vec<&'static str> {
        NAMED.iter().map(|aggregation| aggregation.name()).collect()
    }

    /// The names of those that take the scores that `usual` takes.
    pub(crate) fn fitting(usual: Self) -> Vec<&'static str> {
        let names: Vec<_> = NAMED.iter().filter(|one| one.fits(usual)).map(|one| one.name()).collect();
        if names.is_empty() { vec!["a !function"] } else { names }
    }

    /// Whether it takes the scores that `usual` takes.
    pub(crate) fn fits(self, usual: Self) -> bool {
        self.shape() == usual.shape() || self.shape() == Shape::Any
    }

    const fn shape(self) -> Shape {
        match self {
            Self::Mean | Self::NanMean | Self::Median | Self::Perplexity | Self::BrierScore | Self::Bypass => {
                Shape::Value
            }
            Self::WeightedPerplexity | Self::BitsPerByte => Shape::Ratio,
            Self::F1 | Self::MatthewsCorrcoef => Shape::Labels,
            Self::CalibrationError => Shape::Confidence,
            Self::Bleu => Shape::Counts(BLEU_WIDTH),
            Self::Chrf => Shape::Counts(CHRF_WIDTH),
            Self::ChrfPlusPlus => Shape::Counts(CHRF_PP_WIDTH),
            Self::Ter => Shape::Edits,
            Self::Function(..) => Shape::Any,
            Self::Own => Shape::Own,
        }
    }

    /// lm-eval's name, or the hook's; `ece` is ours.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::NanMean => "nanmean",
            Self::Median => "median",
            Self::Perplexity => "perplexity",
            Self::WeightedPerplexity => "weighted_perplexity",
            Self::BitsPerByte => "bits_per_byte",
            Self::F1 => "f1",
            Self::MatthewsCorrcoef => "matthews_corrcoef",
            Self::BrierScore => "brier_score",
            Self::CalibrationError => "ece",
            Self::Bleu => "bleu",
            Self::Chrf => "chrf",
            Self::ChrfPlusPlus => "chrf++",
            Self::Ter => "ter",
            Self::Bypass => "bypass",
            Self::Function(name, _) => name,
            Self::Own => "a !function",
        }
    }

    /// The number with its error; `scores` in document order.
    pub fn estimate(self, scores: &[Score]) -> Estimate {
        match self {
            Self::Mean | Self::BrierScore => stats::mean_estimate(&values(scores)),
            Self::NanMean => stats::mean_estimate(&numbers(scores)),
            Self::Median => median(&values(scores)),
            Self::Perplexity => stats::exp_mean_estimate(&values(scores)),
            Self::WeightedPerplexity => stats::ratio_estimate(&ratios(scores), RatioScale::Perplexity),
            Self::BitsPerByte => stats::ratio_estimate(&ratios(scores), RatioScale::Bits),
            Self::F1 => stats::labels_estimate(&pairs(scores), stats::binary_f1, "F1"),
            Self::MatthewsCorrcoef => {
                stats::labels_estimate(&pairs(scores), stats::matthews_correlation, "Matthews correlation")
            }
            Self::CalibrationError => stats::calibration_error_estimate(&confidences(scores)),
            Self::Bleu => stats::sums_estimate(&counts(scores), bleu, "corpus BLEU"),
            Self::Chrf => stats::sums_estimate(&counts(scores), chrf, "corpus chrF"),
            Self::ChrfPlusPlus => stats::sums_estimate(&counts(scores), chrf_plus_plus, "corpus chrF++"),
            Self::Ter => stats::sums_estimate(&counts(scores), ter, "corpus TER"),
            Self::Bypass => plain(BYPASSED, scores.len(), "not scored"),
            Self::Function(_, function) => of_function(scores, function),
            Self::Own => plain(f64::NAN, scores.len(), "no aggregation"),
        }
    }
}

/// A number of which nothing more is known.
fn plain(value: f64, n: usize, method: &str) -> Estimate {
    Estimate { value, stderr: None, low: None, high: None, n: n as u64, method: method.to_owned() }
}

/// A hook sees scores, not weights: drawn ones are written out, so that fewer draws are made the more documents there are.
fn of_function(scores: &[Score], function: fn(&[Score]) -> f64) -> Estimate {
    const MOST_SCORES: usize = 2_000_000;
    let replicates = (MOST_SCORES / scores.len().max(1)).clamp(50, 500);
    let mut runs: BTreeMap<Vec<u64>, (&Score, u64)> = BTreeMap::new();
    for score in scores {
        runs.entry(bits(score)).or_insert((score, 0)).1 += 1;
    }
    let (distinct, counts): (Vec<_>, Vec<_>) = runs.into_values().unzip();
    let of_weights = |weights: &[f64]| {
        let mut drawn = Vec::with_capacity(scores.len());
        for (score, weight) in distinct.iter().zip(weights) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of documents")]
            drawn.extend(std::iter::repeat_n(*score, *weight as usize).cloned());
        }
        function(&drawn)
    };
    let value = function(scores);
    Estimate { value, ..stats::bootstrap_estimate(&counts, Some(replicates), of_weights, "the task's function") }
}

/// What makes two scores the same.
fn bits(score: &Score) -> Vec<u64> {
    match score {
        Score::Value(value) => vec![value.to_bits()],
        Score::Ratio(quantity, units) => vec![quantity.to_bits(), units.to_bits()],
        Score::Counts(counts) => counts.iter().map(|count| count.to_bits()).collect(),
    }
}

fn median(values: &[f64]) -> Estimate {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let runs = || sorted.chunk_by(|a, b| a.to_bits() == b.to_bits());
    let distinct: Vec<f64> = runs().map(|run| run[0]).collect();
    let counts: Vec<u64> = runs().map(|run| run.len() as u64).collect();
    let middle = (sorted.len() / 2) as f64;
    let of_weights = |weights: &[f64]| {
        let mut below = 0.0;
        let passes = |weight: &f64| {
            below += weight;
            below > middle
        };
        weights.iter().position(passes).map_or(f64::NAN, |index| distinct[index])
    };
    stats::bootstrap_estimate(&counts, None, of_weights, "median")
}

pub(super) fn values(scores: &[Score]) -> Vec<f64> {
    let value = |score: &Score| match *score {
        Score::Value(value) => value,
        Score::Ratio(quantity, units) => quantity / units,
        Score::Counts(_) => f64::NAN,
    };
    scores.iter().map(value).collect()
}

pub(super) fn numbers(scores: &[Score]) -> Vec<f64> {
    values(scores).into_iter().filter(|value| !value.is_nan()).collect()
}

/// A plain value is a quantity of one unit.
pub(super) fn ratios(scores: &[Score]) -> Vec<(f64, f64)> {
    let ratio = |score: &Score| match *score {
        Score::Value(value) => (value, 1.0),
        Score::Ratio(quantity, units) => (quantity, units),
        Score::Counts(_) => (f64::NAN, f64::NAN),
    };
    scores.iter().map(ratio).collect()
}

pub(super) fn counts(scores: &[Score]) -> Vec<&[f64]> {
    scores.iter().map(own_counts).collect()
}

fn own_counts(score: &Score) -> &[f64] {
    if let Score::Counts(counts) = score { counts } else { &[] }
}

pub(super) fn pairs(scores: &[Score]) -> Vec<(f64, f64)> {
    let pair = |counts: &[f64]| if let [a, b, ..] = *counts { (a, b) } else { (f64::NAN, f64::NAN) };
    counts(scores).into_iter().map(pair).collect()
}

pub(super) fn confidences(scores: &[Score]) -> Vec<(f64, bool)> {
    pairs(scores).into_iter().map(|(confidence, right)| (confidence, right > 0.5)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_again() {
        for name in Aggregation::all() {
            assert_eq!(Aggregation::named(name).map(Aggregation::name), Some(name));
        }
        assert!(Aggregation::named("max").is_none());
        assert_eq!(Aggregation::fitting(Aggregation::WeightedPerplexity), ["weighted_perplexity", "bits_per_byte"]);
        assert_eq!(Aggregation::fitting(Aggregation::Own), ["a !function"]);
        assert!(Aggregation::Function("max", |_| 0.0).fits(Aggregation::Own));
    }

    /// The error of a function's value is that of the mean, when the function is the mean.
    #[test]
    fn errors_of_functions() {
        let mean: fn(&[Score]) -> f64 = |scores| values(scores).iter().sum::<f64>() / scores.len() as f64;
        let scores: Vec<_> = (0..400).map(|i| Score::Value(f64::from(i % 5))).collect();
        let (own, usual) = (Aggregation::Function("mean", mean).estimate(&scores), Aggregation::Mean.estimate(&scores));
        assert!((own.value - usual.value).abs() < 1e-12);
        assert!((own.stderr.unwrap() / usual.stderr.unwrap() - 1.0).abs() < 0.15, "{own:?} {usual:?}");
    }

    #[test]
    fn errors_of_medians() {
        // Of 2k + 1 evenly spread numbers the median's error is near 1/(2 √n) of their range.
        let scores: Vec<_> = (0..1_001).map(|i| Score::Value(f64::from(i) / 1_000.0)).collect();
        let median = Aggregation::Median.estimate(&scores);
        assert!((median.value - 0.5).abs() < 1e-12);
        assert!((median.stderr.unwrap() * 2.0 * 1_001.0_f64.sqrt() - 1.0).abs() < 0.15, "{median:?}");
    }

    #[test]
    fn what_is_no_number_is_left_out() {
        let scores = [Score::Value(1.0), Score::Value(f64::NAN), Score::Value(2.0)];
        let estimate = Aggregation::NanMean.estimate(&scores);
        assert_eq!((estimate.value.to_bits(), estimate.n), (1.5_f64.to_bits(), 2));
    }
}

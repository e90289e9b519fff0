//! From the scores of all documents to one number.

use yardstick_core::{Estimate, Score};
use yardstick_stats::{RatioScale, exp_mean_estimate, mean_estimate, ratio_estimate};

/// How scores are put together, by lm-eval's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregation {
    /// The mean.
    Mean,
    /// exp of minus the mean. lm-eval bootstraps its standard error; here it is the delta method's.
    Perplexity,
    /// exp of minus the ratio of sums. lm-eval has no standard error; here it is the ratio estimator's.
    WeightedPerplexity,
    /// Minus the ratio of sums, over ln 2.
    BitsPerByte,
}

impl Aggregation {
    /// lm-eval's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Perplexity => "perplexity",
            Self::WeightedPerplexity => "weighted_perplexity",
            Self::BitsPerByte => "bits_per_byte",
        }
    }

    /// The number with its error; `scores` in document order.
    pub fn estimate(self, scores: &[Score]) -> Estimate {
        match self {
            Self::Mean => mean_estimate(&values(scores)),
            Self::Perplexity => exp_mean_estimate(&values(scores)),
            Self::WeightedPerplexity => ratio_estimate(&ratios(scores), RatioScale::Perplexity),
            Self::BitsPerByte => ratio_estimate(&ratios(scores), RatioScale::Bits),
        }
    }
}

fn values(scores: &[Score]) -> Vec<f64> {
    scores
        .iter()
        .map(|score| match *score {
            Score::Value(value) => value,
            Score::Ratio(quantity, units) => quantity / units,
            Score::Counts(_) => f64::NAN,
        })
        .collect()
}

/// A plain value is a quantity of one unit.
fn ratios(scores: &[Score]) -> Vec<(f64, f64)> {
    scores
        .iter()
        .map(|score| match *score {
            Score::Value(value) => (value, 1.0),
            Score::Ratio(quantity, units) => (quantity, units),
            Score::Counts(_) => (f64::NAN, f64::NAN),
        })
        .collect()
}

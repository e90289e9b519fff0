//! From the scores of all documents to one number.

use yardstick_core::{Estimate, Score};
use yardstick_stats::{RatioScale, exp_mean_estimate, mean_estimate, ratio_estimate};

/// How scores are put together, by lm-eval's names.
#[derive(Clone, Copy, Debug)]
pub enum Aggregation {
    /// The mean.
    Mean,
    /// exp of minus the mean. lm-eval bootstraps its standard error; here it is the delta method's.
    Perplexity,
    /// exp of minus the ratio of sums. lm-eval has no standard error; here it is the ratio estimator's.
    WeightedPerplexity,
    /// Minus the ratio of sums, over ln 2.
    BitsPerByte,
    /// A hook's own.
    Function(fn(&[Score]) -> f64),
}

/// All that have a name.
const NAMED: &[Aggregation] =
    &[Aggregation::Mean, Aggregation::Perplexity, Aggregation::WeightedPerplexity, Aggregation::BitsPerByte];

/// What scores look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Value,
    Ratio,
    Any,
}

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
        NAMED.iter().filter(|aggregation| aggregation.fits(usual)).map(|aggregation| aggregation.name()).collect()
    }

    /// Whether it takes the scores that `usual` takes.
    pub(crate) fn fits(self, usual: Self) -> bool {
        self.shape() == usual.shape() || self.shape() == Shape::Any
    }

    const fn shape(self) -> Shape {
        match self {
            Self::Mean | Self::Perplexity => Shape::Value,
            Self::WeightedPerplexity | Self::BitsPerByte => Shape::Ratio,
            Self::Function(_) => Shape::Any,
        }
    }

    /// lm-eval's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Perplexity => "perplexity",
            Self::WeightedPerplexity => "weighted_perplexity",
            Self::BitsPerByte => "bits_per_byte",
            Self::Function(_) => "a hook's own",
        }
    }

    /// The number with its error; `scores` in document order.
    pub fn estimate(self, scores: &[Score]) -> Estimate {
        match self {
            Self::Mean => mean_estimate(&values(scores)),
            Self::Perplexity => exp_mean_estimate(&values(scores)),
            Self::WeightedPerplexity => ratio_estimate(&ratios(scores), RatioScale::Perplexity),
            Self::BitsPerByte => ratio_estimate(&ratios(scores), RatioScale::Bits),
            Self::Function(function) => plain(function(scores), scores.len()),
        }
    }
}

/// A number of which nothing more is known.
fn plain(value: f64, n: usize) -> Estimate {
    Estimate { value, stderr: None, low: None, high: None, n: n as u64, method: "a hook's own".to_owned() }
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

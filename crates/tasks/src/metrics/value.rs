//! The number alone, for those who draw scores again and again.

use super::Aggregation;
use super::aggregation::{BYPASSED, confidences, counts, numbers, pairs, ratios, values};
use super::corpus::{bleu, chrf, chrf_plus_plus, ter};
use crate::hooks::{HookKind, hooks};
use yardstick_core::Score;
use yardstick_stats as stats;

/// What the aggregation of that name (as a [`MetricCard`](yardstick_core::MetricCard) has it) makes of scores, without an
/// error. `None` for a name that means nothing here. Not a number for no scores, or for scores of another kind.
pub fn value(aggregation: &str, scores: &[Score]) -> Option<f64> {
    Aggregation::known(aggregation).map(|aggregation| aggregation.value(scores))
}

impl Aggregation {
    /// The one of that name, a hook's among them.
    fn known(name: &str) -> Option<Self> {
        let of_hook = || {
            hooks().find(|hook| hook.name == name).and_then(|hook| match hook.kind {
                HookKind::Aggregation(function) => Some(Self::Function(hook.name, function)),
                _ => None,
            })
        };
        Self::named(name).or_else(of_hook)
    }

    fn value(self, scores: &[Score]) -> f64 {
        let once = vec![1.0; scores.len()];
        match self {
            Self::Mean | Self::BrierScore => stats::mean(&values(scores)),
            Self::NanMean => stats::mean(&numbers(scores)),
            Self::Median => median(values(scores)),
            Self::Perplexity => (-stats::mean(&values(scores))).exp(),
            Self::WeightedPerplexity => (-ratio(scores)).exp(),
            Self::BitsPerByte => -ratio(scores) / std::f64::consts::LN_2,
            Self::F1 => stats::binary_f1(&pairs(scores), &once),
            Self::MatthewsCorrcoef => stats::matthews_correlation(&pairs(scores), &once),
            Self::CalibrationError => stats::calibration_error(&confidences(scores)),
            Self::Bleu => bleu(&sums(scores)),
            Self::Chrf => chrf(&sums(scores)),
            Self::ChrfPlusPlus => chrf_plus_plus(&sums(scores)),
            Self::Ter => ter(&sums(scores)),
            Self::Bypass => BYPASSED,
            Self::Function(_, function) => function(scores),
            Self::Own => f64::NAN,
        }
    }
}

fn ratio(scores: &[Score]) -> f64 {
    let (y, x) = ratios(scores).iter().fold((0.0, 0.0), |(y, x), pair| (y + pair.0, x + pair.1));
    y / x
}

/// The larger one of the two in the middle.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn sums(scores: &[Score]) -> Vec<f64> {
    let rows = counts(scores);
    let mut sums = vec![0.0; rows.first().map_or(0, |row| row.len())];
    for row in rows {
        sums.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same number as with an error.
    fn check(aggregation: Aggregation, scores: &[Score]) {
        let (got, want) = (value(aggregation.name(), scores).unwrap(), aggregation.estimate(scores).value);
        assert!((got - want).abs() <= 1e-12 * want.abs(), "{aggregation:?}: {got}, not {want}");
    }

    #[test]
    fn as_estimated() {
        let values: Vec<Score> = [-1.5, -0.25, -3.0, -0.75].map(Score::Value).to_vec();
        for aggregation in [Aggregation::Mean, Aggregation::NanMean, Aggregation::Median, Aggregation::Perplexity] {
            check(aggregation, &values);
        }
        let ratios = [Score::Ratio(-40.0, 9.0), Score::Ratio(-20.0, 6.0)];
        check(Aggregation::WeightedPerplexity, &ratios);
        check(Aggregation::BitsPerByte, &ratios);
        let labels: Vec<Score> =
            [[1.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 0.0]].map(|l| Score::Counts(l.into())).to_vec();
        for aggregation in
            [Aggregation::F1, Aggregation::MatthewsCorrcoef, Aggregation::CalibrationError, Aggregation::Ter]
        {
            check(aggregation, &labels);
        }
    }

    #[test]
    fn hooks_are_found_by_name() {
        let labels = [Score::Counts(vec![1.0, 1.0]), Score::Counts(vec![0.0, 0.0])];
        assert!(value("cb.aggregate.cb_multi_fi", &labels).is_some());
        assert_eq!(value("no.such.function", &labels), None);
    }
}

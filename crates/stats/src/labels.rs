//! Agreement of predicted with true labels: F1 and the Matthews correlation.

use crate::bootstrap::bootstrap_estimate;
use std::collections::BTreeMap;
use yardstick_core::Estimate;

/// F1 of label 1 against label 0: 2·tp / (2·tp + fp + fn), and 0 where that is 0/0. Not a number when there are labels
/// besides these two, unless a single one is all that there is: then it is none of label 1, and 0. So has scikit-learn
/// its `f1_score` (there a third label is an error).
///
/// `pairs` are (true, predicted), `weights` how often each occurs.
///
/// Source: van Rijsbergen (1979), "Information Retrieval", chapter 7.
pub fn binary_f1(pairs: &[(f64, f64)], weights: &[f64]) -> f64 {
    let (mut both, mut sum) = (0.0, 0.0);
    let mut seen = Vec::new();
    for (&(gold, predicted), &weight) in pairs.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        for label in [gold, predicted] {
            sum += if is_one(label) { weight } else { 0.0 };
            if !seen.contains(&label.to_bits()) {
                seen.push(label.to_bits());
            }
        }
        both += if is_one(gold) && is_one(predicted) { weight } else { 0.0 };
    }
    let has_one = seen.contains(&1.0_f64.to_bits());
    if seen.len() > 2 || (seen.len() == 2 && !has_one) {
        return f64::NAN;
    }
    if sum > 0.0 { 2.0 * both / sum } else { 0.0 }
}

fn is_one(label: f64) -> bool {
    label.to_bits() == 1.0_f64.to_bits()
}

/// The Matthews correlation of any number of labels; 0 where one side has a single label.
///
/// `pairs` are (true, predicted), `weights` how often each occurs.
///
/// Source: Gorodkin (2004), "Comparing two K-category assignments by a K-category correlation coefficient", Computational
/// Biology and Chemistry 28, eq. 8; for two labels Matthews (1975).
pub fn matthews_correlation(pairs: &[(f64, f64)], weights: &[f64]) -> f64 {
    let mut labels: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    let (mut n, mut right) = (0.0, 0.0);
    for (&(gold, predicted), &weight) in pairs.iter().zip(weights) {
        labels.entry(gold.to_bits()).or_default().0 += weight;
        labels.entry(predicted.to_bits()).or_default().1 += weight;
        n += weight;
        right += if gold.to_bits() == predicted.to_bits() { weight } else { 0.0 };
    }
    let sum = |product: fn(&(f64, f64)) -> f64| labels.values().map(product).sum::<f64>();
    let covariance = right * n - sum(|(gold, predicted)| gold * predicted);
    let spread = (n * n - sum(|(gold, _)| gold * gold)) * (n * n - sum(|(_, predicted)| predicted * predicted));
    if spread > 0.0 { covariance / spread.sqrt() } else { 0.0 }
}

/// A statistic of (true, predicted) pairs, one a document, with the bootstrap's standard error and interval.
pub fn labels_estimate(pairs: &[(f64, f64)], statistic: impl Fn(&[(f64, f64)], &[f64]) -> f64, name: &str) -> Estimate {
    let mut counts: BTreeMap<(u64, u64), u64> = BTreeMap::new();
    for (gold, predicted) in pairs {
        *counts.entry((gold.to_bits(), predicted.to_bits())).or_default() += 1;
    }
    let distinct: Vec<_> = counts.keys().map(|&(a, b)| (f64::from_bits(a), f64::from_bits(b))).collect();
    let counts: Vec<_> = counts.into_values().collect();
    bootstrap_estimate(&counts, None, |weights| statistic(&distinct, weights), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(statistic: impl Fn(&[(f64, f64)], &[f64]) -> f64, pairs: &[(u8, u8)], want: f64) {
        let floats: Vec<_> = pairs.iter().map(|&(a, b)| (f64::from(a), f64::from(b))).collect();
        let got = statistic(&floats, &vec![1.0; pairs.len()]);
        assert!((got - want).abs() < 1e-15 || (got.is_nan() && want.is_nan()), "{pairs:?}: {got}, not {want}");
    }

    /// Expected values are those of scikit-learn's `f1_score`.
    #[test]
    fn f1() {
        check(binary_f1, &[(1, 1), (1, 0), (0, 1), (0, 0), (1, 1)], 2.0 / 3.0);
        check(binary_f1, &[(0, 0), (0, 0)], 0.0);
        check(binary_f1, &[(1, 1)], 1.0);
        check(binary_f1, &[(2, 2)], 0.0);
        check(binary_f1, &[(1, 2), (1, 1)], 2.0 / 3.0);
        check(binary_f1, &[(0, 2)], f64::NAN);
        check(binary_f1, &[(0, 1), (1, 2)], f64::NAN);
    }

    /// Expected values are those of scikit-learn's `matthews_corrcoef`.
    #[test]
    fn mcc() {
        check(matthews_correlation, &[(1, 1), (1, 0), (0, 1), (0, 0), (1, 1)], 1.0 / 6.0);
        check(matthews_correlation, &[(1, 1), (0, 1)], 0.0);
        check(matthews_correlation, &[(0, 1), (1, 0)], -1.0);
        check(matthews_correlation, &[(0, 0), (1, 1), (2, 2), (2, 1)], 0.7);
    }

    #[test]
    fn errors_as_the_delta_method_has_them() {
        // F1 is the ratio of 2·tp to 2·tp + fp + fn: Cochran's linearised error, here for 4,000 documents.
        let pair = |i: u32| (f64::from(u8::from(i.is_multiple_of(3))), f64::from(u8::from(i.is_multiple_of(4))));
        let pairs: Vec<_> = (0..4_000).map(pair).collect();
        let got = labels_estimate(&pairs, binary_f1, "F1");
        let terms: Vec<_> = pairs.iter().map(|(gold, predicted)| (2.0 * gold * predicted, gold + predicted)).collect();
        let ratio = crate::ratio_estimate(&terms, crate::RatioScale::Bits);
        let want = ratio.stderr.unwrap() * std::f64::consts::LN_2;
        assert!((got.value + ratio.value * std::f64::consts::LN_2).abs() < 1e-12);
        assert!((got.stderr.unwrap() / want - 1.0).abs() < 0.03, "{got:?} {want}");
    }
}

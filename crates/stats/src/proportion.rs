//! Intervals for a proportion.

use crate::Z95;
use crate::distribution::{Binomial, boundary, two_sided};
use serde::Serialize;

/// An interval for what was estimated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end, not below the lower one.
    pub high: f64,
}

/// Wilson's 95 % score interval for `successes` out of `n`, both as counts.
///
/// Source: as [`wilson_interval`].
pub fn wilson(successes: f64, n: f64) -> (f64, f64) {
    score(successes, n, Z95)
}

/// Wilson's score interval for `successes` out of `n`, both as counts, at a `level` such as 0.95.
///
/// Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22; Brown, Cai &
/// `DasGupta` (2001), eq. 4. It stays inside [0, 1] and has width at 0 and n successes.
pub fn wilson_interval(successes: f64, n: f64, level: f64) -> Interval {
    let (low, high) = score(successes, n, two_sided(level));
    Interval { low, high }
}

fn score(successes: f64, n: f64, z: f64) -> (f64, f64) {
    let p = successes / n;
    let z2 = z * z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0).min(p), (centre + half).min(1.0).max(p))
}

/// The exact interval for `successes` out of `n` at a `level` such as 0.95: at its ends either tail has half of what
/// the level leaves. It covers at least as often as promised, mostly more often. [0, 1] for no documents.
///
/// Source: Clopper & Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the
/// binomial", Biometrika 26.
pub fn clopper_pearson(successes: u64, n: u64, level: f64) -> Interval {
    let (tail, successes) = ((1.0 - level) / 2.0, successes.min(n));
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let value = successes as f64 / n as f64;
    let at_least = |p| Binomial::new(n, p).at_least(successes);
    let at_most = |p| Binomial::new(n, p).at_most(successes);
    let low = if successes == 0 { 0.0 } else { boundary(0.0, value, |p| at_least(p) < tail) };
    let high = if successes == n { 1.0 } else { boundary(value, 1.0, |p| at_most(p) > tail) };
    Interval { low, high }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        // Newcombe (1998), table I: 81/263 gives 0.2553–0.3662; 0/20 gives 0–0.1611.
        let (low, high) = wilson(81.0, 263.0);
        assert!((low - 0.2553).abs() < 5e-5 && (high - 0.3662).abs() < 5e-5);
        let (low, high) = wilson(0.0, 20.0);
        assert!(low == 0.0 && (high - 0.1611).abs() < 5e-5);
    }

    fn check(successes: u64, n: u64, low: f64, high: f64) {
        let got = clopper_pearson(successes, n, 0.95);
        assert!((got.low - low).abs() < 5e-5 && (got.high - high).abs() < 5e-5, "{successes}/{n}: {got:?}");
    }

    #[test]
    fn exact() {
        // Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I, method 5.
        check(81, 263, 0.2527, 0.3676);
        check(15, 148, 0.0578, 0.1617);
        check(0, 20, 0.0, 0.1684);
        check(1, 29, 0.0009, 0.1776);
        check(0, 0, 0.0, 1.0);
        // (1 − p)ⁿ = 0.025.
        let zero = clopper_pearson(0, 1_000_000, 0.95);
        assert!((zero.high - (1.0 - 0.025_f64.powf(1e-6))).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn inside_and_around(n in 1_u32..500, k in 0_u32..500) {
            let k = k.min(n);
            let (low, high) = wilson(f64::from(k), f64::from(n));
            let p = f64::from(k) / f64::from(n);
            prop_assert!(0.0 <= low && low <= p && p <= high && high <= 1.0);
            prop_assert_eq!(wilson_interval(f64::from(k), f64::from(n), 0.95), Interval { low, high });
        }

        #[test]
        fn exact_is_around_and_mirrors(n in 1_u64..500, k in 0_u64..500, level in 0.5..0.999_f64) {
            let k = k.min(n);
            let p = k as f64 / n as f64;
            let (got, other) = (clopper_pearson(k, n, level), clopper_pearson(n - k, n, level));
            prop_assert!(0.0 <= got.low && got.low <= p && p <= got.high && got.high <= 1.0);
            prop_assert!((got.low + other.high - 1.0).abs() < 1e-12 && (got.high + other.low - 1.0).abs() < 1e-12);
        }
    }
}

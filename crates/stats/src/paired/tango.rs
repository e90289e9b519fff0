//! Tango's score statistic for a difference of paired proportions: interval, non-inferiority, equivalence.

use super::PairedCounts;
use crate::distribution::{boundary, two_sided};
use crate::{Interval, normal_cdf};

/// The score interval for the candidate's share less the base's at a `level` such as 0.95: all differences that the
/// score test does not reject. It is proper where no document differs: ±z²/(n + z²). [−1, 1] for no documents.
///
/// Source: Tango (1998), "Equivalence test and confidence interval for the difference in proportions for the
/// paired-sample design", Statistics in Medicine 17:891, eq. 16.
pub fn tango_interval(counts: &PairedCounts, level: f64) -> Interval {
    let z = two_sided(level);
    Interval { low: lower(counts, z), high: -lower(&counts.swapped(), z) }
}

fn lower(counts: &PairedCounts, z: f64) -> f64 {
    if counts.n() == 0 {
        return -1.0;
    }
    boundary(-1.0, counts.difference(), |difference| score(counts, difference) > z)
}

/// The one-sided p against the candidate's share being lower than the base's by `margin` (0 or more) or by more: small
/// where the candidate is shown not to be inferior. 1 for no documents; at a margin of 0 half the p of `McNemar`'s
/// asymptotic test for a candidate that wins.
///
/// Source: Tango (1998), eq. 10.
pub fn tango_non_inferiority(counts: &PairedCounts, margin: f64) -> f64 {
    if counts.n() == 0 { 1.0 } else { normal_cdf(-score(counts, -margin.min(1.0))) }
}

/// The p of equivalence, against a difference of `margin` (above 0) or more in either direction: the larger of both
/// one-sided p.
///
/// Source: Tango (1998), section 3, by Schuirmann (1987), "A comparison of the two one-sided tests procedure and the
/// power approach", Journal of Pharmacokinetics and Biopharmaceutics 15.
pub fn tango_tost(counts: &PairedCounts, margin: f64) -> f64 {
    tango_non_inferiority(counts, margin).max(tango_non_inferiority(&counts.swapped(), margin))
}

/// Tango's Z for a true difference of `difference`: the observed one less it, over the standard error where it is true.
/// ±∞ where the observed difference would then be impossible.
///
/// Source: Tango (1998), eq. 6 and 10.
fn score(counts: &PairedCounts, difference: f64) -> f64 {
    if difference < 0.0 {
        // Nothing cancels where the difference is positive.
        return -score(&counts.swapped(), -difference);
    }
    let [n, wins, losses] = [counts.n(), counts.candidate_only, counts.base_only].map(|count| count as f64);
    let spread = difference * (1.0 - difference);
    let excess = wins - losses - n * difference;
    let variance = n * (2.0 * constrained_loss(n, wins, losses, difference) + spread);
    if excess.abs() <= n * 1e-15 { 0.0 } else { excess / variance.max(0.0).sqrt() }
}

/// The likeliest probability of a loss among those that leave the difference as it is.
///
/// Source: Tango (1998), appendix: the larger root of 2n·q² + B·q + C = 0.
fn constrained_loss(n: f64, wins: f64, losses: f64, difference: f64) -> f64 {
    let b = (2.0 * n - wins + losses) * difference - wins - losses;
    let c = -losses * difference * (1.0 - difference);
    let root = (b * b - 8.0 * n * c).sqrt();
    if b > 0.0 { -2.0 * c / (b + root) } else { (root - b) / (4.0 * n) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counts(both: u64, candidate_only: u64, base_only: u64, neither: u64) -> PairedCounts {
        PairedCounts { both, base_only, candidate_only, neither }
    }

    fn check(counts: PairedCounts, level: f64, low: f64, high: f64, tolerance: f64) {
        let got = tango_interval(&counts, level);
        assert!((got.low - low).abs() < tolerance && (got.high - high).abs() < tolerance, "{counts:?}: {got:?}");
    }

    #[test]
    fn published() {
        // Tango (1998), section 5: the crossover trial, and the contact lenses with their 90 % interval.
        check(counts(4, 9, 3, 16), 0.95, -0.027, 0.390, 6e-4);
        check(counts(43, 0, 1, 0), 0.90, -0.096, 0.037, 6e-4);
        // Fagerland, Lydersen & Laake (2014), table V.
        check(counts(1, 1, 7, 12), 0.95, -0.517, -0.026, 6e-4);
    }

    #[test]
    fn without_a_difference() {
        let end = crate::Z95.powi(2) / (20.0 + crate::Z95.powi(2));
        check(counts(12, 0, 0, 8), 0.95, -end, end, 1e-14);
        check(counts(0, 0, 0, 0), 0.95, -1.0, 1.0, 1e-15);
        // (n·m)/√(n·m(1 − m)) = √(20·0.1/0.9).
        let p = tango_non_inferiority(&counts(12, 0, 0, 8), 0.1);
        assert!((p - normal_cdf(-(2.0_f64 / 0.9).sqrt())).abs() < 1e-15);
        assert!((tango_non_inferiority(&counts(12, 0, 0, 8), 0.0) - 0.5).abs() < 1e-15);
    }

    #[test]
    fn at_a_margin_of_zero_mcnemar() {
        // (12 − 2)/√14.
        let p = tango_non_inferiority(&counts(20, 12, 2, 16), 0.0);
        assert!((p - normal_cdf(-10.0 / 14.0_f64.sqrt())).abs() < 1e-15);
    }

    #[test]
    fn all_lost_or_won() {
        let (lost, won) = (tango_interval(&counts(0, 0, 9, 0), 0.95), tango_interval(&counts(0, 9, 0, 0), 0.95));
        assert!(
            (lost.low + 1.0).abs() < 1e-15 && lost.high < 0.0 && (won.high - 1.0).abs() < 1e-15,
            "{lost:?} {won:?}"
        );
        // Likeliest at the margin: three quarters of the documents differ; (9 − 4.5)/√(9 · 0.75) = √3 below it.
        assert!((tango_non_inferiority(&counts(0, 0, 9, 0), 0.5) - normal_cdf(3.0_f64.sqrt())).abs() < 1e-14);
        assert!(tango_non_inferiority(&counts(9, 0, 0, 0), 1.0) < 1e-300);
    }

    proptest! {
        #[test]
        fn around_and_mirrors(a in 0_u64..60, b in 0_u64..60, c in 0_u64..60, d in 0_u64..60, level in 0.5..0.999_f64) {
            let counts = counts(a, b, c, d);
            let (got, other) = (tango_interval(&counts, level), tango_interval(&counts.swapped(), level));
            prop_assert!(-1.0 <= got.low && got.low <= counts.difference() + 1e-15);
            prop_assert!(counts.difference() - 1e-15 <= got.high && got.high <= 1.0);
            prop_assert!((got.low + other.high).abs() < 1e-12 && (got.high + other.low).abs() < 1e-12);
        }

        #[test]
        fn tests_agree_with_the_interval(a in 0_u64..60, b in 0_u64..60, c in 0_u64..60, d in 1_u64..60, m in 0.001..0.9_f64) {
            let counts = counts(a, b, c, d);
            let (low, p) = (tango_interval(&counts, 0.9).low, tango_non_inferiority(&counts, m));
            prop_assert!((0.0..=1.0).contains(&p));
            prop_assert!((low > -m) == (p < 0.05) || (low + m).abs() < 1e-9, "{low} {p}");
            prop_assert!(tango_non_inferiority(&counts, m + 0.05) <= p + 1e-12);
            prop_assert!(tango_tost(&counts, m) >= p);
            prop_assert!((tango_tost(&counts, m) - tango_tost(&counts.swapped(), m)).abs() < 1e-15);
        }
    }
}

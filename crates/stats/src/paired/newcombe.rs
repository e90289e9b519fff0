//! Newcombe's interval for a difference of paired proportions.

use super::PairedCounts;
use crate::{Interval, wilson_interval};

/// The interval for the candidate's share less the base's at a `level` such as 0.95: Wilson's intervals of both shares,
/// put together by squares with the correlation that the documents show. [−1, 1] for no documents.
///
/// Source: Newcombe (1998), "Improved confidence intervals for the difference between binomial proportions based on
/// paired data", Statistics in Medicine 17:2635, method 10.
pub fn newcombe_paired(counts: &PairedCounts, level: f64) -> Interval {
    if counts.n() == 0 {
        return Interval { low: -1.0, high: 1.0 };
    }
    Interval { low: -upper(&counts.swapped(), level), high: upper(counts, level) }
}

fn upper(counts: &PairedCounts, level: f64) -> f64 {
    let n = counts.n() as f64;
    let share = |right: u64| (right as f64 / n, wilson_interval(right as f64, n, level));
    let (candidate, of_candidate) = share(counts.both + counts.candidate_only);
    let (base, of_base) = share(counts.both + counts.base_only);
    let (above, below) = (of_candidate.high - candidate, base - of_base.low);
    let square = above * above - 2.0 * correlation(counts) * above * below + below * below;
    (counts.difference() + square.max(0.0).sqrt()).min(1.0)
}

/// φ, with a correction for continuity where it is positive; 0 where a model had all or none right.
fn correlation(counts: &PairedCounts) -> f64 {
    let [both, base, candidate, neither] =
        [counts.both, counts.base_only, counts.candidate_only, counts.neither].map(|count| count as f64);
    let margins = (both + base) * (candidate + neither) * (both + candidate) * (base + neither);
    let excess = both * neither - base * candidate;
    let corrected = if excess > 0.0 { (excess - counts.n() as f64 / 2.0).max(0.0) } else { excess };
    if margins > 0.0 { corrected / margins.sqrt() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// `counts` are both, candidate only, base only, neither: cells e, f, g, h of the paper.
    fn check(counts: [u64; 4], low: f64, high: f64, tolerance: f64) {
        let [both, candidate_only, base_only, neither] = counts;
        let got = newcombe_paired(&PairedCounts { both, base_only, candidate_only, neither }, 0.95);
        assert!((got.low - low).abs() < tolerance && (got.high - high).abs() < tolerance, "{counts:?}: {got:?}");
    }

    #[test]
    fn published() {
        // Newcombe (1998), table II.
        check([20, 12, 2, 16], 0.0562, 0.3292, 5e-5);
        // Fagerland, Lydersen & Laake (2014), "Recommended tests and confidence intervals for paired binomial
        // proportions", Statistics in Medicine 33, table V.
        check([1, 1, 7, 12], -0.507, -0.026, 5e-4);
    }

    #[test]
    fn by_hand() {
        // 20 documents, none right: φ = 0, and Wilson's upper end is z²/(20 + z²) for both.
        let end = crate::Z95.powi(2) / (20.0 + crate::Z95.powi(2));
        check([0, 0, 0, 20], -end, end, 1e-12);
        // One each way: ad − bc = 99 − 1/… is above n/2, so φ = (8·8 − 1 − 9)/81 = 2/3.
        let (p, n) = (0.5, 18.0);
        let half = (wilson_interval(9.0, n, 0.95).high - p) * (2.0_f64 - 4.0 / 3.0).sqrt();
        check([8, 1, 1, 8], -half, half, 1e-12);
        check([0, 0, 0, 0], -1.0, 1.0, 1e-12);
    }

    proptest! {
        #[test]
        fn around_and_mirrors(a in 0_u64..60, b in 0_u64..60, c in 0_u64..60, d in 0_u64..60, level in 0.5..0.999_f64) {
            let counts = PairedCounts { both: a, base_only: b, candidate_only: c, neither: d };
            let (got, other) = (newcombe_paired(&counts, level), newcombe_paired(&counts.swapped(), level));
            prop_assert!(-1.0 <= got.low && got.low <= counts.difference());
            prop_assert!(counts.difference() <= got.high && got.high <= 1.0);
            prop_assert_eq!((got.low.to_bits(), got.high.to_bits()), ((-other.high).to_bits(), (-other.low).to_bits()));
        }
    }
}

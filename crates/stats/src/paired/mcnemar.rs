//! Tests of whether wins and losses are as likely.

use crate::distribution::fair_tail;

/// The two-sided p of the exact conditional `McNemar` test for the `losses` and `wins` of a candidate, documents that
/// one of two models alone had right: twice the smaller tail of a fair coin's throws, at most 1; 1 for none.
///
/// Source: `McNemar` (1947), "Note on the sampling error of the difference between correlated proportions or
/// percentages", Psychometrika 12; Fagerland, Lydersen & Laake (2013), as [`mcnemar_mid_p`], eq. 3.
pub fn mcnemar_exact(losses: u64, wins: u64) -> f64 {
    let (_, at_most) = fair_tail(losses.min(wins), losses + wins);
    (2.0 * at_most).min(1.0)
}

/// The two-sided mid-p of the same test: the outcome that was seen counts half. Not exact, so that it may be below a
/// level a little more often than the level says, but much less conservative; 1 for no wins and losses.
///
/// Source: Fagerland, Lydersen & Laake (2013), "The `McNemar` test for binary matched-pairs data: mid-p and asymptotic
/// are better than exact conditional", BMC Medical Research Methodology 13:91, eq. 4 and what follows it for equal
/// counts.
pub fn mcnemar_mid_p(losses: u64, wins: u64) -> f64 {
    if losses + wins == 0 {
        return 1.0;
    }
    let (point, at_most) = fair_tail(losses.min(wins), losses + wins);
    if losses == wins { 1.0 - point / 2.0 } else { (2.0 * at_most - point).min(1.0) }
}

/// The two-sided p of the sign test for `differences` of any size: [`mcnemar_exact`] of how many are below and above 0.
/// Those that are 0 are dropped.
///
/// Source: Dixon & Mood (1946), "The statistical sign test", JASA 41.
pub fn sign_test(differences: &[f64]) -> f64 {
    let count = |is_counted: fn(f64) -> bool| differences.iter().filter(|&&x| is_counted(x)).count() as u64;
    mcnemar_exact(count(|x| x < 0.0), count(|x| x > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(losses: u64, wins: u64, exact: f64, mid: f64) {
        let got = (mcnemar_exact(losses, wins), mcnemar_mid_p(losses, wins));
        assert!((got.0 - exact).abs() < 1e-15 && (got.1 - mid).abs() < 1e-15, "{losses} {wins}: {got:?}");
        assert_eq!(got, (mcnemar_exact(wins, losses), mcnemar_mid_p(wins, losses)));
    }

    #[test]
    fn by_hand() {
        check(0, 0, 1.0, 1.0);
        check(1, 0, 1.0, 0.5);
        check(3, 0, 0.25, 0.125);
        check(8, 1, 0.039_062_5, 0.021_484_375);
        check(1, 1, 1.0, 0.75);
        // Fagerland, Lydersen & Laake (2013), table 4: 0.0703 and 0.0391.
        check(1, 7, 18.0 / 256.0, 10.0 / 256.0);
    }

    #[test]
    fn many() {
        // 100 tosses, 40 heads: 0.0568879 in any table of the binomial.
        assert!((mcnemar_exact(40, 60) - 0.056_887_933).abs() < 1e-9);
        assert!(mcnemar_exact(0, 1_000) > 0.0 && mcnemar_exact(0, 1_000) < 1e-300);
        assert!((mcnemar_exact(50_000, 50_000) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn signs() {
        assert!((sign_test(&[0.5, 0.1, 0.0, 2.0]) - 0.25).abs() < 1e-15);
        assert!((sign_test(&[]) - 1.0).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn ordered(losses in 0_u64..400, wins in 0_u64..400) {
            let (exact, mid) = (mcnemar_exact(losses, wins), mcnemar_mid_p(losses, wins));
            prop_assert!(0.0 <= mid && mid <= exact && exact <= 1.0);
            if losses >= wins {
                prop_assert!(mcnemar_exact(losses + 1, wins) <= exact + 1e-15);
            }
        }
    }

    #[test]
    fn exact_is_below_a_level_at_most_as_often_as_it_says() {
        for (n, level) in [(5, 0.05), (13, 0.05), (40, 0.01), (77, 0.1), (400, 0.05)] {
            let coins = crate::distribution::Binomial::new(n, 0.5);
            let rejected = |k: &u64| mcnemar_exact(*k, n - k) <= level;
            let size: f64 = (0..=n).filter(rejected).map(|k| coins.probability(k)).sum();
            assert!(size <= level, "{n}: {size}");
        }
    }
}

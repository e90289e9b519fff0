//! Many tests at once: adjusted p-values, to be held against the level of all together.

/// Holm's adjusted p, in the order of `p`: those at or below a level contain a false alarm with no more than that
/// probability, however the tests depend on each other. What is not a number stays so and counts for nothing.
///
/// Source: Holm (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics
/// 6; adjusted as Wright (1992), "Adjusted p-values for simultaneous inference", Biometrics 48.
pub fn holm(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        largest = largest.max(p[index] * (order.len() - rank) as f64);
        adjusted[index] = largest.min(1.0);
    }
    adjusted
}

/// Benjamini and Hochberg's adjusted p, in the order of `p`: of those at or below a level no larger share than that is
/// expected to be false alarms, for tests that are independent or depend positively. What is not a number stays so and
/// counts for nothing.
///
/// Source: Benjamini & Hochberg (1995), "Controlling the false discovery rate", JRSS B 57; Benjamini & Yekutieli
/// (2001), Annals of Statistics 29, theorem 1.2, for dependence.
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let order = ascending(p);
    let mut adjusted = vec![f64::NAN; p.len()];
    let mut smallest = 1.0_f64;
    for (rank, &index) in order.iter().enumerate().rev() {
        smallest = smallest.min(p[index] * order.len() as f64 / (rank + 1) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

/// Where the numbers among `p` are, smallest first.
fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).filter(|&index| !p[index].is_nan()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(p: &[f64], of_holm: &[f64], of_bh: &[f64]) {
        let close = |a: &[f64], b: &[f64]| {
            let same = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-15 || (a.is_nan() && b.is_nan());
            a.len() == b.len() && a.iter().zip(b).all(same)
        };
        assert!(close(&holm(p), of_holm), "{:?}", holm(p));
        assert!(close(&benjamini_hochberg(p), of_bh), "{:?}", benjamini_hochberg(p));
    }

    #[test]
    fn by_hand() {
        check(&[0.04, 0.01, 0.03], &[0.06, 0.03, 0.06], &[0.04, 0.03, 0.04]);
        check(&[0.5, 0.9], &[1.0, 1.0], &[0.9, 0.9]);
        check(&[0.01, f64::NAN, 0.02], &[0.02, f64::NAN, 0.02], &[0.02, f64::NAN, 0.02]);
        check(&[], &[], &[]);
    }

    proptest! {
        #[test]
        fn one_is_stricter_than_the_other(p in proptest::collection::vec(0.0..=1.0_f64, 0..40)) {
            for ((raw, bh), holm) in p.iter().zip(benjamini_hochberg(&p)).zip(holm(&p)) {
                prop_assert!(*raw <= bh + 1e-15 && bh <= holm + 1e-15 && holm <= 1.0);
            }
        }

        #[test]
        fn order_does_not_matter(p in proptest::collection::vec(0.0..=1.0_f64, 1..20)) {
            let backwards: Vec<f64> = p.iter().rev().copied().collect();
            for adjust in [holm, benjamini_hochberg] {
                let mut other = adjust(&backwards);
                other.reverse();
                prop_assert_eq!(adjust(&p), other);
            }
        }
    }
}

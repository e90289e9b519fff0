//! Student's t for paired differences.

use super::first_enough;
use crate::distribution::{boundary, noncentral_upper};
use crate::student_t_quantile;

/// The probability that the paired t test of `n` documents finds a true difference of `effect` standard deviations (of
/// the differences) at level `alpha`; against differences above 0 alone unless it is `two_sided`. For normal
/// differences, and about for any others; 0 below two documents.
///
/// Source: Johnson, Kotz & Balakrishnan (1995), "Continuous Univariate Distributions" volume 2, section 31.1: the
/// statistic is noncentral t with shift √n · effect.
pub fn t_power(n: f64, effect: f64, alpha: f64, two_sided: bool) -> f64 {
    if n < 2.0 {
        return 0.0;
    }
    let (freedom, shift) = (n - 1.0, n.sqrt() * effect);
    let tail = if two_sided { alpha / 2.0 } else { alpha };
    let critical = -student_t_quantile(tail, freedom);
    let above = |shift: f64| {
        // Of a critical value below 0 the other tail is taken.
        if critical < 0.0 {
            1.0 - noncentral_upper(-critical, freedom, -shift)
        } else {
            noncentral_upper(critical, freedom, shift)
        }
    };
    if two_sided { (above(shift) + above(-shift)).min(1.0) } else { above(shift) }
}

/// The smallest true difference, in the metric's unit, that the two-sided test of `n` documents finds with probability
/// `power`, where differences of documents have the standard deviation `sd`. `None` below two documents and where
/// eight thousand standard deviations are not enough.
///
/// Source: as [`t_power`].
pub fn t_detectable(n: u64, sd: f64, alpha: f64, power: f64) -> Option<f64> {
    let is_short = |effect: f64| t_power(n as f64, effect, alpha, true) < power;
    let enough = (-30..=13).map(|i| 2.0_f64.powi(i)).find(|&effect| !is_short(effect))?;
    Some(sd * boundary(0.0, enough, is_short))
}

/// The smallest number of documents whose two-sided test finds a true `difference` with probability `power`. `None`
/// beyond 10 million.
///
/// Source: as [`t_power`].
pub fn t_documents(difference: f64, sd: f64, alpha: f64, power: f64) -> Option<u64> {
    documents(difference.abs() / sd, power, |n, effect| t_power(n, effect, alpha, true))
}

/// The smallest number of documents with a power, a function of documents and effect.
pub(super) fn documents(effect: f64, power: f64, of: impl Fn(f64, f64) -> f64) -> Option<u64> {
    if effect.is_nan() {
        return None;
    }
    // A larger effect needs no more than two documents, and the integral no longer shift.
    first_enough(2, |n| of(n as f64, effect.min(1e4)) >= power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_table() {
        // Cohen (1988), "Statistical Power Analysis", table 2.3.5 for one sample: 34 documents for half a standard
        // deviation.
        assert_eq!(t_documents(0.5, 1.0, 0.05, 0.8), Some(34));
        assert_eq!(t_documents(-1.0, 2.0, 0.05, 0.8), Some(34));
        assert!((t_power(34.0, 0.5, 0.05, true) - 0.8078).abs() < 5e-5);
    }

    #[test]
    fn edges() {
        assert!((t_power(20.0, 0.0, 0.05, true) - 0.05).abs() < 1e-13);
        assert!((t_power(20.0, 0.0, 0.7, false) - 0.7).abs() < 1e-13);
        assert!(t_power(1.0, 3.0, 0.05, true) < 1e-300);
        assert_eq!((t_documents(0.0, 1.0, 0.05, 0.8), t_documents(0.0, 0.0, 0.05, 0.8)), (None, None));
        assert_eq!((t_documents(1.0, 0.0, 0.05, 0.8), t_detectable(1, 1.0, 0.05, 0.8)), (Some(2), None));
    }

    #[test]
    fn many_documents() {
        // (z₀.₉₇₅ + z₀.₈)/√n to the first order.
        let got = t_detectable(1_000_000, 3.0, 0.05, 0.8).unwrap();
        assert!((got / (3.0 * 2.801_585_218e-3) - 1.0).abs() < 1e-5, "{got}");
    }

    proptest! {
        #[test]
        fn grows(n in 2_u64..2_000, effect in 0.0..1.5_f64, alpha in 0.001..0.2_f64) {
            let power = t_power(n as f64, effect, alpha, true);
            prop_assert!((0.0..=1.0).contains(&power) && power >= alpha - 1e-12);
            prop_assert!(t_power(n as f64 + 1.0, effect, alpha, true) >= power - 1e-12);
            prop_assert!(t_power(n as f64, effect + 0.05, alpha, true) >= power - 1e-12);
            prop_assert!((t_power(n as f64, -effect, alpha, true) - power).abs() < 1e-12);
            prop_assert!(t_power(n as f64, effect, alpha, false) >= power - alpha);
        }

        #[test]
        fn answers_are_the_smallest(n in 3_u64..2_000, effect in 0.05..1.0_f64) {
            let found = t_detectable(n, 1.0, 0.05, 0.8).unwrap();
            prop_assert!((t_power(n as f64, found, 0.05, true) - 0.8).abs() < 1e-9);
            let needed = t_documents(effect, 1.0, 0.05, 0.8).unwrap() as f64;
            prop_assert!(t_power(needed, effect, 0.05, true) >= 0.8 && t_power(needed - 1.0, effect, 0.05, true) < 0.8);
        }
    }
}

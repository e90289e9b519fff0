//! The standard normal distribution.

use statrs::function::erf::erfc_inv;
use std::f64::consts::SQRT_2;

/// P(Z ≤ x) for a standard normal Z.
///
/// Source: Abramowitz & Stegun (1964), eq. 26.2.29 (by the complementary error function).
pub fn normal_cdf(x: f64) -> f64 {
    libm::erfc(-x / SQRT_2) / 2.0
}

/// The x with P(Z ≤ x) = `p`, from −∞ at 0 to ∞ at 1; not a number outside.
///
/// Source: the inverse of [`normal_cdf`].
pub fn normal_quantile(p: f64) -> f64 {
    if (0.0..=1.0).contains(&p) { -SQRT_2 * erfc_inv(2.0 * p) } else { f64::NAN }
}

/// The half-width in standard errors of a two-sided interval: 1.96 at a `level` of 0.95. What the project has as
/// [`crate::Z95`] is given to its last digit.
pub(crate) fn two_sided(level: f64) -> f64 {
    if (level - 0.95).abs() < 1e-15 { crate::Z95 } else { -normal_quantile((1.0 - level) / 2.0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_table() {
        assert!((normal_quantile(0.975) - crate::Z95).abs() < 1e-14);
        assert!((two_sided(0.90) - 1.644_853_626_951_472_2).abs() < 1e-14);
        assert!((normal_cdf(1.0) - 0.841_344_746_068_542_9).abs() < 1e-15);
        assert!((normal_cdf(-10.0) / 7.619_853_024_160_527e-24 - 1.0).abs() < 1e-13);
        assert!(normal_quantile(0.0) < -1e300 && normal_quantile(1.0) > 1e300 && normal_quantile(1.1).is_nan());
    }

    proptest! {
        #[test]
        fn one_undoes_the_other(x in -20.0..5.0_f64) {
            prop_assert!((normal_quantile(normal_cdf(x)) - x).abs() < 1e-9);
        }
    }
}

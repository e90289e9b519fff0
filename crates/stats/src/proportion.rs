//! Intervals for a proportion.

use crate::Z95;

/// Wilson's 95 % score interval for `successes` out of `n`, both as counts.
///
/// Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22; Brown, Cai & `DasGupta` (2001), eq. 4. It stays inside [0, 1] and has width at 0 and n successes.
pub fn wilson(successes: f64, n: f64) -> (f64, f64) {
    let p = successes / n;
    let z2 = Z95 * Z95;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = Z95 / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0).min(p), (centre + half).min(1.0).max(p))
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

    proptest! {
        #[test]
        fn inside_and_around(n in 1_u32..500, k in 0_u32..500) {
            let k = k.min(n);
            let (low, high) = wilson(f64::from(k), f64::from(n));
            let p = f64::from(k) / f64::from(n);
            prop_assert!(0.0 <= low && low <= p && p <= high && high <= 1.0);
        }
    }
}

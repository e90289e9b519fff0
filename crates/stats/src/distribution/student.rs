//! Student's t, central and noncentral, by one integral.
//!
//! T = (Z + δ)/S with S² = χ²/ν, so P(T > t) = ∫ P(Z > ts − δ) f(s) ds. In u = ln s the integrand is analytic and falls
//! off on both sides, where the trapezoidal rule gains digits with every halving of its step as no other does; it has
//! one peak (for t ≥ 0 its logarithm is concave), from which is summed outwards.
//!
//! Source: Johnson, Kotz & Balakrishnan (1995), "Continuous Univariate Distributions" volume 2, section 31.1, for the
//! integral; Trefethen & Weideman (2014), "The exponentially convergent trapezoidal rule", SIAM Review 56, for the
//! rule.

use super::{normal_cdf, normal_quantile, stirling_error};
use std::f64::consts::PI;

/// From here on Student's t is the normal distribution to the last digit.
const NORMAL: f64 = 1e17;

/// Terms on either side of the peak; far more than any sensible case takes.
const TERMS: u32 = 1_000_000;

/// P(T ≤ t) for Student's t with `freedom` degrees of freedom, above 0 and whole or not.
///
/// Source: Student (1908), "The probable error of a mean", Biometrika 6; computed as the module says.
pub fn student_t_cdf(t: f64, freedom: f64) -> f64 {
    if t > 0.0 { 1.0 - noncentral_upper(t, freedom, 0.0) } else { noncentral_upper(-t, freedom, 0.0) }
}

/// The t with P(T ≤ t) = `p` for `freedom` degrees of freedom, from −∞ at 0 to ∞ at 1; not a number outside.
///
/// Newton's method for the logarithm of the tail as a function of ln t, which is concave: after one step it comes down
/// to the root from above and cannot overshoot.
pub fn student_t_quantile(p: f64, freedom: f64) -> f64 {
    if !(0.0..=1.0).contains(&p) || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if p > 0.5 {
        return -student_t_quantile(1.0 - p, freedom);
    }
    let z = -normal_quantile(p);
    if z <= 0.0 || z.is_infinite() || freedom >= NORMAL {
        return -z;
    }
    let mut t = z;
    for _ in 0..100 {
        let tail = noncentral_upper(t, freedom, 0.0);
        let step = (tail / p).ln() * tail / (t * density(t, freedom));
        t *= step.exp();
        if step.abs() < 1e-15 {
            break;
        }
    }
    -t
}

/// Student's density.
fn density(t: f64, freedom: f64) -> f64 {
    // Γ((ν + 1)/2)/Γ(ν/2)/√(ν/2) by Stirling's formula.
    let a = freedom / 2.0;
    let gammas = a * (0.5 / a).ln_1p() - 0.5 + stirling_error(a + 0.5) - stirling_error(a);
    (gammas - (a + 0.5) * (t * t / freedom).ln_1p()).exp() / (2.0 * PI).sqrt()
}

/// P(T > t) for the noncentral t with `freedom` degrees of freedom and noncentrality `shift`; t must not be negative.
///
/// As P(T < −t) of one shift is P(T > t) of the opposite one, both tails keep their digits. Accurate to some 1e-13 for
/// shifts below a thousand.
pub(crate) fn noncentral_upper(t: f64, freedom: f64, shift: f64) -> f64 {
    if t.is_nan() || shift.is_nan() || freedom.is_nan() || freedom <= 0.0 {
        return f64::NAN;
    }
    if t.is_infinite() {
        return 0.0;
    }
    if freedom >= NORMAL {
        return normal_cdf(shift - t);
    }
    let a = freedom / 2.0;
    let integrand = |u: f64| (-a * excess(2.0 * u)).exp() * normal_cdf(shift - t * u.exp());
    let peak = peak(t, freedom, shift);
    let curvature = peak * peak * (2.0 * freedom + 2.0 * t * t) + 1.0;
    let step = (0.25 / curvature.sqrt()).max(1e-4 / freedom.sqrt().max(1.0));
    let start = peak.ln();
    let side = |direction: f64| {
        let (mut sum, mut largest) = (0.0, 0.0_f64);
        for i in 1..TERMS {
            let term = integrand(start + direction * f64::from(i) * step);
            (sum, largest) = (sum + term, largest.max(term));
            if term <= largest * 1e-18 {
                break;
            }
        }
        sum
    };
    let sum = integrand(start) + side(1.0) + side(-1.0);
    let scale = (freedom / PI).sqrt() * (-stirling_error(a)).exp();
    (scale * step * sum).min(1.0)
}

/// About where the integrand is largest: at s = 1, or where the normal tail pulls it.
fn peak(t: f64, freedom: f64, shift: f64) -> f64 {
    if t <= shift {
        return 1.0;
    }
    let (a, b) = (freedom + t * t, shift * t);
    let root = (b * b + 4.0 * a * freedom).sqrt();
    if b >= 0.0 { (b + root) / (2.0 * a) } else { 2.0 * freedom / (root - b) }
}

/// eˣ − 1 − x.
fn excess(x: f64) -> f64 {
    if x.abs() > 0.01 {
        return x.exp_m1() - x;
    }
    x * x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0 * (1.0 + x / 7.0)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(t: f64, freedom: f64, want: f64) {
        let got = student_t_cdf(t, freedom);
        assert!((got - want).abs() < 1e-14, "{t} {freedom}: {got}, {want}");
    }

    #[test]
    fn closed_forms() {
        // One degree of freedom: ½ + arctan(t)/π. Two: ½ + t/(2√(2 + t²)).
        for t in [-30.0, -1.0, 0.0, 0.3, 2.0, 1e3] {
            check(t, 1.0, 0.5 + f64::atan(t) / PI);
            check(t, 2.0, 0.5 + t / (2.0 * (2.0 + t * t).sqrt()));
            check(t, 1e18, normal_cdf(t));
        }
        assert!((student_t_cdf(-1e6, 1.0) / (1e-6 / PI) - 1.0).abs() < 1e-11);
    }

    #[test]
    fn quantiles_by_table() {
        for (freedom, want) in
            [(1.0, 12.706_204_736), (2.0, 4.302_652_730), (30.0, 2.042_272_456), (1e7, 1.959_964_222)]
        {
            assert!((student_t_quantile(0.975, freedom) - want).abs() < 1e-9, "{freedom}");
            assert!((student_t_quantile(0.025, freedom) + want).abs() < 1e-9, "{freedom}");
        }
        assert!(student_t_quantile(0.5, 3.0).abs() < 1e-300 && student_t_quantile(0.0, 3.0) < -1e300);
        assert!(student_t_quantile(0.3, 0.0).is_nan() && student_t_quantile(2.0, 3.0).is_nan());
    }

    #[test]
    fn noncentral_without_spread() {
        // At very many degrees of freedom it is a shifted normal distribution.
        assert!((noncentral_upper(2.0, 1e16, 3.0) - normal_cdf(1.0)).abs() < 1e-8);
        assert!(noncentral_upper(f64::INFINITY, 3.0, 1.0).abs() < 1e-300);
    }

    proptest! {
        #[test]
        fn one_undoes_the_other(p in 1e-9..0.999_f64, freedom in 1.0..1e6_f64) {
            let t = student_t_quantile(p, freedom);
            prop_assert!((student_t_cdf(t, freedom) / p - 1.0).abs() < 1e-10);
        }

        #[test]
        fn tails_fall(t in 0.0..20.0_f64, freedom in 1.0..1e4_f64, shift in -20.0..20.0_f64) {
            let at = |t| noncentral_upper(t, freedom, shift);
            prop_assert!((0.0..=1.0).contains(&at(t)) && at(t + 0.1) <= at(t) + 1e-14);
            prop_assert!(noncentral_upper(t, freedom, shift + 0.1) >= at(t) - 1e-14);
        }
    }
}

//! Distributions that tests and intervals stand on, each to nearly all digits of an `f64`, in both tails and at any
//! size.

mod binomial;
mod normal;
mod student;

pub(crate) use binomial::{Binomial, fair_tail};
pub(crate) use normal::two_sided;
pub use normal::{normal_cdf, normal_quantile};
pub(crate) use student::noncentral_upper;
pub use student::{student_t_cdf, student_t_quantile};

/// Where `is_before` turns from true to false between two numbers, by bisection.
///
/// To the last digit, or to 2⁻¹⁰⁰ of the distance.
pub(crate) fn boundary(low: f64, high: f64, is_before: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if is_before(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// What Stirling's formula lacks: ln Γ(x + 1) − (½ ln 2πx + x ln x − x), for x > 0.
///
/// Source: Abramowitz & Stegun (1964), eq. 6.1.41; below 15 by Γ(x + 1) = x Γ(x).
pub(crate) fn stirling_error(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 15.0 {
        sum += (x + 0.5) * x.recip().ln_1p() - 1.0;
        x += 1.0;
    }
    let y = (x * x).recip();
    let series = 1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y * (1.0 / 1680.0 - y * (1.0 / 1188.0))));
    sum + (series - y.powi(5) * 691.0 / 360_360.0) / x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stirling() {
        // ln 1! = 0 = ½ ln 2π − 1 + error; ln 20! = 42.335616460753485 by multiplying out.
        let half_ln = |x: f64| (2.0 * std::f64::consts::PI * x).ln() / 2.0;
        assert!((stirling_error(1.0) - (1.0 - half_ln(1.0))).abs() < 1e-15);
        let want = 42.335_616_460_753_485 - half_ln(20.0) - 20.0 * 20.0_f64.ln() + 20.0;
        assert!((stirling_error(20.0) - want).abs() < 1e-13);
        assert!((stirling_error(1e9) * 12e9 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn boundaries() {
        assert!((boundary(0.0, 2.0, |x| x * x < 2.0) - 2.0_f64.sqrt()).abs() < 1e-15);
        assert!(boundary(0.0, 1.0, |_| false) < 1e-30);
    }
}

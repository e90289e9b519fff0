//! Ratios of sums and exponentials of means: perplexities and bits per byte.

use crate::mean::{estimate, t_mean_estimate, t95};
use yardstick_core::Estimate;

/// exp(−mean) of log-likelihoods (nats): perplexity per document. Standard error by the delta method, interval by
/// transforming the ends of the mean's interval.
///
/// Source: Casella & Berger (2002), theorem 5.5.24 (delta method) with g(x) = exp(−x).
pub fn exp_mean_estimate(log_likelihoods: &[f64]) -> Estimate {
    let inner = t_mean_estimate(log_likelihoods);
    let value = (-inner.value).exp();
    let interval = inner.low.zip(inner.high).map(|(low, high)| ((-high).exp(), (-low).exp()));
    estimate(
        value,
        inner.stderr.map(|se| value * se),
        interval,
        log_likelihoods.len(),
        "exp of mean; delta method, t 95 %",
    )
}

/// What a ratio of sums is turned into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatioScale {
    /// exp(−Σy/Σx): perplexity per unit.
    Perplexity,
    /// −Σy/Σx/ln 2: bits per unit.
    Bits,
}

/// A function of R = Σy/Σx over documents (y: log-likelihood in nats, x: units), with the standard error of the ratio
/// estimator, documents taken as the sampling unit.
///
/// Source: Cochran (1977), "Sampling Techniques", eq. 2.46: v(R) = n/(n−1) · Σ(yᵢ − R·xᵢ)² / (Σxᵢ)²; then the delta method.
pub fn ratio_estimate(pairs: &[(f64, f64)], scale: RatioScale) -> Estimate {
    let n = pairs.len();
    let (y, x) = pairs.iter().fold((0.0, 0.0), |(y, x), p| (y + p.0, x + p.1));
    let ratio = y / x;
    let stderr = (n > 1).then(|| {
        let squares: f64 = pairs.iter().map(|(y, x)| (y - ratio * x).powi(2)).sum();
        (n as f64 / (n - 1) as f64 * squares).sqrt() / x
    });
    let map = |r: f64| match scale {
        RatioScale::Perplexity => (-r).exp(),
        RatioScale::Bits => -r / std::f64::consts::LN_2,
    };
    let slope = match scale {
        RatioScale::Perplexity => map(ratio),
        RatioScale::Bits => 1.0 / std::f64::consts::LN_2,
    };
    let interval = stderr.map(|se| {
        let half = t95(n - 1) * se;
        (map(ratio + half), map(ratio - half))
    });
    estimate(map(ratio), stderr.map(|se| se * slope), interval, n, "ratio of sums; linearised, t 95 %")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, want: f64) {
        assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "{got} is not {want}");
    }

    #[test]
    fn perplexity_by_hand() {
        // mean −2, s = sqrt(2), se = 1.
        let e = exp_mean_estimate(&[-1.0, -3.0]);
        close(e.value, 2.0_f64.exp());
        close(e.stderr.expect("two values"), 2.0_f64.exp());
    }

    #[test]
    fn ratio_by_hand() {
        // R = −6/3 = −2; residuals −2+2 = 0 and −4+4 = 0.
        let e = ratio_estimate(&[(-2.0, 1.0), (-4.0, 2.0)], RatioScale::Bits);
        close(e.value, 2.0 / std::f64::consts::LN_2);
        close(e.stderr.expect("two values"), 0.0);
        // R = −2; residuals −1 and 1: v = 2·2/4 = 1... over (Σx)² = 4.
        let e = ratio_estimate(&[(-3.0, 1.0), (-1.0, 1.0)], RatioScale::Perplexity);
        close(e.value, 2.0_f64.exp());
        close(e.stderr.expect("two values"), 2.0_f64.exp());
    }

    #[test]
    fn one_document_has_no_error() {
        assert_eq!(ratio_estimate(&[(-2.0, 1.0)], RatioScale::Bits).stderr, None);
    }
}

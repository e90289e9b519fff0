//! Means and what is known about their error.

use crate::{student_t_quantile, wilson};
use yardstick_core::Estimate;

/// Arithmetic mean; NaN when empty.
pub fn mean(xs: &[f64]) -> f64 {
    xs.iter().sum::<f64>() / xs.len() as f64
}

/// Sample standard deviation with divisor n − 1; `None` below two values.
pub fn sample_sd(xs: &[f64]) -> Option<f64> {
    if xs.len() < 2 {
        return None;
    }
    let m = mean(xs);
    let squares: f64 = xs.iter().map(|x| (x - m) * (x - m)).sum();
    Some((squares / (xs.len() - 1) as f64).sqrt())
}

/// The mean of independent scores, its standard error s/√n, and a 95 % interval: Wilson's for scores that are all 0 or 1,
/// Student's t otherwise.
///
/// Source: standard error and t interval, Casella & Berger (2002), example 9.2.10; Wilson (1927), see [`wilson`].
pub fn mean_estimate(xs: &[f64]) -> Estimate {
    let t = t_mean_estimate(xs);
    if xs.is_empty() || !xs.iter().all(|&x| is_binary(x)) {
        return t;
    }
    let interval = wilson(xs.iter().sum(), xs.len() as f64);
    estimate(t.value, t.stderr, Some(interval), xs.len(), "mean, s/sqrt(n); Wilson 95 %")
}

/// The mean with Student's t interval, whatever the values.
pub(crate) fn t_mean_estimate(xs: &[f64]) -> Estimate {
    let value = mean(xs);
    let stderr = sample_sd(xs).map(|sd| sd / (xs.len() as f64).sqrt());
    let interval = stderr.map(|se| {
        let half = t95(xs.len() - 1) * se;
        (value - half, value + half)
    });
    estimate(value, stderr, interval, xs.len(), "mean, s/sqrt(n); Student t 95 %")
}

/// Standard error of a size-weighted mean over tasks from each task's standard error of the mean and size.
///
/// As lm-eval pools it: the pooled variance Σ(nᵢ−1)·sᵢ² / (Σnᵢ−k) over Σnᵢ, with sᵢ² = seᵢ²·nᵢ. `None` when a task has none.
pub fn pooled_stderr(parts: &[(Option<f64>, u64)]) -> Option<f64> {
    let total: u64 = parts.iter().map(|(_, n)| n).sum();
    let freedom = total.checked_sub(parts.len() as u64).filter(|&f| f > 0)?;
    let mut squares = 0.0;
    for &(stderr, n) in parts {
        squares += (n as f64 - 1.0) * stderr?.powi(2) * n as f64;
    }
    Some((squares / freedom as f64 / total as f64).sqrt())
}

/// Exactly 0 or exactly 1, by their bits: scores are assigned, never computed, so nothing rounds.
fn is_binary(x: f64) -> bool {
    [0.0_f64, 1.0].iter().any(|b| b.to_bits() == x.to_bits())
}

/// The two-sided 95 % quantile of Student's t.
pub(crate) fn t95(freedom: usize) -> f64 {
    student_t_quantile(0.975, freedom as f64)
}

pub(crate) fn estimate(
    value: f64,
    stderr: Option<f64>,
    interval: Option<(f64, f64)>,
    n: usize,
    method: &str,
) -> Estimate {
    let (low, high) = interval.unzip();
    Estimate { value, stderr, low, high, n: n as u64, method: method.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(xs: &[f64], value: f64, stderr: Option<f64>) {
        let e = mean_estimate(xs);
        assert!((e.value - value).abs() < 1e-12, "{xs:?}: {e:?}");
        match (e.stderr, stderr) {
            (Some(got), Some(want)) => assert!((got - want).abs() < 1e-12, "{xs:?}: {e:?}"),
            (got, want) => assert_eq!(got, want),
        }
    }

    #[test]
    fn by_hand() {
        check(&[1.0, 0.0, 0.0, 1.0], 0.5, Some((1.0_f64 / 3.0).sqrt() / 2.0));
        check(&[2.0, 4.0, 9.0], 5.0, Some((13.0_f64 / 3.0).sqrt()));
        check(&[7.0], 7.0, None);
    }

    #[test]
    fn t_interval_by_table() {
        // t(0.975; 2) = 4.3027 in any table.
        let e = mean_estimate(&[2.0, 4.0, 9.0]);
        let half = e.high.expect("three values") - e.value;
        assert!((half / e.stderr.expect("three values") - 4.302_652_73).abs() < 1e-6);
    }

    #[test]
    fn pooled_equal_parts() {
        // Two equal halves of size 50 with se 0.1: variance of each value 0.5, so se of the mean of 100 is 0.1/sqrt(2).
        let got = pooled_stderr(&[(Some(0.1), 50), (Some(0.1), 50)]).expect("both known");
        assert!((got - 0.1 / 2.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(pooled_stderr(&[(None, 1), (Some(0.1), 50)]), None);
    }

    proptest! {
        #[test]
        fn interval_holds_the_mean(xs in proptest::collection::vec(-1e3..1e3_f64, 2..50)) {
            let e = mean_estimate(&xs);
            prop_assert!(e.low.unwrap() <= e.value && e.value <= e.high.unwrap());
        }
    }
}

//! The bootstrap of a comparison: documents (or clusters) drawn with replacement for both models together.

use crate::distribution::two_sided;
use crate::random::Random;
use crate::{Interval, mean, normal_cdf, normal_quantile};

/// A statistic of `draws` samples of `units` documents (or clusters), sorted. The statistic is told which were drawn,
/// from 0 to `units` − 1, as many as there are. Draws for which it is not a number are left out.
///
/// Source: Efron & Tibshirani (1993), "An Introduction to the Bootstrap", algorithm 6.1.
pub fn paired_bootstrap(units: usize, seed: u64, draws: usize, mut statistic: impl FnMut(&[usize]) -> f64) -> Vec<f64> {
    let mut random = Random::new(seed);
    let mut picked = vec![0; units];
    let mut draw = |_| {
        picked.fill_with(|| random.below(units));
        statistic(&picked)
    };
    let mut values: Vec<f64> = (0..draws).map(&mut draw).filter(|value| !value.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// The percentile interval of `sorted` draws at a `level` such as 0.95. `None` without draws.
///
/// Source: Efron & Tibshirani (1993), section 13.3; between draws as Hyndman & Fan (1996), "Sample quantiles in
/// statistical packages", The American Statistician 50, definition 7.
pub fn percentile_interval(sorted: &[f64], level: f64) -> Option<Interval> {
    let tail = (1.0 - level) / 2.0;
    Some(Interval { low: quantile(sorted, tail)?, high: quantile(sorted, 1.0 - tail)? })
}

/// The bias-corrected and accelerated interval of `sorted` draws at a `level` such as 0.95: percentiles, moved for an
/// `estimate` that is not the median of the draws and for a standard error that changes with the value. `jackknife` has
/// the statistic without each unit in turn. `None` without draws, where all draws are on one side of the estimate, and
/// where the shift leaves no percentile.
///
/// Source: Efron (1987), "Better bootstrap confidence intervals", JASA 82; Efron & Tibshirani (1993), eq. 14.10, 14.14
/// (draws that equal the estimate count half) and 14.15.
pub fn bca_interval(sorted: &[f64], estimate: f64, jackknife: &[f64], level: f64) -> Option<Interval> {
    let count = |is_counted: fn(f64, f64) -> bool| sorted.iter().filter(|&&x| is_counted(x, estimate)).count();
    let below = count(|x, estimate| x < estimate) + count(|x, estimate| x <= estimate);
    let bias = normal_quantile(below as f64 / (2 * sorted.len()) as f64);
    let (acceleration, z) = (acceleration(jackknife), two_sided(level));
    let end = |z: f64| quantile(sorted, normal_cdf(bias + (bias + z) / (1.0 - acceleration * (bias + z))));
    let (low, high) = (end(-z)?, end(z)?);
    (bias.is_finite() && low <= high).then_some(Interval { low, high })
}

/// Efron & Tibshirani (1993), eq. 14.15; 0 where the jackknife's values are all the same.
fn acceleration(jackknife: &[f64]) -> f64 {
    let centre = mean(jackknife);
    let moment = |power| jackknife.iter().map(|x| (centre - x).powi(power)).sum::<f64>();
    let squares = moment(2);
    if squares > 0.0 { moment(3) / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

/// What has a share `p` of sorted values below it, between two of them in proportion; `None` for a `p` outside 0 to 1.
#[expect(clippy::cast_sign_loss, reason = "not negative")]
fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1).filter(|_| (0.0..=1.0).contains(&p))?;
    let place = p * last as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(got: Option<Interval>, low: f64, high: f64) {
        let got = got.unwrap();
        assert!((got.low - low).abs() < 1e-12 && (got.high - high).abs() < 1e-12, "{got:?}");
    }

    #[test]
    fn percentiles_by_hand() {
        let draws: Vec<f64> = (0..=100).map(f64::from).collect();
        check(percentile_interval(&draws, 0.95), 2.5, 97.5);
        check(percentile_interval(&[3.0], 0.95), 3.0, 3.0);
        assert_eq!(percentile_interval(&[], 0.95), None);
    }

    #[test]
    fn without_bias_and_skew_they_are_percentiles() {
        let draws: Vec<f64> = (0..=100).map(f64::from).collect();
        check(bca_interval(&draws, 50.0, &[1.0, 2.0, 3.0], 0.95), 2.5, 97.5);
        check(bca_interval(&draws, 50.0, &[2.0; 3], 0.95), 2.5, 97.5);
        assert_eq!(bca_interval(&draws, 101.0, &[1.0, 2.0, 3.0], 0.95), None);
        assert_eq!(bca_interval(&[], 0.0, &[1.0, 2.0], 0.95), None);
    }

    #[test]
    fn bias_by_hand() {
        // 60.5 of 101 draws below: z₀ = Φ⁻¹(0.599…), ends at Φ(2z₀ ± 1.96).
        let draws: Vec<f64> = (0..=100).map(f64::from).collect();
        let z0 = normal_quantile(60.5 / 101.0);
        let end = |z: f64| 100.0 * normal_cdf(2.0 * z0 + z);
        check(bca_interval(&draws, 60.0, &[2.0; 3], 0.95), end(-crate::Z95), end(crate::Z95));
    }

    #[test]
    fn acceleration_by_hand() {
        // Centre 2, deviations 1, 1, −2: −6/(6 · 6^1.5).
        assert!((acceleration(&[1.0, 1.0, 4.0]) + 6.0_f64.powf(-1.5)).abs() < 1e-15);
    }

    #[test]
    fn error_of_a_mean() {
        let xs: Vec<f64> = (0..200_i32).map(|i| f64::from(i * 37 % 101).sqrt()).collect();
        let drawn = paired_bootstrap(200, 5, 4_000, |units| units.iter().map(|&unit| xs[unit]).sum::<f64>() / 200.0);
        let want = crate::sample_sd(&xs).unwrap() / 200.0_f64.sqrt();
        // 1/√(2 · 4,000) = 1.1 %.
        assert!((crate::sample_sd(&drawn).unwrap() / want - 1.0).abs() < 0.05);
        assert!(drawn.is_sorted());
    }

    #[test]
    fn what_is_not_a_number_is_left_out() {
        let drawn = paired_bootstrap(5, 5, 200, |units| if units.contains(&0) { 1.0 } else { f64::NAN });
        assert!(drawn.len() < 200 && drawn.len() > 50);
    }

    proptest! {
        #[test]
        fn ends_are_ordered(mut draws in proptest::collection::vec(-9.0..9.0_f64, 2..80), jackknife in proptest::collection::vec(-1.0..1.0_f64, 2..20)) {
            draws.sort_by(f64::total_cmp);
            let middle = draws[draws.len() / 2];
            let got = bca_interval(&draws, middle, &jackknife, 0.9).unwrap();
            prop_assert!(draws[0] <= got.low && got.low <= got.high && got.high <= draws[draws.len() - 1]);
        }
    }
}

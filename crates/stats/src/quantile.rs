//! Quantiles of what was seen.

/// The `q`-quantile, `q` from 0 to 1, of values in ascending order: between neighbours, in a straight line, so that 0 is the
/// smallest and 1 the largest value. NaN for no values.
///
/// Source: Hyndman & Fan (1996), "Sample quantiles in statistical packages", The American Statistician 50, definition 7,
/// which is the default of R and numpy.
#[expect(clippy::cast_sign_loss, reason = "an index, from 0 to the last one")]
pub fn quantile(sorted: &[f64], q: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let at = q.clamp(0.0, 1.0) * last as f64;
    let low = at.floor();
    let (below, above) = (sorted[low as usize], sorted[last.min(low as usize + 1)]);
    below + (at - low) * (above - below)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn by_hand() {
        // R: quantile(c(1, 2, 4, 8, 16), c(0, .1, .5, .9, 1)) gives 1, 1.4, 4, 12.8, 16.
        for (q, wanted) in [(0.0, 1.0), (0.1, 1.4), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)] {
            assert!((quantile(&[1.0, 2.0, 4.0, 8.0, 16.0], q) - wanted).abs() < 1e-12, "{q}");
        }
        assert_eq!(quantile(&[3.0], 0.3).to_bits(), 3.0_f64.to_bits());
        assert!(quantile(&[], 0.5).is_nan());
    }

    proptest! {
        #[test]
        fn rises_from_smallest_to_largest(mut xs in proptest::collection::vec(-1e3..1e3_f64, 1..50), a in 0.0..1.0_f64, b in 0.0..1.0_f64) {
            xs.sort_by(f64::total_cmp);
            let (low, high) = (quantile(&xs, a.min(b)), quantile(&xs, a.max(b)));
            prop_assert!(xs[0] <= low && low <= high + 1e-9 && high <= xs[xs.len() - 1] + 1e-9);
        }
    }
}

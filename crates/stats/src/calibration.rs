//! How well confidence agrees with being right.

use crate::bootstrap::sums_estimate;
use yardstick_core::Estimate;

/// Bins of confidence, as in the source.
const BINS: usize = 15;

/// Expected calibration error: Σ over bins of |right answers − summed confidence|, over documents. 15 bins of equal width,
/// each without its lower end. `answers` are (confidence from 0 to 1, whether right).
///
/// Standard error by the bootstrap. The value and its draws lie above 0 even for a calibrated model, the more so the fewer
/// documents there are.
///
/// Source: Guo et al. (2017), "On Calibration of Modern Neural Networks", ICML, eq. 3.
pub fn calibration_error_estimate(answers: &[(f64, bool)]) -> Estimate {
    let row = |&(confidence, is_right): &(f64, bool)| {
        let mut row = [0.0; BINS + 1];
        row[bin(confidence)] = f64::from(u8::from(is_right)) - confidence;
        row[BINS] = 1.0;
        row
    };
    let rows: Vec<_> = answers.iter().map(row).collect();
    let rows: Vec<&[f64]> = rows.iter().map(<[f64; BINS + 1]>::as_slice).collect();
    let error = |sums: &[f64]| sums[..BINS].iter().map(|gap| gap.abs()).sum::<f64>() / sums[BINS];
    sums_estimate(&rows, error, "ECE of 15 bins")
}

/// The same without an error.
pub fn calibration_error(answers: &[(f64, bool)]) -> f64 {
    let mut gaps = [0.0; BINS];
    for &(confidence, is_right) in answers {
        gaps[bin(confidence)] += f64::from(u8::from(is_right)) - confidence;
    }
    gaps.iter().map(|gap| gap.abs()).sum::<f64>() / answers.len() as f64
}

/// Confidence 0 is in the first bin.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 14")]
fn bin(confidence: f64) -> usize {
    ((confidence * BINS as f64).ceil() - 1.0).clamp(0.0, (BINS - 1) as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answers: &[(f64, bool)], want: f64) {
        for got in [calibration_error_estimate(answers).value, calibration_error(answers)] {
            assert!((got - want).abs() < 1e-12, "{answers:?}: {got}");
        }
    }

    #[test]
    fn by_hand() {
        check(&[(0.8, true), (0.8, false)], 0.3);
        // Two bins: |1 − 0.95| and |0 − 0.5|, over two documents.
        check(&[(0.95, true), (0.5, false)], 0.275);
        check(&[(1.0, true), (0.0, false)], 0.0);
        // 6/15 closes the sixth bin; what is above it is in the seventh.
        check(&[(0.4, true), (0.41, false)], 0.505);
    }
}

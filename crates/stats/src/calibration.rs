//! How well confidence agrees with being right.

use crate::bootstrap::sums_estimate;
use crate::proportion::{Interval, wilson_interval};
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

/// Documents of about the same confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationBin {
    /// Where the bin begins and ends: confidences above `from` and up to `to`.
    pub from: f64,
    /// See [`Self::from`].
    pub to: f64,
    /// Documents in it.
    pub n: u64,
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them that is right.
    pub right: f64,
    /// Wilson's 95 % interval of that share.
    pub interval: Interval,
}

/// The bins of [`calibration_error_estimate`] that have documents, from low to high confidence.
pub fn calibration_bins(answers: &[(f64, bool)]) -> Vec<CalibrationBin> {
    let of = |index: usize| {
        let own = || answers.iter().filter(move |answer| bin(answer.0) == index);
        let (n, right) = (own().count() as f64, own().filter(|answer| answer.1).count() as f64);
        (n > 0.0).then(|| CalibrationBin {
            from: index as f64 / BINS as f64,
            to: (index + 1) as f64 / BINS as f64,
            n: own().count() as u64,
            confidence: own().map(|answer| answer.0).sum::<f64>() / n,
            right: right / n,
            interval: wilson_interval(right, n, 0.95),
        })
    };
    (0..BINS).filter_map(of).collect()
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
    fn bins_add_up_to_the_error() {
        let answers: Vec<(f64, bool)> = (0..200).map(|at| (f64::from(at * 37 % 200) / 200.0, at % 3 > 0)).collect();
        let bins = calibration_bins(&answers);
        let n: u64 = bins.iter().map(|bin| bin.n).sum();
        let gaps: f64 = bins.iter().map(|bin| (bin.right - bin.confidence).abs() * bin.n as f64).sum();
        assert_eq!((n, bins.len()), (200, BINS));
        assert!((gaps / 200.0 - calibration_error(&answers)).abs() < 1e-12);
        assert!(bins.iter().all(|bin| bin.from <= bin.confidence && bin.confidence <= bin.to), "{bins:?}");
        assert!(bins.iter().all(|bin| bin.interval.low <= bin.right && bin.right <= bin.interval.high), "{bins:?}");
        assert_eq!(calibration_bins(&[(0.41, true)])[0].n, 1);
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

//! The expected calibration error.

use super::{Aggregation, BASE, Metric, choice};
use crate::config::OutputType;
use yardstick_core::Score;

/// How far the probability of the chosen one among the choices is from the share of right choices, in 15 bins of equal
/// width. The score is (probability, 1 if right).
///
/// Source: Guo et al. (2017), "On Calibration of Modern Neural Networks", ICML, eq. 3.
pub(super) static METRIC: Metric = Metric {
    name: "ece",
    about: "expected calibration error of the chosen one's probability among the choices, 15 bins",
    higher_is_better: false,
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::CalibrationError,
    score: |instance, answers, _| {
        let (gold, chosen) = choice::labels(instance, answers)?;
        let confidence = choice::probabilities(&choice::log_likelihoods(instance, answers))[chosen];
        Ok(Score::Counts(vec![confidence, f64::from(u8::from(gold == chosen))]))
    },
    ..BASE
};

//! The Brier score.

use super::{Aggregation, BASE, Metric, choice};
use crate::config::OutputType;
use yardstick_core::Score;

/// lm-eval's `brier_score`: squared distance of the choices' probabilities (softmax of the log-likelihoods) from the right
/// answer, between 0 and 2.
///
/// Source: Brier (1950), "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78, eq. 2.
pub(super) static METRIC: Metric = Metric {
    name: "brier_score",
    about: "mean squared distance of the choices' probabilities from the right answer",
    higher_is_better: false,
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::BrierScore,
    score: |instance, answers, _| {
        let (gold, _) = choice::labels(instance, answers)?;
        let probabilities = choice::probabilities(&choice::log_likelihoods(instance, answers));
        let right = |index| f64::from(u8::from(index == gold));
        let squares = probabilities.iter().enumerate().map(|(index, p)| (p - right(index)).powi(2));
        Ok(Score::Value(squares.sum()))
    },
    ..BASE
};

//! The Matthews correlation.

use super::{Aggregation, BASE, Metric, choice};
use crate::config::OutputType;
use yardstick_core::Score;

/// lm-eval's `mcc`: of the labels of all documents. The score is (right, chosen).
pub(super) static METRIC: Metric = Metric {
    name: "mcc",
    about: "Matthews correlation of chosen and right choices",
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::MatthewsCorrcoef,
    score: |instance, answers, _| {
        let (gold, chosen) = choice::labels(instance, answers)?;
        Ok(Score::Counts(vec![gold as f64, chosen as f64]))
    },
    ..BASE
};

//! Accuracy, log-likelihood per byte.

use super::{Aggregation, Metric, choice};
use crate::config::OutputType;

/// lm-eval's `acc_bytes`: bytes of the choice in UTF-8, without the delimiter before it.
pub(super) static METRIC: Metric = Metric {
    name: "acc_bytes",
    about: "share of documents whose right choice has the largest log-likelihood per byte",
    higher_is_better: true,
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::Mean,
    score: |instance, answers| choice::score(instance, answers, |text| text.len() as f64),
    is_accuracy: true,
};

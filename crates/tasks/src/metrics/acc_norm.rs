//! Accuracy, log-likelihood per character.

use super::{Aggregation, Metric, choice};
use crate::config::OutputType;

/// lm-eval's `acc_norm`: characters are Unicode code points of the choice, without the delimiter before it.
pub(super) static METRIC: Metric = Metric {
    name: "acc_norm",
    about: "share of documents whose right choice has the largest log-likelihood per character",
    higher_is_better: true,
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::Mean,
    score: |instance, answers| choice::score(instance, answers, |text| text.chars().count() as f64),
    is_accuracy: true,
};

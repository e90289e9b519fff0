//! Accuracy, log-likelihood per character.

use super::{BASE, Metric, choice};
use crate::config::OutputType;

/// lm-eval's `acc_norm`: characters are Unicode code points of the choice, without the delimiter before it.
pub(super) static METRIC: Metric = Metric {
    name: "acc_norm",
    about: "share of documents whose right choice has the largest log-likelihood per character",
    output_types: &[OutputType::MultipleChoice],
    score: |instance, answers, _| Ok(choice::score(instance, answers, |text| text.chars().count() as f64)),
    is_accuracy: true,
    ..BASE
};

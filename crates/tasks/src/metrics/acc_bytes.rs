//! Accuracy, log-likelihood per byte.

use super::{BASE, Metric, choice};
use crate::config::OutputType;

/// lm-eval's `acc_bytes`: bytes of the choice in UTF-8, without the delimiter before it.
pub(super) static METRIC: Metric = Metric {
    name: "acc_bytes",
    about: "share of documents whose right choice has the largest log-likelihood per byte",
    output_types: &[OutputType::MultipleChoice],
    score: |instance, answers, _| Ok(choice::score(instance, answers, |text| text.len() as f64)),
    is_accuracy: true,
    ..BASE
};

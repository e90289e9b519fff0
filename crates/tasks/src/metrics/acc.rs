//! Accuracy.

use super::{Aggregation, Metric, choice};
use crate::config::OutputType;
use yardstick_core::Score;

/// Of multiple choice: the choice with the largest log-likelihood is the right one.
pub(super) static CHOICE: Metric = Metric {
    name: "acc",
    about: "share of documents whose right choice has the largest log-likelihood",
    higher_is_better: true,
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::Mean,
    score: |instance, answers| choice::score(instance, answers, |_| 1.0),
    is_accuracy: true,
};

/// Of one continuation: greedy decoding would have written it.
pub(super) static GREEDY: Metric = Metric {
    name: "acc",
    about: "share of documents whose continuation is what greedy decoding gives",
    higher_is_better: true,
    output_types: &[OutputType::LogLikelihood],
    aggregation: Aggregation::Mean,
    score: |_, answers| Score::Value(f64::from(u8::from(answers.responses.iter().all(|response| response.is_greedy)))),
    is_accuracy: true,
};

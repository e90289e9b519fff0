//! Accuracy.

use super::{BASE, Metric, choice, right};
use crate::config::OutputType;

/// Of multiple choice: the choice with the largest log-likelihood is the right one.
pub(super) static CHOICE: Metric = Metric {
    name: "acc",
    about: "share of documents whose right choice has the largest log-likelihood",
    output_types: &[OutputType::MultipleChoice],
    score: |instance, answers, _| Ok(choice::score(instance, answers, |_| 1.0)),
    is_accuracy: true,
    ..BASE
};

/// Of one continuation: greedy decoding would have written it.
pub(super) static GREEDY: Metric = Metric {
    name: "acc",
    about: "share of documents whose continuation is what greedy decoding gives",
    output_types: &[OutputType::LogLikelihood],
    score: |_, answers, _| Ok(right(answers.responses.iter().all(|response| response.is_greedy))),
    is_accuracy: true,
    ..BASE
};

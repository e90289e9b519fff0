//! Accuracy, log-likelihood per token.

use super::choice::{best, is_right};
use super::{BASE, Metric, right};
use crate::config::OutputType;

/// The model's own tokens of the choice with the delimiter before it, without those that have no score. lm-eval has no
/// such metric.
///
/// Source: Brown et al. (2020), "Language Models are Few-Shot Learners", section 2.4.
pub(super) static METRIC: Metric = Metric {
    name: "acc_tokens",
    about: "share of documents whose right choice has the largest log-likelihood per token",
    output_types: &[OutputType::MultipleChoice],
    score: |instance, answers, _| {
        let choices = answers.responses.iter().zip(&instance.choices).map(|(response, _)| response);
        let scaled =
            choices.map(|choice| choice.log_likelihood / f64::from(choice.n_tokens.saturating_sub(choice.n_unscored)));
        Ok(right(best(scaled).is_some_and(|index| is_right(&instance.target, index))))
    },
    is_accuracy: true,
    ..BASE
};

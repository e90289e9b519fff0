//! The choices' log-likelihoods, for a file's own aggregation.

use super::{Aggregation, BASE, Metric, choice};
use crate::config::OutputType;
use yardstick_core::Score;

/// lm-eval's `likelihood`: the score is (right, log-likelihood of each choice in nats), which only a `!function` puts
/// together.
pub(super) static METRIC: Metric = Metric {
    name: "likelihood",
    about: "the choices' log-likelihoods, for an aggregation of the task's own",
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::Own,
    score: |instance, answers, _| {
        let (gold, _) = choice::labels(instance, answers)?;
        let log_likelihoods = choice::log_likelihoods(instance, answers);
        Ok(Score::Counts(std::iter::once(gold as f64).chain(log_likelihoods).collect()))
    },
    ..BASE
};

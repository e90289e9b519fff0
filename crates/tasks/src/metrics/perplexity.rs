//! Perplexity of a continuation.

use super::{Aggregation, BASE, Metric};
use crate::config::OutputType;
use yardstick_core::Score;

/// lm-eval's `perplexity`: per document, however many tokens the continuation has. The score is in nats.
pub(super) static METRIC: Metric = Metric {
    name: "perplexity",
    about: "exp of minus the mean log-likelihood of a document's continuation",
    higher_is_better: false,
    output_types: &[OutputType::LogLikelihood],
    aggregation: Aggregation::Perplexity,
    score: |_, answers, _| Ok(Score::Value(answers.responses.iter().map(|response| response.log_likelihood).sum())),
    ..BASE
};

//! Perplexity per byte of whole texts.

use super::word_perplexity::per_unit;
use super::{Aggregation, BASE, Metric};
use crate::config::OutputType;

/// lm-eval's `byte_perplexity`: bytes in UTF-8.
pub(super) static METRIC: Metric = Metric {
    name: "byte_perplexity",
    about: "exp of minus the log-likelihood of all texts over their bytes",
    higher_is_better: false,
    output_types: &[OutputType::LogLikelihoodRolling],
    aggregation: Aggregation::WeightedPerplexity,
    score: |instance, answers, _| Ok(per_unit(instance, answers, |text| text.len() as f64)),
    ..BASE
};

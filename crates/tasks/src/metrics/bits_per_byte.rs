//! Bits per byte of whole texts.

use super::word_perplexity::per_unit;
use super::{Aggregation, BASE, Metric};
use crate::config::OutputType;

/// lm-eval's `bits_per_byte`: what a perfect arithmetic coder would need, so comparable between tokenizers.
pub(super) static METRIC: Metric = Metric {
    name: "bits_per_byte",
    about: "bits that the model needs for one byte of text",
    higher_is_better: false,
    output_types: &[OutputType::LogLikelihoodRolling],
    aggregation: Aggregation::BitsPerByte,
    score: |instance, answers, _| Ok(per_unit(instance, answers, |text| text.len() as f64)),
    ..BASE
};

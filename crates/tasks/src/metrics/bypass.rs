//! No metric.

use super::{Aggregation, BASE, Metric};
use crate::config::OutputType;
use yardstick_core::Score;

/// lm-eval's `bypass`: answers are recorded and not scored. Its value is 999 there and here.
pub(super) static METRIC: Metric = Metric {
    name: "bypass",
    about: "no score: answers are only recorded, and the value is 999",
    output_types: &[OutputType::LogLikelihood, OutputType::MultipleChoice, OutputType::GenerateUntil],
    aggregation: Aggregation::Bypass,
    score: |_, _, _| Ok(Score::Value(super::aggregation::BYPASSED)),
    ..BASE
};

//! Metrics: one file each and a line in [`METRICS`].
//!
//! A metric turns the responses of one document into a [`Score`], and the scores of all documents, in document order, into
//! an [`Estimate`]. Names and definitions are lm-eval's; standard errors are those of the `stats` crate.

mod acc;
mod acc_bytes;
mod acc_norm;
mod aggregation;
mod bits_per_byte;
mod byte_perplexity;
mod choice;
mod exact_match;
mod perplexity;
mod word_perplexity;

pub use aggregation::Aggregation;
pub(crate) use word_perplexity::words;

use crate::answers::Answers;
use crate::config::{MetricSpec, OutputType};
use yardstick_core::{Instance, Score};

/// A metric, as far as it does not depend on a task.
#[derive(Debug)]
pub struct Metric {
    /// lm-eval's name.
    pub name: &'static str,
    /// What it is, one line.
    pub about: &'static str,
    /// Direction of better, unless a task says otherwise.
    pub higher_is_better: bool,
    /// The output types that it is defined for.
    pub output_types: &'static [OutputType],
    /// From scores to the number.
    pub aggregation: Aggregation,
    /// The score of one document from the responses to its requests, which are in the requests' order.
    pub score: fn(&Instance, &Answers) -> Score,
    /// Whether the number is a share of documents answered rightly, so that guessing gets one over the number of choices.
    pub is_accuracy: bool,
}

/// All metrics.
pub static METRICS: &[&Metric] = &[
    &acc::CHOICE,
    &acc::GREEDY,
    &acc_norm::METRIC,
    &acc_bytes::METRIC,
    &exact_match::METRIC,
    &perplexity::METRIC,
    &word_perplexity::METRIC,
    &byte_perplexity::METRIC,
    &bits_per_byte::METRIC,
];

/// The metrics of an output type.
pub(crate) fn of(output_type: OutputType) -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().copied().filter(move |metric| metric.output_types.contains(&output_type))
}

/// The metric of that name for an output type.
pub(crate) fn find(name: &str, output_type: OutputType) -> Option<&'static Metric> {
    of(output_type).find(|metric| metric.name == name)
}

/// What a task without `metric_list` reports.
pub(crate) fn defaults(output_type: OutputType) -> Vec<MetricSpec> {
    let names: &[&str] = match output_type {
        OutputType::MultipleChoice => &["acc", "acc_norm"],
        OutputType::LogLikelihood => &["perplexity", "acc"],
        OutputType::LogLikelihoodRolling => &["word_perplexity", "byte_perplexity", "bits_per_byte"],
        OutputType::GenerateUntil => &["exact_match"],
    };
    let specs = names.iter().filter_map(|name| find(name, output_type));
    specs.map(|metric| MetricSpec { metric, higher_is_better: metric.higher_is_better }).collect()
}

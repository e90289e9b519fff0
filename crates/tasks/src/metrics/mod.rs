//! Metrics: one file each and a line in [`METRICS`].
//!
//! A metric turns the responses of one document into a [`Score`], and the scores of all documents, in document order, into
//! an [`Estimate`](yardstick_core::Estimate). Names and definitions are lm-eval's; standard errors are those of the
//! `stats` crate.

mod acc;
mod acc_bytes;
mod acc_mutual_info;
mod acc_norm;
mod acc_tokens;
mod aggregation;
mod bits_per_byte;
mod brier_score;
mod bypass;
mod byte_perplexity;
mod choice;
mod corpus;
mod ece;
mod em;
mod evaluate;
mod exact_match;
mod f1;
mod likelihood;
mod mcc;
mod options;
mod pass_at_k;
mod perplexity;
mod rouge;
mod text;
mod token_perplexity;
mod value;
mod word_perplexity;

pub use aggregation::Aggregation;
pub use options::Options;
pub(crate) use text::{has_several, prediction, references};
pub use value::value;
pub(crate) use word_perplexity::words;

use crate::answers::Answers;
use crate::config::OutputType;
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
    /// From scores to the number, unless a task says otherwise.
    pub aggregation: Aggregation,
    /// The score of one document.
    pub score: ScoreFn,
    /// The keys of `metric_list` that it takes.
    pub options: &'static [&'static str],
    /// Whether the number is a share of documents answered rightly, so that guessing gets one over the number of choices.
    pub is_accuracy: bool,
    /// Whether each choice has a second request, without a context, after those of all choices.
    pub needs_unconditional: bool,
}

/// What most metrics have in common: a mean, of which more is better.
const BASE: Metric = Metric {
    name: "",
    about: "",
    higher_is_better: true,
    output_types: &[],
    aggregation: Aggregation::Mean,
    score: |_, _, _| Err("a metric has a score".to_owned()),
    options: &[],
    is_accuracy: false,
    needs_unconditional: false,
};

/// The score of one document from the responses to its requests, which are in the requests' order; or why there is none.
pub type ScoreFn = fn(&Instance, &Answers, &Options) -> Result<Score, String>;

/// All metrics.
pub static METRICS: &[&Metric] = &[
    &acc::CHOICE,
    &acc::GREEDY,
    &acc_norm::METRIC,
    &acc_bytes::METRIC,
    &acc_tokens::METRIC,
    &acc_mutual_info::METRIC,
    &exact_match::CHOICE,
    &exact_match::TEXT,
    &f1::LABELS,
    &f1::WORDS,
    &em::METRIC,
    &mcc::METRIC,
    &brier_score::METRIC,
    &ece::METRIC,
    &likelihood::METRIC,
    &perplexity::METRIC,
    &word_perplexity::METRIC,
    &byte_perplexity::METRIC,
    &token_perplexity::METRIC,
    &bits_per_byte::METRIC,
    &corpus::bleu::METRIC,
    &corpus::chrf::CHRF,
    &corpus::chrf::PLUS_PLUS,
    &corpus::ter::METRIC,
    &rouge::ROUGE_1,
    &rouge::ROUGE_2,
    &rouge::ROUGE_L,
    &rouge::ROUGE_L_SUM,
    &pass_at_k::METRIC,
    &bypass::METRIC,
];

/// What written texts are compared with where a file says `hf_evaluate: true`: metrics of the `evaluate` library.
static EVALUATE: &[&Metric] = &[
    &evaluate::ACCURACY,
    &evaluate::F1,
    &exact_match::TEXT,
    &rouge::ROUGE_1,
    &rouge::ROUGE_2,
    &rouge::ROUGE_L,
    &rouge::ROUGE_L_SUM,
];

/// The metrics of an output type.
pub(crate) fn of(output_type: OutputType) -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().copied().filter(move |metric| metric.output_types.contains(&output_type))
}

/// Names that stand for several metrics, as in the `evaluate` library.
const SETS: &[(&str, &[&str])] = &[("rouge", &["rouge1", "rouge2", "rougeL", "rougeLsum"])];

/// The metrics that a name stands for: one, several for the name of a set, or none.
pub(crate) fn find(name: &str, output_type: OutputType) -> Vec<&'static Metric> {
    select(name, of(output_type))
}

/// The same among the metrics of the `evaluate` library.
pub(crate) fn find_evaluate(name: &str) -> Vec<&'static Metric> {
    select(name, EVALUATE.iter().copied())
}

/// The names of [`EVALUATE`] and of the sets.
pub(crate) fn evaluate_names() -> Vec<&'static str> {
    EVALUATE.iter().map(|metric| metric.name).chain(SETS.iter().map(|(name, _)| *name)).collect()
}

fn select(name: &str, metrics: impl Iterator<Item = &'static Metric>) -> Vec<&'static Metric> {
    let set = SETS.iter().find(|(set, _)| *set == name).map(|(_, members)| *members);
    let is_meant = |metric: &&Metric| set.map_or(metric.name == name, |members| members.contains(&metric.name));
    metrics.filter(is_meant).collect()
}

/// The first metric of that name, for whichever output type.
pub(crate) fn named(name: &str) -> Option<&'static Metric> {
    METRICS.iter().copied().find(|metric| metric.name == name)
}

/// What a task without `metric_list` reports.
pub(crate) fn defaults(output_type: OutputType) -> impl Iterator<Item = &'static Metric> {
    let names: &[&str] = match output_type {
        OutputType::MultipleChoice => &["acc", "acc_norm"],
        OutputType::LogLikelihood => &["perplexity", "acc"],
        OutputType::LogLikelihoodRolling => &["word_perplexity", "byte_perplexity", "bits_per_byte"],
        OutputType::GenerateUntil => &["exact_match"],
    };
    names.iter().flat_map(move |name| find(name, output_type))
}

/// 1 for what is right, 0 for what is not.
fn right(is_right: bool) -> Score {
    Score::Value(f64::from(u8::from(is_right)))
}

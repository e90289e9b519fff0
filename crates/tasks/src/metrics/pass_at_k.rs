//! Whether one of k samples is right.

use super::exact_match::count_right;
use super::options::COMPARISON_AND_K;
use super::{BASE, Metric};
use crate::config::OutputType;
use yardstick_core::Score;
use yardstick_stats::pass_at_k;

/// The probability that of `k` samples one is a right text, estimated from all samples (`repeats`, with filters that
/// leave them all). Each `k` is a metric of its own, `pass@1`. Texts are compared; code that the model wrote is never run.
///
/// Source: Chen et al. (2021), "Evaluating Large Language Models Trained on Code", eq. 1.
pub(super) static METRIC: Metric = Metric {
    name: "pass_at_k",
    about: "probability that one of k samples is a right text (pass@1, pass@10, ...)",
    output_types: &[OutputType::GenerateUntil],
    score: |instance, answers, options| {
        let (n_right, n) = count_right(instance, answers, options)?;
        let k = options.ks().first().copied().unwrap_or(1);
        let estimate = pass_at_k(n, n_right, k);
        let too_few =
            || format!("{k} samples are taken, and there are {n}; raise `repeats`, and end without take_first");
        estimate.map(Score::Value).ok_or_else(too_few)
    },
    options: COMPARISON_AND_K,
    ..BASE
};

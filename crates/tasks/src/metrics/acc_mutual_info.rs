//! Accuracy, how much the context makes a choice more likely.

use super::choice::{best, is_right};
use super::options::CONTEXT;
use super::{BASE, Metric, right};
use crate::config::OutputType;

/// lm-eval's `acc_mutual_info`: ln P(choice | context) − ln P(choice), the second from a request of its own.
///
/// With `context: "Answer:"` in `metric_list`, which lm-eval does not have, the second is ln P(choice | Answer:), as in
/// Brown et al. (2020), section 2.4.
pub(super) static METRIC: Metric = Metric {
    name: "acc_mutual_info",
    about: "share of documents whose right choice gains the most log-likelihood from its context",
    output_types: &[OutputType::MultipleChoice],
    score: |instance, answers, _| {
        let (with, without) = answers
            .responses
            .split_at_checked(instance.choices.len())
            .filter(|(with, without)| with.len() == without.len())
            .ok_or("each choice needs a second response, to itself without a context")?;
        let gains = with.iter().zip(without).map(|(with, without)| with.log_likelihood - without.log_likelihood);
        Ok(right(best(gains).is_some_and(|index| is_right(&instance.target, index))))
    },
    is_accuracy: true,
    options: &[CONTEXT],
    needs_unconditional: true,
    ..BASE
};

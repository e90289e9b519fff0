//! Whether greedy decoding would have written the right choice.

use super::{Aggregation, Metric};
use crate::config::OutputType;
use yardstick_core::{Score, Target};

/// lm-eval's `exact_match` of multiple choice. Guessing gets nothing that is known: any text can be written.
pub(super) static METRIC: Metric = Metric {
    name: "exact_match",
    about: "share of documents whose right choice is what greedy decoding gives",
    higher_is_better: true,
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::Mean,
    score: |instance, answers| {
        let is_greedy = |&gold: &usize| answers.responses.get(gold).is_some_and(|response| response.is_greedy);
        let is_right = match &instance.target {
            Target::Choice(gold) => is_greedy(gold),
            Target::Choices(gold) => gold.iter().any(is_greedy),
            Target::Text(_) | Target::Texts(_) => false,
        };
        Score::Value(f64::from(u8::from(is_right)))
    },
    is_accuracy: false,
};

//! Exact match after normalisation.

use super::{BASE, Metric, text};
use crate::config::OutputType;
use crate::hooks::squad;
use yardstick_core::Score;

/// Of written text: the same as a right answer, but for case, ASCII punctuation, English articles and white space.
///
/// Source: Rajpurkar et al. (2016), "`SQuAD`: 100,000+ Questions for Machine Comprehension of Text", section 6.1.
pub(super) static METRIC: Metric = Metric {
    name: "em",
    about: "share of documents whose text is a right answer, as SQuAD normalises them",
    output_types: &[OutputType::GenerateUntil],
    score: |instance, answers, _| {
        let written = text::prediction(answers)?;
        let references = text::references(instance);
        Ok(Score::Value(squad::best(references.iter().map(String::as_str), |gold| squad::exact(gold, written))))
    },
    ..BASE
};

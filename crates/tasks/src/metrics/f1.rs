//! F1: of labels, and of words.

use super::{Aggregation, BASE, Metric, choice, text};
use crate::config::OutputType;
use crate::hooks::squad;
use yardstick_core::Score;

/// lm-eval's `f1` of multiple choice: of label 1 against label 0, over all documents. The score is (right, chosen).
pub(super) static LABELS: Metric = Metric {
    name: "f1",
    about: "F1 of the second choice against the first",
    output_types: &[OutputType::MultipleChoice],
    aggregation: Aggregation::F1,
    score: |instance, answers, _| {
        let (gold, chosen) = choice::labels(instance, answers)?;
        Ok(Score::Counts(vec![gold as f64, chosen as f64]))
    },
    ..BASE
};

/// Of written text: agreement in words with the right answer, the best over several.
///
/// Source: Rajpurkar et al. (2016), "`SQuAD`: 100,000+ Questions for Machine Comprehension of Text", section 6.1.
pub(super) static WORDS: Metric = Metric {
    name: "f1",
    about: "mean F1 of the text's words against the right answer's, as SQuAD normalises them",
    output_types: &[OutputType::GenerateUntil],
    score: |instance, answers, _| {
        let written = text::prediction(answers)?;
        let references = text::references(instance);
        Ok(Score::Value(squad::best(references.iter().map(String::as_str), |gold| squad::f1(gold, written))))
    },
    ..BASE
};

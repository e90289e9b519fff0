//! Perplexity per word of whole texts.

use super::{Aggregation, BASE, Metric};
use crate::answers::Answers;
use crate::config::OutputType;
use crate::python::SPACES;
use yardstick_core::{Instance, Score};

/// lm-eval's `word_perplexity`.
pub(super) static METRIC: Metric = Metric {
    name: "word_perplexity",
    about: "exp of minus the log-likelihood of all texts over their words",
    higher_is_better: false,
    output_types: &[OutputType::LogLikelihoodRolling],
    aggregation: Aggregation::WeightedPerplexity,
    score: |instance, answers, _| Ok(per_unit(instance, answers, words)),
    ..BASE
};

/// Words as lm-eval counts them: one more than runs of white space, so that a text that begins or ends with white space has
/// a word more than a reader would say, and an empty text has one.
pub(crate) fn words(text: &str) -> f64 {
    (SPACES.find_iter(text).count() + 1) as f64
}

/// The log-likelihood (nats) of the scored text with its size in some unit.
pub(super) fn per_unit(instance: &Instance, answers: &Answers, size: impl Fn(&str) -> f64) -> Score {
    let log_likelihood = answers.responses.iter().map(|response| response.log_likelihood).sum();
    Score::Ratio(log_likelihood, instance.requests.iter().map(|request| size(request.scored_text())).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: f64) {
        assert!((words(text) - want).abs() < f64::EPSILON, "{text:?}: {}", words(text));
    }

    #[test]
    fn as_python_splits() {
        check("", 1.0);
        check("one", 1.0);
        check(" one two\n\n three ", 5.0);
        check("a\u{1c}b\u{a0}c", 3.0);
    }
}

//! Metrics of the `evaluate` library (`hf_evaluate: true`) as lm-eval asks for them: one document at a time, and the mean.

use super::{BASE, Metric, Options, right, text};
use crate::answers::Answers;
use crate::config::OutputType;
use yardstick_core::{Instance, Score};

/// `accuracy`: the label that is written is the right one. Labels are whole numbers.
pub(super) static ACCURACY: Metric = Metric {
    name: "accuracy",
    about: "share of documents whose written label is the right one",
    output_types: &[OutputType::GenerateUntil],
    score: |instance, answers, _| Ok(right(is_right(instance, answers)?)),
    ..BASE
};

/// `f1` of one pair of labels: averaged over labels in whichever way it is 1 for equal ones and 0 for others; without an
/// average it is of label 1.
pub(super) static F1: Metric = Metric {
    name: "f1",
    about: "mean F1 of each document's written label alone",
    output_types: &[OutputType::GenerateUntil],
    score: of_one_pair,
    options: &["average"],
    ..BASE
};

fn of_one_pair(instance: &Instance, answers: &Answers, options: &Options) -> Result<Score, String> {
    let is_one = label(text::prediction(answers)?) == "1";
    Ok(right(is_right(instance, answers)? && (options.is_averaged() || is_one)))
}

fn is_right(instance: &Instance, answers: &Answers) -> Result<bool, String> {
    let written = label(text::prediction(answers)?);
    Ok(text::references(instance).iter().any(|reference| label(reference) == written))
}

/// A number as Python's `int` reads it: without white space around it, leading zeros or a plus sign.
fn label(written: &str) -> String {
    let trimmed = written.trim();
    trimmed.parse::<i64>().map_or_else(|_| trimmed.to_owned(), |number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use yardstick_core::{Doc, Map, Target};

    fn check(metric: &Metric, target: &str, written: &str, options: &str, want: f64) {
        let instance = Instance {
            doc: Doc { id: 0, fields: Map::new() },
            requests: Vec::new(),
            choices: Vec::new(),
            target: Target::Text(target.to_owned()),
            target_text: String::new(),
            doc_hash: String::new(),
            prompt_hash: String::new(),
        };
        let node = crate::yaml::parse(&"t.yaml".into(), options).unwrap();
        let options = Options::read(&node, metric.options).unwrap();
        let score = (metric.score)(&instance, &Answers { responses: &[], texts: &[written.to_owned()] }, &options);
        assert_eq!(score, Ok(Score::Value(want)), "{} of {target:?} and {written:?}", metric.name);
    }

    /// Expected values are those of scikit-learn on one pair, which is what the library calls.
    #[test]
    fn of_one_document() {
        check(&ACCURACY, "3", "3", "{}", 1.0);
        check(&ACCURACY, "3", "-1", "{}", 0.0);
        check(&F1, "3", "03", "average: micro", 1.0);
        check(&F1, "3", "1", "average: macro", 0.0);
        check(&F1, "1", "1", "{}", 1.0);
        check(&F1, "0", "0", "{}", 0.0);
    }
}

//! Whether the right answer is what the model gives, to the letter.

use super::options::COMPARISON;
use super::{BASE, Metric, Options, right, text};
use crate::answers::Answers;
use crate::config::OutputType;
use yardstick_core::{Instance, Score, Target};

/// Of multiple choice: greedy decoding would have written it. Guessing gets nothing that is known: any text can be written.
pub(super) static CHOICE: Metric = Metric {
    name: "exact_match",
    about: "share of documents whose right choice is what greedy decoding gives",
    output_types: &[OutputType::MultipleChoice],
    score: |instance, answers, _| {
        let is_greedy = |&gold: &usize| answers.responses.get(gold).is_some_and(|response| response.is_greedy);
        Ok(right(match &instance.target {
            Target::Choice(gold) => is_greedy(gold),
            Target::Choices(gold) => gold.iter().any(is_greedy),
            Target::Text(_) | Target::Texts(_) => false,
        }))
    },
    ..BASE
};

/// Of written text: it is the right one, or one of them. Of several samples (filters that end without `take_first`) the
/// share that is; with several right texts, whether any sample is one of them.
pub(super) static TEXT: Metric = Metric {
    name: "exact_match",
    about: "share of documents whose text is the right one",
    output_types: &[OutputType::GenerateUntil],
    score: compare,
    options: COMPARISON,
    ..BASE
};

fn compare(instance: &Instance, answers: &Answers, options: &Options) -> Result<Score, String> {
    let (n_right, n) = count_right(instance, answers, options)?;
    if text::has_several(&instance.target) {
        return Ok(right(n_right > 0));
    }
    if n == 0 {
        return Err("no text is left to compare; see the filters".to_owned());
    }
    Ok(Score::Value(n_right as f64 / n as f64))
}

/// How many of the texts are right, and how many there are.
pub(super) fn count_right(instance: &Instance, answers: &Answers, options: &Options) -> Result<(usize, usize), String> {
    let compared = |texts: &[String]| texts.iter().map(|text| options.compared(text)).collect::<Result<Vec<_>, _>>();
    let references = compared(&text::references(instance))?;
    let texts = compared(answers.texts)?;
    Ok((texts.iter().filter(|text| references.contains(text)).count(), texts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use yardstick_core::{Doc, Map};

    /// Expected values are those of lm-eval 0.4.13's `exact_match`.
    fn check(target: Target, texts: &[&str], options: &str, want: f64) {
        let instance = Instance {
            doc: Doc { id: 0, fields: Map::new() },
            requests: Vec::new(),
            choices: vec!["no".to_owned(), "yes".to_owned()],
            target,
            target_text: String::new(),
            doc_hash: String::new(),
            prompt_hash: String::new(),
        };
        let texts: Vec<_> = texts.iter().map(|&text| text.to_owned()).collect();
        let options = Options::read(&crate::yaml::parse(&"t.yaml".into(), options).unwrap(), COMPARISON).unwrap();
        let score = (TEXT.score)(&instance, &Answers { responses: &[], texts: &texts }, &options);
        assert_eq!(score, Ok(Score::Value(want)), "{texts:?}");
    }

    #[test]
    fn one_right_text() {
        let paris = || Target::Text("Paris".to_owned());
        check(paris(), &["Paris"], "{}", 1.0);
        check(paris(), &[" Paris"], "{}", 0.0);
        check(paris(), &["PARIS."], "{ignore_case: true, ignore_punctuation: true}", 1.0);
        check(Target::Choice(1), &["yes"], "{}", 1.0);
    }

    #[test]
    fn several_right_texts() {
        let texts = || Target::Texts(vec!["Paris".to_owned(), "the city".to_owned()]);
        check(texts(), &["the city"], "{}", 1.0);
        check(texts(), &["city"], "{}", 0.0);
        check(texts(), &["city", "Paris"], "{}", 1.0);
    }

    #[test]
    fn several_samples() {
        check(Target::Text("7".to_owned()), &["7", "8", "7", "9"], "{}", 0.5);
    }
}

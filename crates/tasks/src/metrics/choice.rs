//! What metrics of multiple choice share.

use super::right;
use crate::answers::Answers;
use yardstick_core::{Instance, Score, Target};

/// 1 when the choice with the largest log-likelihood per unit is the right one, else 0.
pub(super) fn score(instance: &Instance, answers: &Answers, units: impl Fn(&str) -> f64) -> Score {
    let scaled =
        answers.responses.iter().zip(&instance.choices).map(|(response, text)| response.log_likelihood / units(text));
    right(best(scaled).is_some_and(|index| is_right(&instance.target, index)))
}

/// The log-likelihoods of the choices, nats. Responses may go on with those of the choices without a context.
pub(super) fn log_likelihoods(instance: &Instance, answers: &Answers) -> Vec<f64> {
    answers.responses.iter().zip(&instance.choices).map(|(response, _)| response.log_likelihood).collect()
}

/// Their softmax: what the model believes when it must choose.
pub(super) fn probabilities(log_likelihoods: &[f64]) -> Vec<f64> {
    let most = log_likelihoods.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let scaled: Vec<f64> = log_likelihoods.iter().map(|value| (value - most).exp()).collect();
    let sum: f64 = scaled.iter().sum();
    scaled.into_iter().map(|value| value / sum).collect()
}

/// The right choice and the one with the largest log-likelihood. Of several right ones the one that is chosen, or else the
/// first.
///
/// # Errors
/// A document without choices.
pub(super) fn labels(instance: &Instance, answers: &Answers) -> Result<(usize, usize), String> {
    let chosen = best(log_likelihoods(instance, answers).into_iter()).ok_or("there are no choices")?;
    let gold = match &instance.target {
        Target::Choice(gold) => Some(*gold),
        Target::Choices(gold) if gold.contains(&chosen) => Some(chosen),
        Target::Choices(gold) => gold.first().copied(),
        Target::Text(_) | Target::Texts(_) => None,
    };
    Ok((gold.ok_or("no choice is the right one")?, chosen))
}

/// The index of the largest value; of equal ones the first.
pub(super) fn best(values: impl Iterator<Item = f64>) -> Option<usize> {
    let better = |best: Option<(usize, f64)>, (index, value): (usize, f64)| match best {
        Some((_, most)) if value <= most || value.is_nan() => best,
        _ => Some((index, value)),
    };
    values.enumerate().fold(None, better).map(|(index, _)| index)
}

/// Whether a choice is the right one, or one of them.
pub(super) fn is_right(target: &Target, choice: usize) -> bool {
    match target {
        Target::Choice(right) => *right == choice,
        Target::Choices(right) => right.contains(&choice),
        Target::Text(_) | Target::Texts(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Metric, Options, acc, acc_bytes, acc_norm};
    use yardstick_core::{Doc, Map, Response};

    fn instance(choices: &[&str], gold: usize) -> Instance {
        Instance {
            doc: Doc { id: 0, fields: Map::new() },
            requests: Vec::new(),
            choices: choices.iter().map(|&choice| choice.to_owned()).collect(),
            target: Target::Choice(gold),
            target_text: choices[gold].to_owned(),
            doc_hash: String::new(),
            prompt_hash: String::new(),
        }
    }

    fn check(metric: &Metric, choices: &[&str], log_likelihoods: &[f64], best: usize) {
        let responses: Vec<_> = log_likelihoods
            .iter()
            .map(|&log_likelihood| Response { log_likelihood, n_tokens: 1, ..Response::default() })
            .collect();
        for gold in 0..choices.len() {
            let want = Score::Value(if gold == best { 1.0 } else { 0.0 });
            assert_eq!(
                (metric.score)(&instance(choices, gold), &responses.as_slice().into(), &Options::default()),
                Ok(want),
                "{} {choices:?} gold {gold}",
                metric.name
            );
        }
    }

    #[test]
    fn largest_wins() {
        check(&acc::CHOICE, &["a", "b", "c"], &[-3.0, -1.0, -2.0], 1);
        // The first of equal ones.
        check(&acc::CHOICE, &["a", "b", "c"], &[-3.0, -1.0, -1.0], 1);
    }

    #[test]
    fn per_character_and_per_byte_differ() {
        // -6 over 4 characters (5 bytes) against -4.9 over 4 characters (4 bytes), and 3 characters of 9 bytes.
        let choices = ["café", "cafe", "日本語"];
        check(&acc::CHOICE, &choices, &[-6.0, -5.0, -5.5], 1);
        check(&acc_norm::METRIC, &choices, &[-6.0, -5.0, -5.5], 1);
        check(&acc_bytes::METRIC, &choices, &[-6.0, -5.0, -5.5], 2);
    }

    #[test]
    fn an_empty_choice_never_wins_by_length() {
        check(&acc_norm::METRIC, &["", "b"], &[-1.0, -9.0], 1);
    }
}

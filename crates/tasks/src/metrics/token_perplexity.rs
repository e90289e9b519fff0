//! Perplexity per token.

use super::{Aggregation, BASE, Metric};
use crate::answers::Answers;
use crate::config::OutputType;
use yardstick_core::Score;

/// Perplexity as papers print it for one tokenizer: of the model's own tokens, without those that have no score. Models
/// with other tokens have another unit, so only words and bytes compare them. lm-eval has no such metric.
///
/// Source: Jelinek, Mercer, Bahl & Baker (1977), "Perplexity: a measure of the difficulty of speech recognition tasks".
pub(super) static METRIC: Metric = Metric {
    name: "token_perplexity",
    about: "exp of minus the log-likelihood of all texts over the model's own tokens",
    higher_is_better: false,
    output_types: &[OutputType::LogLikelihoodRolling, OutputType::LogLikelihood],
    aggregation: Aggregation::WeightedPerplexity,
    score: |_, answers, _| Ok(per_token(answers)),
    ..BASE
};

/// The log-likelihood (nats) of what is scored with its tokens.
fn per_token(answers: &Answers) -> Score {
    let (log_likelihood, tokens) = answers.responses.iter().fold((0.0, 0.0), |(sum, tokens), response| {
        let scored = response.n_tokens.saturating_sub(response.n_unscored);
        (sum + response.log_likelihood, tokens + f64::from(scored))
    });
    Score::Ratio(log_likelihood, tokens)
}

#[cfg(test)]
mod tests {
    use super::*;
    use yardstick_core::Response;

    #[test]
    fn tokens_without_a_score_do_not_count() {
        let response = |log_likelihood, n_tokens, n_unscored| Response {
            log_likelihood,
            n_tokens,
            n_unscored,
            ..Response::default()
        };
        let responses = [response(-6.0, 4, 1), response(-2.0, 1, 0)];
        assert_eq!(per_token(&Answers::from(&responses[..])), Score::Ratio(-8.0, 4.0));
    }
}

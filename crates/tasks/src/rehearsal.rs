//! Scoring made-up answers: what cannot be scored whatever a model says is known before a model is asked.

use crate::config::TaskConfig;
use crate::error::TaskError;
use crate::row::Row;
use crate::score::score;
use rayon::prelude::*;
use yardstick_core::{Instance, Request, Response};

/// What the model is made to write: more than one character, so that a filter that goes through them is told from one
/// that goes through texts.
const ANSWER: &str = "A 1";

/// Scores a made-up answer to every document. `row` tells where a document came from.
///
/// # Errors
/// The first document in order that no answer of this kind has a score of.
pub(crate) fn rehearse<'a>(
    config: &TaskConfig,
    instances: &'a [Instance],
    row: impl Fn(&'a Instance) -> Row<'a> + Sync,
) -> Result<(), TaskError> {
    let failures =
        instances.par_iter().map(|instance| score(config, instance, row(instance), &answers(instance)).err());
    failures.find_first(Option::is_some).flatten().map_or(Ok(()), Err)
}

/// Answers to a document's requests, as a model might give them.
pub(crate) fn answers(instance: &Instance) -> Vec<Response> {
    let answer = |(request, log_likelihood): (&Request, f64)| Response {
        log_likelihood,
        n_tokens: 1,
        text: matches!(request, Request::Generate { .. }).then(|| ANSWER.to_owned()),
        ..Response::default()
    };
    let log_likelihoods = (1..).map(|number| -f64::from(number));
    instance.requests.iter().zip(log_likelihoods).map(answer).collect()
}

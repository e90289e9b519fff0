//! Two models compared token by token: both read the same spans, and of their distributions only a few numbers a token are
//! kept.

mod pair;
mod row;
#[cfg(test)]
mod tests;
mod vocabulary;

use crate::RunnerError;
use crate::span::Span;
use crate::spans::{Encoded, encode_all};
use pair::{Pair, first_row};
use rayon::prelude::*;
use yardstick_core::{LanguageModel, Request, TokenDiff};

/// What two models that read the same requests gave.
#[derive(Clone, Debug, PartialEq)]
pub struct SideBySide {
    /// The scored tokens of each document, in the order of requests and text.
    pub documents: Vec<Vec<TokenDiff>>,
    /// Requests.
    pub n_requests: usize,
    /// Those whose context was cut from the left, because it is longer than the models'.
    pub n_truncated: usize,
    /// Those whose first token has no score, because nothing stands before it.
    pub n_unscored: usize,
    /// Those whose continuation has vanished into the context's last token, which was scored.
    pub n_merged: usize,
}

/// Compares two models at every scored token of `documents`, each a list of requests. The models have one context and, token id by token id, one vocabulary.
///
/// Spans are shared by the threads of the pool it is called in; each holds a session and at most 64 rows of logits of each
/// model. The bits depend on none of that. `done` is told how many tokens were read, span by span.
///
/// # Errors
/// [`RunnerError::Vocabulary`] where the models' tokens differ; a request that cannot be scored; what the models say.
/// Requests are counted over all documents.
pub fn side_by_side(
    models: [&dyn LanguageModel; 2],
    documents: &[&[Request]],
    done: &(dyn Fn(usize) + Sync),
) -> Result<SideBySide, RunnerError> {
    vocabulary::check(models)?;
    let requests: Vec<&Request> = documents.iter().copied().flatten().collect();
    let encoded = encode_both(models, &requests)?;
    let jobs: Vec<(usize, &Span)> =
        encoded.iter().enumerate().flat_map(|(request, it)| it.spans.iter().map(move |span| (request, span))).collect();
    let longest = jobs.iter().map(|(_, span)| span.len() - 1).max().unwrap_or(0);
    let read = |pair: &mut Pair, &(request, span): &(usize, &Span)| {
        let diffs = pair.read(span).map_err(|source| RunnerError::Score { request, source })?;
        done(span.len() - 1);
        Ok(diffs)
    };
    let diffs: Result<Vec<Vec<TokenDiff>>, RunnerError> =
        jobs.par_iter().map_init(|| Pair::new(models, longest), read).collect();
    let count = |is: fn(&&Encoded) -> bool| encoded.iter().filter(is).count();
    Ok(SideBySide {
        documents: gather(documents, &encoded, diffs?),
        n_requests: encoded.len(),
        n_truncated: count(|it| it.n_truncated > 0),
        n_unscored: count(|it| it.n_unscored > 0),
        n_merged: count(|it| it.is_merged),
    })
}

/// The spans of all requests, which both models must cut alike.
fn encode_both(models: [&dyn LanguageModel; 2], requests: &[&Request]) -> Result<Vec<Encoded>, RunnerError> {
    let encode = |model| encode_all(model, requests).map_err(|mut errors| errors.swap_remove(0));
    let (a, b) = (encode(models[0])?, encode(models[1])?);
    if a == b {
        return Ok(a);
    }
    Err(vocabulary::differ(models, "they cut the same text into different tokens".to_owned()))
}

/// Puts the spans' tokens where they belong.
fn gather(documents: &[&[Request]], encoded: &[Encoded], diffs: Vec<Vec<TokenDiff>>) -> Vec<Vec<TokenDiff>> {
    let (mut rest, mut diffs) = (encoded, diffs.into_iter());
    let mut document = |requests: &&[Request]| {
        let own = rest.split_off(..requests.len()).unwrap_or_default();
        let mut all = Vec::new();
        for (request, encoded) in own.iter().enumerate() {
            all.extend(placed(&own[..request], encoded, diffs.by_ref().take(encoded.spans.len())));
        }
        all
    };
    documents.iter().map(&mut document).collect()
}

/// The tokens of a request, window by window, with their places in the document that has the requests `before`.
fn placed(before: &[Encoded], encoded: &Encoded, windows: impl Iterator<Item = Vec<TokenDiff>>) -> Vec<TokenDiff> {
    let mut all = Vec::new();
    for (window, diffs) in windows.enumerate() {
        all.extend(diffs.into_iter().map(|diff| TokenDiff {
            request: before.len() as u32,
            window: window as u32,
            is_repeated: is_repeated(before, encoded, diff.position),
            ..diff
        }));
    }
    for (diff, position) in all.iter_mut().zip(encoded.n_unscored as u32..) {
        diff.position = position;
    }
    all
}

/// Whether a request before has a token scored after the very same tokens as the `index`-th scored one of `encoded`. The
/// windows of a long text are places of their own.
fn is_repeated(before: &[Encoded], encoded: &Encoded, index: u32) -> bool {
    let [span] = encoded.spans.as_slice() else { return false };
    let row = first_row(span) + index as usize;
    let spans = before.iter().filter_map(|other| match other.spans.as_slice() {
        [span] => Some(span),
        _ => None,
    });
    spans.into_iter().any(|other| {
        let until = (row + 1).min(other.len() - 1);
        first_row(other) <= row && until == row + 1 && span.common(other, 0, until) == until
    })
}

/// The tokens that stand before the `position`-th token of a request's scored text: of a long text all, not only its window.
///
/// # Errors
/// A request that cannot be scored.
pub fn tokens_before(model: &dyn LanguageModel, request: &Request, position: usize) -> Result<Vec<u32>, RunnerError> {
    if let Request::Rolling { text } = request {
        let mut tokens = model.encode(text).map_err(|source| RunnerError::Score { request: 0, source })?;
        tokens.truncate(position);
        return Ok(tokens);
    }
    let encoded = encode_all(model, &[request]).map_err(|mut errors| errors.swap_remove(0))?;
    let spans = encoded.iter().flat_map(|encoded| encoded.spans.iter().map(|span| (span, encoded.n_unscored)));
    let before = |(span, unscored): (&Span, usize)| {
        span.tokens_from(0).take(span.len() - span.scored + position.saturating_sub(unscored)).collect()
    };
    Ok(spans.map(before).next().unwrap_or_default())
}

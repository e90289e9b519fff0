//! From requests to the token spans that answer them.

use crate::RunnerError;
use crate::encode::{Context, Pair};
use crate::span::Span;
use crate::windows::{blocks, windows};
use rayon::prelude::*;
use std::ops::Range;
use yardstick_core::{LanguageModel, Request, ScoreError};

/// Neighbouring requests with one context that are encoded by one thread after another: as many as a question has
/// choices, and few enough for all threads to have some.
const GROUP: usize = 16;

/// A request as tokens.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Encoded {
    /// What is scored, in the order of the text.
    pub spans: Vec<Span>,
    /// Tokens in the scored text, whether scored or not.
    pub n_tokens: usize,
    /// Context tokens cut from the left.
    pub n_truncated: usize,
    /// Leading tokens without a score.
    pub n_unscored: usize,
    /// Whether the continuation has vanished into the context's last token.
    pub is_merged: bool,
}

/// Encodes every request, in parallel, the context of neighbours once.
///
/// # Errors
/// Every request, in order, that cannot be scored by this model.
pub fn encode_all(model: &dyn LanguageModel, requests: &[&Request]) -> Result<Vec<Encoded>, Vec<RunnerError>> {
    let encode = |group| encode_group(model, requests, group);
    all_or_errors(groups(requests).into_par_iter().flat_map_iter(encode).collect())
}

/// Ranges of neighbouring requests with the same context.
fn groups(requests: &[&Request]) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    for group in requests.chunk_by(|a, b| same_context(a, b)).flat_map(|group| group.chunks(GROUP)) {
        let start = groups.last().map_or(0, |before| before.end);
        groups.push(start..start + group.len());
    }
    groups
}

fn same_context(a: &Request, b: &Request) -> bool {
    match (a, b) {
        (Request::LogLikelihood { context: a, .. }, Request::LogLikelihood { context: b, .. }) => {
            !a.is_empty() && a == b
        }
        _ => false,
    }
}

/// Everything, or every error.
pub fn all_or_errors<T, E>(results: Vec<Result<T, E>>) -> Result<Vec<T>, Vec<E>> {
    let (mut all, mut errors) = (Vec::with_capacity(results.len()), Vec::new());
    for result in results {
        match result {
            Ok(value) => all.push(value),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// Encodes a group of requests.
fn encode_group(
    model: &dyn LanguageModel,
    requests: &[&Request],
    group: Range<usize>,
) -> Vec<Result<Encoded, RunnerError>> {
    let context = Context::new(model, requests[group.start].context());
    let encode = |index| {
        let fail = |source| RunnerError::Score { request: index, source };
        match requests[index] {
            Request::Rolling { text } => rolling(model, text).map_err(fail),
            Request::Generate { .. } => Err(RunnerError::NotScored { request: index }),
            Request::LogLikelihood { continuation, .. } => {
                let context = context.as_ref().map_err(|error| fail(error.clone()))?;
                one_span(model, index, context.pair(continuation).map_err(fail)?)
            }
        }
    };
    let mut encoded: Vec<Result<Encoded, RunnerError>> = group.map(encode).collect();
    if encoded.len() > 1 {
        Span::share_head(&mut encoded.iter_mut().flatten().flat_map(|one| &mut one.spans).collect::<Vec<_>>());
    }
    encoded
}

/// A whole text in windows.
fn rolling(model: &dyn LanguageModel, text: &str) -> Result<Encoded, ScoreError> {
    let tokens = model.encode(text)?;
    let (n_tokens, card) = (tokens.len(), model.card());
    let (spans, n_unscored) = if card.scoring.is_causal() {
        windows(card.prefix_token, tokens, card.n_ctx)
    } else {
        (blocks(&tokens, card.longest_span()), 0)
    };
    let spans = spans.into_iter().map(Span::from).collect();
    Ok(Encoded { spans, n_tokens, n_unscored, ..Encoded::default() })
}

/// Cuts the context from the left so that the continuation fits.
fn one_span(model: &dyn LanguageModel, request: usize, pair: Pair) -> Result<Encoded, RunnerError> {
    let Pair { mut tokens, scored, unscored, merged } = pair;
    let n_ctx = model.card().most_scored();
    if scored + unscored == 0 {
        return Err(RunnerError::EmptyContinuation { request });
    }
    if scored == 0 {
        return Err(RunnerError::NothingScored { request, model: model.card().name.clone() });
    }
    if scored > n_ctx {
        let model = model.card().name.clone();
        return Err(RunnerError::ContinuationTooLong { request, model, tokens: scored, n_ctx });
    }
    let n_truncated = tokens.len().saturating_sub(model.card().longest_span());
    tokens.drain(..n_truncated);
    Ok(Encoded {
        spans: vec![yardstick_core::Span { tokens, scored }.into()],
        n_tokens: scored + unscored,
        n_truncated,
        n_unscored: unscored,
        is_merged: merged,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::{Toy, pair};
    use proptest::prelude::*;

    fn check(requests: &[Request]) {
        let model = Toy::with_prefix(Some(0));
        let together = encode_all(&model, &requests.iter().collect::<Vec<_>>());
        let alone: Vec<_> = requests.iter().map(|request| encode_all(&model, &[request])).collect();
        match together {
            Ok(together) => {
                let alone: Vec<Encoded> = alone.into_iter().flat_map(Result::unwrap).collect();
                assert_eq!(together, alone);
            }
            Err(errors) => {
                let wrong = alone.iter().enumerate().filter(|(_, alone)| alone.is_err()).map(|(index, _)| Some(index));
                assert!(errors.iter().map(RunnerError::request).eq(wrong), "{errors:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn neighbours_change_no_token(
            requests in proptest::collection::vec(("[ab ]{0,2}", "[ab ]{0,12}").prop_map(|(c, t)| pair(&c, &t)), 0..60)
        ) {
            check(&requests);
        }
    }

    #[test]
    fn long_contexts_lose_their_left_end() {
        let request = pair("0123456789", "xyz");
        let encoded = encode_all(&Toy::with_prefix(Some(0)), &[&request]).unwrap();
        assert_eq!(Toy::text(&encoded[0].spans[0].tokens_from(0).collect::<Vec<_>>()), "456789xyz");
        assert_eq!(encoded[0].n_truncated, 4);
    }

    #[test]
    fn continuations_are_never_cut() {
        let requests = [pair("x", "y"), pair("x", "123456789"), pair("x", "")];
        let errors = encode_all(&Toy::with_prefix(Some(0)), &requests.iter().collect::<Vec<_>>()).unwrap_err();
        match errors.as_slice() {
            [
                RunnerError::ContinuationTooLong { request: 1, tokens: 9, n_ctx: 8, .. },
                RunnerError::EmptyContinuation { request: 2 },
            ] => {}
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_reads_both_sides_has_two_tokens_less() {
        let model = Toy::masked(8);
        let encoded = encode_all(&model, &[&pair("0123456789", "xyz")]).unwrap();
        assert_eq!(Toy::text(&encoded[0].spans[0].tokens_from(0).collect::<Vec<_>>()), "789xyz");
        assert_eq!((encoded[0].n_truncated, encoded[0].spans[0].scored), (7, 3));
        let errors = encode_all(&model, &[&pair("x", "1234567")]).unwrap_err();
        assert!(matches!(errors[..], [RunnerError::ContinuationTooLong { tokens: 7, n_ctx: 6, .. }]), "{errors:?}");
        assert_eq!(encode_all(&model, &[&pair("", "123456")]).unwrap()[0].spans[0].scored, 6);
    }

    #[test]
    fn a_lone_token_without_anything_before_it_has_no_score() {
        let request = pair("", "x");
        let encoded = encode_all(&Toy::with_prefix(None), &[&request]);
        assert!(matches!(encoded.unwrap_err().as_slice(), [RunnerError::NothingScored { request: 0, .. }]));
    }
}

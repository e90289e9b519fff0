//! From requests to spans, and from spans to batches.

use crate::RunnerError;
use crate::encode::{Pair, encode_pair};
use crate::windows::windows;
use rayon::prelude::*;
use std::collections::HashMap;
use yardstick_core::{LanguageModel, Request, Span};

/// Input tokens in one call to the model. Large enough for its matrices to be worth it, small enough that the batches of
/// all threads fit in memory and that all threads have one.
pub const BATCH_TOKENS: usize = 512;

/// What a model has to compute for a set of requests.
#[derive(Debug)]
pub struct Plan {
    /// Distinct spans, longest first.
    pub(crate) spans: Vec<Span>,
    /// For each request, in order.
    pub(crate) requests: Vec<Planned>,
    /// What a person wants to know before it runs.
    pub counts: PlanCounts,
}

/// One request's place in the plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned {
    /// Indices of its spans, in the order of the text.
    pub spans: Vec<usize>,
    pub n_tokens: usize,
    pub n_truncated: usize,
    pub n_unscored: usize,
    pub is_merged: bool,
}

/// The size of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanCounts {
    /// Requests.
    pub requests: usize,
    /// Distinct spans to compute.
    pub spans: usize,
    /// Tokens to feed.
    pub tokens: usize,
    /// Tokens to score.
    pub scored: usize,
    /// Tokens of the longest span's input.
    pub longest: usize,
}

fn all_or_errors<T, E>(results: Vec<Result<T, E>>) -> Result<Vec<T>, Vec<E>> {
    let (mut all, mut errors) = (Vec::with_capacity(results.len()), Vec::new());
    for result in results {
        match result {
            Ok(value) => all.push(value),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(all) } else { Err(errors) }
}

/// A request as tokens, before spans are shared.
struct Encoded {
    planned: Planned,
    spans: Vec<Span>,
}

/// Encodes every request (in parallel) and lays out the distinct spans, longest first.
///
/// # Errors
/// Every request, in order, that cannot be scored by this model.
pub fn plan(model: &dyn LanguageModel, requests: &[&Request]) -> Result<Plan, Vec<RunnerError>> {
    let encoded: Vec<Result<Encoded, RunnerError>> =
        requests.par_iter().enumerate().map(|(i, request)| encode(model, i, request)).collect();
    let mut counts = PlanCounts { requests: requests.len(), ..PlanCounts::default() };
    let mut shared = Shared::default();
    let mut planned = Vec::with_capacity(requests.len());
    for Encoded { planned: mut request, spans } in all_or_errors(encoded)? {
        request.spans = spans.into_iter().map(|span| shared.index_of(span)).collect();
        planned.push(request);
    }
    let spans = sort_longest_first(shared.spans, &mut planned);
    counts.spans = spans.len();
    counts.tokens = spans.iter().map(input_len).sum();
    counts.scored = spans.iter().map(|span| span.scored).sum();
    counts.longest = spans.first().map_or(0, input_len);
    Ok(Plan { spans, requests: planned, counts })
}

impl Plan {
    /// Ranges of spans that go to the model together: at most [`BATCH_TOKENS`] input tokens, or one span.
    pub(crate) fn batches(&self) -> Vec<std::ops::Range<usize>> {
        let mut batches = Vec::new();
        let (mut start, mut tokens) = (0, 0);
        for (i, span) in self.spans.iter().enumerate() {
            if i > start && tokens + input_len(span) > BATCH_TOKENS {
                batches.push(start..i);
                (start, tokens) = (i, 0);
            }
            tokens += input_len(span);
        }
        if start < self.spans.len() {
            batches.push(start..self.spans.len());
        }
        batches
    }
}

/// Tokens that the model is fed: all but the last.
pub(crate) fn input_len(span: &Span) -> usize {
    span.tokens.len() - 1
}

fn encode(model: &dyn LanguageModel, index: usize, request: &Request) -> Result<Encoded, RunnerError> {
    let fail = |source| RunnerError::Score { request: index, source };
    let n_ctx = model.card().n_ctx;
    match request {
        Request::LogLikelihood { context, continuation } => {
            let pair = encode_pair(model, context, continuation).map_err(fail)?;
            one_span(model, index, pair)
        }
        Request::Rolling { text } => {
            let tokens = model.encode(text).map_err(fail)?;
            let n_tokens = tokens.len();
            let (spans, n_unscored) = windows(model.card().prefix_token, tokens, n_ctx);
            let planned = Planned { n_tokens, n_unscored, ..Planned::default() };
            Ok(Encoded { planned, spans })
        }
    }
}

/// Cuts the context from the left so that the continuation fits.
fn one_span(model: &dyn LanguageModel, request: usize, pair: Pair) -> Result<Encoded, RunnerError> {
    let Pair { mut tokens, scored, unscored, merged } = pair;
    let n_ctx = model.card().n_ctx;
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
    let n_truncated = tokens.len().saturating_sub(n_ctx + 1);
    tokens.drain(..n_truncated);
    let planned = Planned {
        n_tokens: scored + unscored,
        n_truncated,
        n_unscored: unscored,
        is_merged: merged,
        spans: Vec::new(),
    };
    Ok(Encoded { planned, spans: vec![Span { tokens, scored }] })
}

/// Distinct spans in the order of their first use.
#[derive(Default)]
struct Shared {
    spans: Vec<Span>,
    seen: HashMap<Span, usize>,
}

impl Shared {
    fn index_of(&mut self, span: Span) -> usize {
        if let Some(&index) = self.seen.get(&span) {
            return index;
        }
        self.seen.insert(span.clone(), self.spans.len());
        self.spans.push(span);
        self.spans.len() - 1
    }
}

/// Longest first: the memory peak comes at once, and batches hold spans of a length.
fn sort_longest_first(spans: Vec<Span>, requests: &mut [Planned]) -> Vec<Span> {
    let mut order: Vec<usize> = (0..spans.len()).collect();
    order.sort_by(|&a, &b| spans[b].tokens.len().cmp(&spans[a].tokens.len()).then_with(|| spans[a].cmp(&spans[b])));
    let mut place = vec![0; spans.len()];
    for (new, &old) in order.iter().enumerate() {
        place[old] = new;
    }
    for index in requests.iter_mut().flat_map(|r| r.spans.iter_mut()) {
        *index = place[*index];
    }
    let mut slots: Vec<Option<Span>> = spans.into_iter().map(Some).collect();
    order.into_iter().filter_map(|old| slots[old].take()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::Toy;

    fn pair(context: &str, continuation: &str) -> Request {
        Request::LogLikelihood { context: context.to_owned(), continuation: continuation.to_owned() }
    }

    fn counts(requests: &[Request]) -> Result<PlanCounts, Vec<RunnerError>> {
        plan(&Toy::with_prefix(Some(0)), &requests.iter().collect::<Vec<_>>()).map(|p| p.counts)
    }

    #[test]
    fn equal_requests_are_computed_once() {
        let got = counts(&[pair("x", " y"), pair("x", " z"), pair("x", " y")]).unwrap();
        assert_eq!((got.requests, got.spans, got.tokens, got.scored), (3, 2, 4, 4));
    }

    #[test]
    fn long_contexts_lose_their_left_end() {
        let request = pair("0123456789", "xyz");
        let model = Toy::with_prefix(Some(0));
        let plan = plan(&model, &[&request]).unwrap();
        assert_eq!(Toy::text(&plan.spans[0].tokens), "456789xyz");
        assert_eq!(plan.requests[0].n_truncated, 4);
    }

    #[test]
    fn continuations_are_never_cut() {
        let errors = counts(&[pair("x", "y"), pair("x", "123456789"), pair("x", "")]).unwrap_err();
        match errors.as_slice() {
            [
                RunnerError::ContinuationTooLong { request: 1, tokens: 9, n_ctx: 8, .. },
                RunnerError::EmptyContinuation { request: 2 },
            ] => {}
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_lone_token_without_anything_before_it_has_no_score() {
        let request = pair("", "x");
        let plan = plan(&Toy::with_prefix(None), &[&request]);
        assert!(matches!(plan.unwrap_err().as_slice(), [RunnerError::NothingScored { request: 0, .. }]));
    }

    #[test]
    fn batches_cover_all_spans_within_the_budget() {
        let requests: Vec<Request> = (0..400).map(|i| pair(&format!("{i}"), "wxyz")).collect();
        let plan = plan(&Toy::with_prefix(Some(0)), &requests.iter().collect::<Vec<_>>()).unwrap();
        let batches = plan.batches();
        assert!(batches.len() > 1);
        assert_eq!(batches.iter().flat_map(Clone::clone).collect::<Vec<_>>(), (0..400).collect::<Vec<_>>());
        for batch in batches {
            assert!(plan.spans[batch].iter().map(input_len).sum::<usize>() <= BATCH_TOKENS);
        }
    }
}

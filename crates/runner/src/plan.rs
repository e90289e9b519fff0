//! What a model has to compute for a set of requests, in which order, and what that costs.

use crate::RunnerError;
use crate::budget::{Layout, Limits, lay_out};
use crate::lists::Lists;
use crate::simulate::Teams;
use crate::span::Span;
use crate::spans::{Encoded, encode_all};
use crate::strands::Strand;
use crate::tree::Tree;
use crate::whole;
use yardstick_core::{LanguageModel, Request};

/// What a plan has to go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanOptions {
    /// Threads that compute; 0 is taken as 1.
    pub threads: usize,
    /// Bytes that keys, values, working memory and scores may take, beside the weights and the plan itself.
    pub memory: u64,
    /// Whether equal prefixes are computed once. Without it every span is computed on its own, with the same results.
    pub share: bool,
}

/// What a model has to compute for a set of requests.
#[derive(Debug)]
pub struct Plan {
    pub(crate) tree: Tree,
    pub(crate) strands: Vec<Strand>,
    /// For each request, in order.
    pub(crate) requests: Vec<Planned>,
    /// For each request its spans (indices into the tree's), in the order of the text.
    pub(crate) spans: Lists<u32>,
    /// For each span the requests that wait for it.
    pub(crate) waiting: Lists<u32>,
    /// Whether responses keep the score of each token.
    pub(crate) token_scores: bool,
    /// What a person wants to know before it runs.
    pub counts: PlanCounts,
}

impl Plan {
    /// The same, with the log-probability of each scored token in the responses. Their texts are left empty.
    #[must_use]
    pub fn with_token_scores(mut self) -> Self {
        self.token_scores = true;
        self
    }
}

/// What a request's response says beside its score.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub n_tokens: u32,
    pub n_truncated: u32,
    pub n_unscored: u32,
    pub is_merged: bool,
}

/// The size of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlanCounts {
    /// Requests.
    pub requests: usize,
    /// Distinct spans.
    pub spans: usize,
    /// Tokens that would be fed if every request were computed on its own.
    pub unshared: usize,
    /// Tokens to feed: rows of the tree. A model that reads both sides reads those of a span once for each scored one.
    pub rows: usize,
    /// Rows that have something scored.
    pub scored_rows: usize,
    /// Distinct tokens to score.
    pub scored: usize,
    /// Positions of the longest path.
    pub longest: usize,
    /// Floating-point operations.
    pub flop: u64,
    /// When the last thread is expected to end, in FLOP that one thread does at its best (see [`PlanCounts::seconds`]).
    pub schedule: u64,
    /// Most bytes that keys, values, working memory and scores take at a time.
    pub memory: u64,
    /// Strands that the tree is cut into.
    pub strands: usize,
    /// Teams of threads, each with a strand of its own at a time.
    pub teams: usize,
    /// Threads of a team.
    pub threads_per_team: usize,
    /// Most rows fed at a time.
    pub stretch: usize,
}

impl PlanCounts {
    /// Tokens that need not be fed because others have the same beginning.
    pub const fn saved(&self) -> usize {
        self.unshared - self.rows
    }

    /// The expected time if one thread does `flop_per_second` at its best.
    pub fn seconds(&self, flop_per_second: f64) -> f64 {
        self.schedule as f64 / flop_per_second
    }
}

/// Encodes every request (in parallel), finds what they share, and lays it out for threads and memory.
///
/// # Errors
/// Every request, in order, that cannot be scored by this model; or that the model does not fit in the memory.
pub fn plan(model: &dyn LanguageModel, requests: &[&Request], options: &PlanOptions) -> Result<Plan, Vec<RunnerError>> {
    let limits = Limits { teams: Teams::of_serial(model), ..Limits::new(options.threads, options.memory) };
    plan_within(model, requests, options.share, limits)
}

/// [`plan`] with the grain to be chosen.
pub(crate) fn plan_within(
    model: &dyn LanguageModel,
    requests: &[&Request],
    share: bool,
    limits: Limits,
) -> Result<Plan, Vec<RunnerError>> {
    let (requests, uses_of, uses) = flatten(encode_all(model, requests)?);
    let is_causal = model.card().scoring.is_causal();
    let unshared = uses.iter().map(|span| span.len() - usize::from(is_causal)).sum();
    let tokens = unshared + uses.len();
    if u32::try_from(tokens).is_err() {
        return Err(vec![RunnerError::TooManyTokens { tokens }]);
    }
    let mut tree = if is_causal { Tree::new(&uses, share) } else { Tree::whole(&uses) };
    drop(uses);
    let divide = if is_causal { lay_out } else { whole::lay_out };
    let layout = divide(&tree, &model.costs(), limits).map_err(|least| {
        vec![RunnerError::Memory { model: model.card().name.clone(), budget: limits.memory, least }]
    })?;
    let counts = counts(requests.len(), unshared, &tree, &layout);
    let (request_of, span_of) = (uses_of.owners(), tree.uses.owners());
    let waiting = std::mem::take(&mut tree.uses).map(|index| request_of[index as usize]);
    let spans = uses_of.map(|index| span_of[index as usize]);
    Ok(Plan { tree, strands: layout.strands, requests, spans, waiting, token_scores: false, counts })
}

/// Requests, the spans that each has, and those spans.
fn flatten(encoded: Vec<Encoded>) -> (Vec<Planned>, Lists<u32>, Vec<Span>) {
    let mut requests = Vec::with_capacity(encoded.len());
    let mut uses_of = Lists::default();
    let mut uses = Vec::with_capacity(encoded.len());
    for Encoded { spans, n_tokens, n_truncated, n_unscored, is_merged } in encoded {
        let [n_tokens, n_truncated, n_unscored] = [n_tokens, n_truncated, n_unscored].map(|n| n as u32);
        requests.push(Planned { n_tokens, n_truncated, n_unscored, is_merged });
        for span in spans {
            uses_of.push(uses.len() as u32);
            uses.push(span);
        }
        uses_of.end();
    }
    (requests, uses_of, uses)
}

fn counts(requests: usize, unshared: usize, tree: &Tree, layout: &Layout) -> PlanCounts {
    let Teams { count, threads } = layout.teams;
    PlanCounts {
        requests,
        spans: tree.scores.len(),
        unshared,
        rows: tree.tokens.len(),
        scored_rows: tree.scored_rows(),
        scored: tree.wanted.len(),
        longest: tree.longest(),
        flop: layout.strands.iter().map(|strand| strand.flop).sum(),
        schedule: layout.time,
        memory: layout.memory,
        strands: layout.strands.len(),
        teams: count,
        threads_per_team: threads,
        stretch: layout.stretch as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::{Toy, pair};

    fn counts(requests: &[Request], share: bool) -> PlanCounts {
        let options = PlanOptions { threads: 2, memory: u64::MAX, share };
        plan(&Toy::with_prefix(Some(0)), &requests.iter().collect::<Vec<_>>(), &options).unwrap().counts
    }

    #[test]
    fn equal_beginnings_are_fed_once() {
        let requests = [pair("x", " y"), pair("x", " z"), pair("x", " y")];
        let got = counts(&requests, true);
        assert_eq!((got.requests, got.spans, got.rows, got.scored, got.scored_rows), (3, 2, 2, 3, 2));
        assert_eq!((got.unshared, got.saved(), got.longest), (6, 4, 2));
        let got = counts(&requests, false);
        assert_eq!((got.spans, got.rows, got.scored, got.saved()), (2, 4, 4, 2));
    }

    #[test]
    fn arithmetic_is_counted() {
        // Two rows at positions 0 and 1, both scored.
        let got = counts(&[pair("x", " y")], true);
        assert_eq!(got.flop, 2 * 100 + (1 + 2) + 2 * 50);
        assert!(got.schedule > got.flop, "short stretches are slower than the peak");
        assert!(got.seconds(got.flop as f64) > 1.0);
    }

    #[test]
    fn too_little_memory_is_refused_with_what_would_do() {
        let options = PlanOptions { threads: 2, memory: 10, share: true };
        let errors = plan(&Toy::with_prefix(Some(0)), &[&pair("x", " y")], &options).unwrap_err();
        match errors.as_slice() {
            [RunnerError::Memory { budget: 10, least, .. }] => {
                assert!(
                    plan(&Toy::with_prefix(Some(0)), &[&pair("x", " y")], &PlanOptions { memory: *least, ..options })
                        .is_ok()
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

//! Puts the scores of stretches together to responses.

use super::Progress;
use crate::{Plan, RunnerError};
use std::ops::Range;
use yardstick_core::{Response, ScoreError, TokenLikelihood, TokenScore};

/// Scores as they come in, and who still waits for some.
pub struct Collector<'a> {
    plan: &'a Plan,
    progress: &'a mut dyn Progress,
    /// One for each token that the tree wants.
    scores: Vec<TokenScore>,
    /// The last score of each span, ascending. When it is there, so are the others: their rows are before it on its path,
    /// and no strand begins before the path that it needs is computed and its scores are taken.
    due: Vec<Due>,
    /// Spans that each request still waits for.
    spans: Vec<u32>,
    responses: Vec<Option<Response>>,
    error: Option<RunnerError>,
}

/// A score that a span waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Due {
    score: u32,
    span: u32,
}

impl<'a> Collector<'a> {
    /// Waits for everything; requests without a span (an empty text) are done before anything runs.
    pub fn new(plan: &'a Plan, progress: &'a mut dyn Progress) -> Self {
        let missing = TokenScore { log_prob: f64::NAN, is_greedy: false };
        let mut collector = Self {
            plan,
            progress,
            scores: vec![missing; plan.tree.wanted.len()],
            due: due(plan),
            spans: plan.spans.iter().map(|spans| spans.len() as u32).collect(),
            responses: vec![None; plan.requests.len()],
            error: None,
        };
        let empty = (0..plan.requests.len()).filter(|&request| plan.spans.get(request).is_empty());
        let result = empty.into_iter().try_for_each(|request| collector.finish(request));
        result.unwrap_or_else(|error| collector.fail(error));
        collector
    }

    /// Whether something went wrong already.
    pub const fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// Takes a stretch of `rows` rows with the scores of what it wanted, `range` of all.
    ///
    /// # Errors
    /// What progress says.
    pub fn take(&mut self, rows: usize, range: Range<usize>, scores: &[TokenScore]) -> Result<(), RunnerError> {
        self.scores[range.clone()].copy_from_slice(scores);
        let until = |score: usize| self.due.partition_point(|due| (due.score as usize) < score);
        for index in until(range.start)..until(range.end) {
            self.span_done(self.due[index].span as usize)?;
        }
        self.progress.batch(rows)
    }

    /// Notes why the run stops; the first reason stays.
    pub fn fail(&mut self, error: RunnerError) {
        self.error.get_or_insert(error);
    }

    /// Notes that the model failed in a stretch that wanted `range` of all scores.
    pub fn fail_at(&mut self, range: Range<usize>, source: ScoreError) {
        let offset = match source {
            ScoreError::NotFinite { wanted, .. } => wanted,
            _ => 0,
        };
        let request = self.request_of((range.start + offset) as u32);
        self.fail(RunnerError::Score { request, source });
    }

    /// Responses so far, and why they are not all.
    pub fn finished(self) -> (Vec<Option<Response>>, Option<RunnerError>) {
        (self.responses, self.error)
    }

    /// The first request that needs `score`; if none does, one that needs a later one.
    fn request_of(&self, score: u32) -> usize {
        let scores = &self.plan.tree.scores;
        let needs = |span: &usize| scores.get(*span).iter().any(|range| range.contains(&score));
        let later = || self.due.get(self.due.partition_point(|due| due.score < score)).map(|due| due.span as usize);
        let span = (0..scores.len()).find(needs).or_else(later).or_else(|| scores.len().checked_sub(1));
        let request = span.and_then(|span| self.plan.waiting.get(span).iter().min());
        request.map_or(0, |&request| request as usize)
    }

    fn span_done(&mut self, span: usize) -> Result<(), RunnerError> {
        let plan = self.plan;
        for &request in plan.waiting.get(span) {
            let request = request as usize;
            self.spans[request] -= 1;
            if self.spans[request] == 0 {
                self.finish(request)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, request: usize) -> Result<(), RunnerError> {
        let response = self.respond(request);
        self.progress.response(request, self.responses[request].insert(response))
    }

    /// Sums over the tokens of each span, and over the spans, in the order of the text: the same bits whenever they came.
    fn respond(&self, index: usize) -> Response {
        let request = &self.plan.requests[index];
        let mut log_likelihood = 0.0;
        let mut is_greedy = true;
        let mut tokens = Vec::new();
        for &span in self.plan.spans.get(index) {
            let ranges = self.plan.tree.scores.get(span as usize);
            let scores = ranges.iter().flat_map(|range| &self.scores[range.start as usize..range.end as usize]);
            log_likelihood += scores.clone().map(|score| score.log_prob).sum::<f64>();
            is_greedy &= scores.clone().all(|score| score.is_greedy);
            if self.plan.token_scores {
                tokens.extend(scores.map(|score| TokenLikelihood { text: String::new(), log_prob: score.log_prob }));
            }
        }
        Response {
            log_likelihood,
            is_greedy,
            n_tokens: request.n_tokens,
            n_truncated: request.n_truncated,
            n_unscored: request.n_unscored,
            is_merged: request.is_merged,
            is_unfinished: false,
            text: None,
            tokens,
        }
    }
}

/// What every span waits for.
fn due(plan: &Plan) -> Vec<Due> {
    let ends = plan.tree.scores.iter().enumerate().filter_map(|(span, ranges)| Some((span, ranges.last()?.end)));
    let mut due: Vec<Due> = ends.map(|(span, end)| Due { score: end - 1, span: span as u32 }).collect();
    due.sort_unstable();
    due
}

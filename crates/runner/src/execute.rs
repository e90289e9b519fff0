//! Scores a plan on all cores.

use crate::plan::{Planned, input_len};
use crate::{Plan, RunnerError};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use yardstick_core::{LanguageModel, Response, ScoreError, TokenScore};

/// Is told of everything that gets done. Called under a lock, once a batch.
pub trait Progress: Send {
    /// A batch is done: `tokens` more were fed to the model, and its responses were told.
    ///
    /// # Errors
    /// Stops the run.
    fn batch(&mut self, tokens: usize) -> Result<(), RunnerError>;

    /// A request (index as planned) has its response.
    ///
    /// # Errors
    /// Stops the run, for example because the log cannot be written.
    fn response(&mut self, request: usize, response: &Response) -> Result<(), RunnerError>;
}

/// What a model's run gave, complete or not.
#[derive(Debug)]
pub struct Outcome {
    /// For each request, in order; `None` where the run stopped before it.
    pub responses: Vec<Option<Response>>,
    /// Why it stopped early, when it was not asked to.
    pub error: Option<RunnerError>,
}

/// Scores every request of the plan, or as many as are done when `stop` is set or the model fails.
///
/// Spans are computed in any order by any thread; sums run over a request's spans and tokens in the order of the text, so
/// the responses have the same bits every time.
pub fn execute(model: &dyn LanguageModel, plan: &Plan, stop: &AtomicBool, progress: &mut dyn Progress) -> Outcome {
    let collector = Mutex::new(Collector::new(plan, progress));
    let failed = AtomicBool::new(false);
    plan.batches().into_par_iter().with_max_len(1).for_each(|batch| {
        if stop.load(Ordering::Relaxed) || failed.load(Ordering::Relaxed) {
            return;
        }
        let scores = model.score(&plan.spans[batch.clone()]);
        let mut collector = collector.lock().unwrap_or_else(PoisonError::into_inner);
        let result = match scores {
            Ok(scores) => collector.take(batch, scores),
            Err(source) => Err(collector.locate(&batch, source)),
        };
        if let Err(error) = result {
            failed.store(true, Ordering::Relaxed);
            collector.error.get_or_insert(error);
        }
    });
    let collector = collector.into_inner().unwrap_or_else(PoisonError::into_inner);
    Outcome { responses: collector.responses, error: collector.error }
}

/// Gathers span scores until a request has all of its own.
struct Collector<'a> {
    plan: &'a Plan,
    progress: &'a mut dyn Progress,
    /// Sum and greediness of each computed span.
    spans: Vec<Option<(f64, bool)>>,
    /// Requests that wait for each span.
    waiting: Vec<Vec<usize>>,
    /// Spans that each request still waits for.
    missing: Vec<usize>,
    responses: Vec<Option<Response>>,
    error: Option<RunnerError>,
}

impl<'a> Collector<'a> {
    fn new(plan: &'a Plan, progress: &'a mut dyn Progress) -> Self {
        let mut waiting = vec![Vec::new(); plan.spans.len()];
        for (i, request) in plan.requests.iter().enumerate() {
            for &span in &request.spans {
                waiting[span].push(i);
            }
        }
        let mut collector = Self {
            plan,
            progress,
            spans: vec![None; plan.spans.len()],
            waiting,
            missing: plan.requests.iter().map(|r| r.spans.len()).collect(),
            responses: vec![None; plan.requests.len()],
            error: None,
        };
        collector.finish_empty();
        collector
    }

    /// Requests without a span (an empty text) are done before anything runs.
    fn finish_empty(&mut self) {
        for i in 0..self.missing.len() {
            if self.missing[i] == 0
                && let Err(error) = self.finish(i)
            {
                self.error.get_or_insert(error);
            }
        }
    }

    fn take(&mut self, batch: std::ops::Range<usize>, scores: Vec<Vec<TokenScore>>) -> Result<(), RunnerError> {
        let tokens = self.plan.spans[batch.clone()].iter().map(input_len).sum();
        for (span, tokens) in batch.zip(scores) {
            let sum = tokens.iter().map(|t| t.log_prob).sum();
            self.spans[span] = Some((sum, tokens.iter().all(|t| t.is_greedy)));
            for request in std::mem::take(&mut self.waiting[span]) {
                self.missing[request] -= 1;
                if self.missing[request] == 0 {
                    self.finish(request)?;
                }
            }
        }
        self.progress.batch(tokens)
    }

    fn finish(&mut self, index: usize) -> Result<(), RunnerError> {
        let response = respond(&self.plan.requests[index], &self.spans);
        self.responses[index] = Some(response);
        self.progress.response(index, &response)
    }

    /// Which request a failure in a batch belongs to: that of the named span, or of the first one.
    fn locate(&self, batch: &std::ops::Range<usize>, source: ScoreError) -> RunnerError {
        let offset = match source {
            ScoreError::NotFinite { span, .. } => span,
            _ => 0,
        };
        let span = (batch.start + offset).min(batch.end - 1);
        RunnerError::Score { request: self.waiting[span].first().copied().unwrap_or(0), source }
    }
}

fn respond(request: &Planned, spans: &[Option<(f64, bool)>]) -> Response {
    let mut log_likelihood = 0.0;
    let mut is_greedy = true;
    for (sum, greedy) in request.spans.iter().filter_map(|&span| spans[span]) {
        log_likelihood += sum;
        is_greedy &= greedy;
    }
    Response {
        log_likelihood,
        is_greedy,
        n_tokens: request.n_tokens as u32,
        n_truncated: request.n_truncated as u32,
        n_unscored: request.n_unscored as u32,
        is_merged: request.is_merged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan;
    use crate::toy::Toy;
    use proptest::prelude::*;
    use yardstick_core::Request;

    #[derive(Default)]
    struct Count {
        tokens: usize,
        responses: usize,
    }

    impl Progress for Count {
        fn batch(&mut self, tokens: usize) -> Result<(), RunnerError> {
            self.tokens += tokens;
            Ok(())
        }

        fn response(&mut self, _: usize, _: &Response) -> Result<(), RunnerError> {
            self.responses += 1;
            Ok(())
        }
    }

    fn run(model: &Toy, requests: &[Request]) -> (Outcome, Count) {
        let plan = plan(model, &requests.iter().collect::<Vec<_>>()).unwrap();
        let mut count = Count::default();
        let outcome = execute(model, &plan, &AtomicBool::new(false), &mut count);
        (outcome, count)
    }

    fn requests() -> impl Strategy<Value = Vec<Request>> {
        let pair = ("[a-d]{0,12}", "[a-d ]{1,6}")
            .prop_map(|(context, continuation)| Request::LogLikelihood { context, continuation });
        let rolling = "[a-d ]{0,40}".prop_map(|text| Request::Rolling { text });
        proptest::collection::vec(prop_oneof![3 => pair, 1 => rolling], 1..60)
    }

    proptest! {
        #[test]
        fn company_and_threads_change_no_bit(requests in requests(), threads in 1_usize..5) {
            let model = Toy::with_prefix(Some(0));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (together, count) = pool.install(|| run(&model, &requests));
            prop_assert_eq!(count.responses, requests.len());
            let plan = plan(&model, &requests.iter().collect::<Vec<_>>()).unwrap();
            prop_assert_eq!(count.tokens, plan.counts.tokens);
            for (request, got) in requests.iter().zip(&together.responses) {
                let (alone, _) = run(&model, std::slice::from_ref(request));
                prop_assert_eq!(got.unwrap().log_likelihood.to_bits(), alone.responses[0].unwrap().log_likelihood.to_bits());
                prop_assert_eq!(*got, alone.responses[0]);
            }
        }
    }

    #[test]
    fn a_stopped_run_keeps_nothing_half_done() {
        let model = Toy::with_prefix(Some(0));
        let request = Request::Rolling { text: "x".repeat(100) };
        let plan = plan(&model, &[&request]).unwrap();
        let outcome = execute(&model, &plan, &AtomicBool::new(true), &mut Count::default());
        assert!(outcome.error.is_none());
        assert_eq!(outcome.responses, [None]);
    }

    #[test]
    fn a_failure_names_its_request_and_keeps_the_rest() {
        let mut model = Toy::with_prefix(Some(0));
        model.poison = Some('!'.into());
        let mut requests: Vec<Request> = (0..600).map(|i| Request::Rolling { text: format!("{i:08}") }).collect();
        requests.push(Request::Rolling { text: "a!".to_owned() });
        let (outcome, count) = run(&model, &requests);
        match outcome.error {
            Some(RunnerError::Score { request: 600, source: ScoreError::NotFinite { .. } }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(outcome.responses.iter().flatten().count(), count.responses);
        assert!(outcome.responses[600].is_none());
    }

    #[test]
    fn an_empty_text_is_nothing() {
        let (outcome, _) = run(&Toy::with_prefix(Some(0)), &[Request::Rolling { text: String::new() }]);
        assert_eq!(outcome.responses[0].unwrap().log_likelihood.to_bits(), 0.0_f64.to_bits());
    }
}

//! What writers share: the texts that are not begun, and where finished ones are handed in.

use super::GenerationPlan;
use crate::{Outcome, Progress, RunnerError};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use yardstick_core::{LanguageModel, Response};

/// Locked once a step and for each text.
pub struct Desk<'a> {
    pub model: &'a dyn LanguageModel,
    pub plan: &'a GenerationPlan,
    stop: &'a AtomicBool,
    closed: AtomicBool,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    /// Texts that are not begun, for each team: neighbours, since their prompts begin alike.
    queues: Vec<Range<usize>>,
    progress: &'a mut dyn Progress,
    responses: Vec<Option<Response>>,
    error: Option<RunnerError>,
}

impl<'a> Desk<'a> {
    /// With nothing begun.
    pub fn new(
        model: &'a dyn LanguageModel,
        plan: &'a GenerationPlan,
        stop: &'a AtomicBool,
        progress: &'a mut dyn Progress,
    ) -> Self {
        let (teams, texts) = (plan.layout.teams.count, plan.texts.len());
        let queues = (0..teams).map(|team| texts * team / teams..texts * (team + 1) / teams).collect();
        let state = State { queues, progress, responses: vec![None; plan.counts.requests], error: None };
        Self { model, plan, stop, closed: AtomicBool::new(false), state: Mutex::new(state) }
    }

    /// Whether writers should go on.
    pub fn is_open(&self) -> bool {
        !self.stop.load(Ordering::Relaxed) && !self.closed.load(Ordering::Relaxed)
    }

    /// The next text for a team; one without takes over the later half of the longest queue.
    pub fn next(&self, team: usize) -> Option<usize> {
        let mut state = self.lock();
        if state.queues[team].is_empty() {
            let longest = state.queues.iter_mut().max_by_key(ExactSizeIterator::len)?;
            let middle = longest.start + longest.len() / 2;
            let taken = middle..longest.end;
            longest.end = middle;
            state.queues[team] = taken;
        }
        state.queues[team].next()
    }

    /// Hands in a response.
    ///
    /// # Errors
    /// What progress says.
    pub fn respond(&self, request: usize, response: Response) -> Result<(), RunnerError> {
        let State { progress, responses, .. } = &mut *self.lock();
        progress.response(request, responses[request].insert(response))
    }

    /// Tells of tokens that were read.
    ///
    /// # Errors
    /// What progress says.
    pub fn read(&self, tokens: usize) -> Result<(), RunnerError> {
        self.lock().progress.batch(tokens)
    }

    /// Notes why all should stop; the first reason stays.
    pub fn fail(&self, error: RunnerError) {
        self.lock().error.get_or_insert(error);
        self.close();
    }

    /// What was written.
    pub fn outcome(self) -> Outcome {
        let State { responses, error, .. } = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        Outcome { responses, error }
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stops the other writers when one panics: nobody goes on for minutes to lose it all.
pub struct CloseOnPanic<'d, 'a>(pub &'d Desk<'a>);

impl Drop for CloseOnPanic<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}

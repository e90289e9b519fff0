//! What tasks would take a model: tokens and operations from the planner, seconds from the machine's speed.

use crate::run::half_of_free;
use yardstick_core::{LanguageModel, Request};
use yardstick_runner::{GenerateOptions, GenerationPlan, PlanOptions, RunnerError, plan};

/// Bytes that any model's keys and values fit into.
const AMPLE: u64 = 1 << 50;

/// The requests of all tasks.
pub struct Work<'a> {
    scored: Vec<&'a Request>,
    written: Vec<&'a Request>,
    /// Documents that they are of.
    pub documents: usize,
}

/// A model's share of it.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Tokens to read; and to write, as many as the tasks allow.
    pub tokens: usize,
    /// Operations.
    pub flop: u64,
    /// Operations that one thread would have time for before the last one ends.
    pub schedule: f64,
}

impl Effort {
    /// Seconds where one thread does so many operations a second.
    pub fn seconds(&self, flop_per_second: f64) -> f64 {
        self.schedule / flop_per_second
    }
}

impl<'a> Work<'a> {
    /// Of these requests.
    pub fn new(documents: usize, requests: impl Iterator<Item = &'a Request>) -> Self {
        let (written, scored) = requests.partition(|request| matches!(request, Request::Generate { .. }));
        Self { scored, written, documents }
    }

    /// What it takes `model` on that many threads, in the memory that is free; or in as much as it takes, where that is not enough.
    ///
    /// # Errors
    /// The first reason why the model cannot do it.
    pub fn effort(&self, model: &dyn LanguageModel, threads: usize) -> Result<Effort, RunnerError> {
        match self.effort_in(half_of_free(0), model, threads) {
            Err(RunnerError::Memory { .. }) => self.effort_in(AMPLE, model, threads),
            done => done,
        }
    }

    fn effort_in(&self, memory: u64, model: &dyn LanguageModel, threads: usize) -> Result<Effort, RunnerError> {
        let mut effort = Effort { tokens: 0, flop: 0, schedule: 0.0 };
        if !self.scored.is_empty() {
            let counts =
                plan(model, &self.scored, &PlanOptions { threads, memory, share: true }).map_err(first)?.counts;
            effort = Effort { tokens: counts.rows, flop: counts.flop, schedule: counts.seconds(1.0) };
        }
        if !self.written.is_empty() {
            let options = GenerateOptions { threads, memory };
            let counts = GenerationPlan::new(model, &self.written, &options).map_err(first)?.counts;
            let costs = model.costs();
            let tokens = (counts.prompt_tokens + counts.most_tokens) as u64;
            // Pairs of positions are left out: prompts are short beside the width.
            let flop = tokens * costs.flop_per_row + counts.most_tokens as u64 * costs.flop_per_scored_row;
            effort.tokens += tokens as usize;
            effort.flop += flop;
            effort.schedule += flop as f64 / threads as f64;
        }
        Ok(effort)
    }
}

fn first(mut reasons: Vec<RunnerError>) -> RunnerError {
    reasons.swap_remove(0)
}

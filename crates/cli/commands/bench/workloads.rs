//! Four kinds of task through planner and engine, as `yardstick run` would take them.

use super::machine::Machine;
use crate::error::CliError;
use crate::run::half_of_free;
use serde_json::{Value, json};
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use yardstick_core::{LanguageModel, Request};
use yardstick_runner::{Plan, PlanCounts, PlanOptions, RunnerError, Silent, execute, plan};
use yardstick_workload::{Size, TaskSet, task_sets};

/// Each kind of task is given as many documents as take about this long.
const SECONDS: f64 = 4.0;
/// Part of the peak that is expected for that.
const EXPECTED: f64 = 0.6;
/// The longest prompt takes at most this part of the context.
const OF_CONTEXT: f64 = 0.9;
/// A tenth of the documents tells what all would cost.
const TRIAL: f64 = 0.1;
/// Times that texts are made shorter; what is still too long then is cut by the planner.
const SHORTER: usize = 5;

/// One kind of task, done.
pub struct Workload {
    /// The task's id.
    pub id: &'static str,
    /// What it is like.
    pub about: &'static str,
    /// Documents.
    pub documents: usize,
    /// The planner's numbers.
    pub counts: PlanCounts,
    /// Tokenizing and planning.
    pub plan_seconds: f64,
    /// Scoring.
    pub seconds: f64,
    /// Requests whose context was cut.
    pub truncated: usize,
}

impl Workload {
    pub fn flop_per_second(&self) -> f64 {
        self.counts.flop as f64 / self.seconds
    }

    pub fn json(&self, machine: &Machine) -> Value {
        json!({
            "task": self.id,
            "about": self.about,
            "documents": self.documents,
            "requests": self.counts.requests,
            "tokens_without_sharing": self.counts.unshared,
            "tokens": self.counts.rows,
            "scored_positions": self.counts.scored_rows,
            "gflop": self.counts.flop as f64 / 1e9,
            "truncated_requests": self.truncated,
            "plan_seconds": self.plan_seconds,
            "seconds": self.seconds,
            "tokens_per_second": self.counts.rows as f64 / self.seconds,
            "of_peak": self.flop_per_second() / machine.flops.all,
        })
    }
}

/// Runs all four, sized for the model and a machine of `peak` operations a second.
pub fn run(model: &dyn LanguageModel, threads: usize, peak: f64) -> Result<Vec<Workload>, CliError> {
    let words = words_that_fit(model)?;
    let trials = task_sets(Size { documents: TRIAL, words });
    let mut done = Vec::new();
    for (index, trial) in trials.iter().enumerate() {
        let trial = planned(model, trial, threads)?.counts;
        let all = trial.flop as f64 / TRIAL;
        let documents = (SECONDS * EXPECTED * peak / all).clamp(f64::EPSILON, 1.0);
        if let Some(set) = task_sets(Size { documents, words }).into_iter().nth(index) {
            done.push(run_one(model, &set, threads)?);
        }
    }
    Ok(done)
}

/// The part of the full texts' words with which the longest prompt fits the context. Each text keeps a word and its
/// punctuation, so that lengths do not shrink as fast as words: a few steps are needed, and for a very short context
/// even they do not end below it.
fn words_that_fit(model: &dyn LanguageModel) -> Result<f64, CliError> {
    let room = OF_CONTEXT * model.card().n_ctx as f64;
    let mut words = 1.0;
    for _ in 0..SHORTER {
        let longest = longest_prompt(model, words)? as f64;
        if longest <= room {
            break;
        }
        words *= room / longest;
    }
    Ok(words)
}

/// Tokens of the longest context with that part of the words.
fn longest_prompt(model: &dyn LanguageModel, words: f64) -> Result<usize, CliError> {
    let mut longest = 0;
    for set in task_sets(Size { documents: TRIAL, words }) {
        for request in set.requests() {
            longest = longest.max(model.encode(request.context())?.len());
        }
    }
    Ok(longest)
}

fn run_one(model: &dyn LanguageModel, set: &TaskSet, threads: usize) -> Result<Workload, CliError> {
    let started = Instant::now();
    let plan = planned(model, set, threads)?;
    let plan_seconds = started.elapsed().as_secs_f64();
    let started = Instant::now();
    let outcome = execute(model, &plan, &AtomicBool::new(false), &mut Silent);
    let seconds = started.elapsed().as_secs_f64();
    let truncated = outcome.responses.iter().flatten().filter(|response| response.n_truncated > 0).count();
    match outcome.error {
        Some(reason) => Err(failed(model, set, reason)),
        None => Ok(Workload {
            id: set.id,
            about: set.about,
            documents: set.documents.len(),
            counts: plan.counts,
            plan_seconds,
            seconds,
            truncated,
        }),
    }
}

fn planned(model: &dyn LanguageModel, set: &TaskSet, threads: usize) -> Result<Plan, CliError> {
    let requests = set.requests();
    let requests: Vec<&Request> = requests.iter().collect();
    let options = PlanOptions { threads, memory: half_of_free(0), share: true };
    plan(model, &requests, &options).map_err(|mut reasons| failed(model, set, reasons.swap_remove(0)))
}

fn failed(model: &dyn LanguageModel, set: &TaskSet, reason: RunnerError) -> CliError {
    CliError::Score { place: format!("{}, task {}", model.card().name, set.id), reason }
}

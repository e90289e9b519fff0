//! One model on all tasks: plan, execute, samples, estimates.

use super::progress::{Bar, Screen, Stage, Unit};
use super::warnings::Counts;
use super::{Work, memory, speed, tokens};
use crate::error::CliError;
use std::collections::BTreeSet;
use std::sync::atomic::AtomicBool;
use std::time::Instant;
use yardstick_core::{Estimate, LanguageModel, Request, Response, ResultRecord, Sample};
use yardstick_runner::{
    GenerateOptions, GenerationPlan, Outcome, Plan, PlanCounts, PlanOptions, Progress, ResponseLog, RunnerError,
    execute, fingerprint, plan, request_key,
};
use yardstick_tasks::{Loaded, TaskError, group_estimates};
use yardstick_zoo::Device;

/// What a model's run needs besides the model.
pub struct Scorer<'a> {
    /// The model's name in tables.
    pub name: &'a str,
    /// Tasks and groups.
    pub work: &'a Work,
    /// Bytes for scoring, beside the weights; by default half of what is free.
    pub memory: Option<u64>,
    /// Where the models compute.
    pub device: Device,
    /// Whether the score of every token is kept.
    pub token_scores: bool,
    /// Bytes that the next model may take while it is loaded beside this one.
    pub loading: u64,
    /// How many models' samples are already kept.
    pub models_before: usize,
    /// Set by Ctrl-C.
    pub stop: &'a AtomicBool,
    /// For progress.
    pub screen: Screen,
}

/// What came out, complete or not.
#[derive(Default)]
pub struct Scored {
    /// Documents with all their responses, in the order of tasks and documents.
    pub samples: Vec<Sample>,
    /// Estimates over those documents.
    pub results: Vec<ResultRecord>,
    /// What a reader of the numbers must know.
    pub warnings: Vec<String>,
    /// What failed.
    pub errors: Vec<CliError>,
    /// Whether every document of every task is there.
    pub complete: bool,
    /// What it cost.
    pub fed: Fed,
}

/// Tokens that a model was fed, and the wall time that took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fed {
    /// Rows of the plans that were computed.
    pub tokens: usize,
    /// Seconds.
    pub seconds: f64,
}

/// Where a request belongs: task and document, as indices into the work.
#[derive(Clone, Copy)]
struct Place {
    task: usize,
    instance: usize,
}

/// A request that has no response yet.
struct Open<'a> {
    place: Place,
    /// Index among all requests.
    slot: usize,
    request: &'a Request,
    key: String,
}

impl Scorer<'_> {
    /// Scores `model` on everything, taking what the log already has: first the texts that are scored, then those that
    /// the model writes.
    pub fn score(&self, model: &dyn LanguageModel, log: &mut ResponseLog) -> Scored {
        let mut scored = Scored::default();
        let mut responses: Vec<Option<Response>> = vec![None; self.requests().count()];
        let planning = self.screen.stage(&format!("planning {}", self.name));
        let open = self.open_requests(model, log, &mut responses);
        let is_written = |open: &Open| matches!(open.request, Request::Generate { .. });
        let (mut to_write, mut to_score): (Vec<Open>, Vec<Open>) = open.into_iter().partition(is_written);
        let (threads, memory) = (rayon::current_num_threads(), self.memory());
        let options = PlanOptions { threads, memory, share: true };
        let errors = &mut scored.errors;
        let plan = |requests: &[&Request]| {
            let plan = plan(model, requests, &options)?;
            Ok(if self.token_scores { plan.with_token_scores() } else { plan })
        };
        let plan = self.planned(&mut to_score, errors, plan);
        drop(planning);
        if let Some(plan) = plan {
            self.announce(model, &plan);
            let run = |progress: &mut dyn Progress| execute(model, &plan, self.stop, progress);
            let stage = self.over("scoring", plan.counts.rows).saving(plan.counts.saved() as u64);
            errors.extend(self.run(stage, &to_score, log, &mut responses, &mut scored.fed, run));
        }
        let options = GenerateOptions { threads, memory };
        let plan = |requests: &[&Request]| GenerationPlan::new(model, requests, &options);
        if let Some(plan) = self.planned(&mut to_write, errors, plan) {
            self.announce_writing(&plan);
            let run = |progress: &mut dyn Progress| plan.write(model, self.stop, progress);
            let most = plan.counts.prompt_tokens + plan.counts.most_tokens;
            let stage = self.over("writing with", most);
            errors.extend(self.run(stage, &to_write, log, &mut responses, &mut scored.fed, run));
        }
        let _estimating = self.screen.stage(&format!("estimating {}", self.name));
        self.gather(model, &responses, &mut scored);
        scored
    }

    fn memory(&self) -> u64 {
        self.memory.unwrap_or_else(|| memory::half_of_free_on(self.device, self.loading))
    }

    /// All requests in order, with their places.
    fn requests(&self) -> impl Iterator<Item = (Place, &Request)> {
        let instances = self.work.tasks.iter().enumerate().flat_map(|(task, loaded)| {
            loaded.instances.iter().enumerate().map(move |(instance, it)| (Place { task, instance }, it))
        });
        instances.flat_map(|(place, instance)| instance.requests.iter().map(move |request| (place, request)))
    }

    /// Fills in what the log has, and returns the rest.
    fn open_requests(
        &self,
        model: &dyn LanguageModel,
        log: &ResponseLog,
        responses: &mut [Option<Response>],
    ) -> Vec<Open<'_>> {
        let fingerprint = fingerprint(model.card());
        let mut open = Vec::new();
        for (slot, (place, request)) in self.requests().enumerate() {
            let key = request_key(&fingerprint, request);
            responses[slot] = log.get(&key);
            if responses[slot].is_none() {
                open.push(Open { place, slot, request, key });
            }
        }
        open
    }

    /// Plans the open requests. Tasks with a request that the model cannot answer are left out, with an error each, so that
    /// the others are still run.
    fn planned<P>(
        &self,
        open: &mut Vec<Open>,
        errors: &mut Vec<CliError>,
        plan: impl Fn(&[&Request]) -> Result<P, Vec<RunnerError>>,
    ) -> Option<P> {
        loop {
            let requests: Vec<&Request> = open.iter().map(|o| o.request).collect();
            match plan(&requests) {
                Ok(plan) => return Some(plan),
                Err(failures) => {
                    let before = open.len();
                    let tasks = self.drop_tasks(failures, open, errors);
                    open.retain(|o| !tasks.contains(&o.place.task));
                    if open.len() == before {
                        return None;
                    }
                }
            }
        }
    }

    /// The tasks that cannot be run, each with the first of its errors.
    fn drop_tasks(&self, failures: Vec<RunnerError>, open: &[Open], errors: &mut Vec<CliError>) -> BTreeSet<usize> {
        let mut tasks = BTreeSet::new();
        for error in failures {
            let place = error.request().map(|request| open[request].place);
            if place.is_none_or(|place| tasks.insert(place.task)) {
                errors.push(self.error(place, error));
            }
        }
        tasks
    }

    /// Says how much work it is and how much memory it takes, before it starts.
    fn announce(&self, model: &dyn LanguageModel, plan: &Plan) {
        let counts = plan.counts;
        if counts.rows == 0 {
            return;
        }
        let is_apart = self.device.has_own_memory();
        let here = PlanCounts { memory: if is_apart { 0 } else { counts.memory }, ..counts };
        let peak = (self.loading + memory::at_most(self.work, model.card(), &here, self.models_before)) / 1_000_000;
        let there = counts.memory / 1_000_000;
        let there = if is_apart { format!(" and {there} MB of {}", self.device) } else { String::new() };
        let time = self.expected(model, &counts);
        let PlanCounts { requests, rows, scored_rows, .. } = counts;
        let what = if model.card().scoring.is_causal() {
            format!("{rows} tokens to read ({} saved by sharing), {scored_rows} positions to score", counts.saved())
        } else {
            format!("{rows} tokens, and a pass over its text for each of {scored_rows} to score")
        };
        let gflop = counts.flop as f64 / 1e9;
        let name = self.name;
        self.screen
            .say(&format!("{name}: {requests} requests: {what}; {gflop:.1} GFLOP{time}, at most {peak} MB{there}"));
        tracing::info!(?counts, "planned");
    }

    /// How long the plan will take, where that is worth finding out.
    fn expected(&self, model: &dyn LanguageModel, counts: &PlanCounts) -> String {
        if self.screen.is_quiet() || counts.rows < speed::WORTH_A_TRIAL {
            return String::new();
        }
        speed::flop_per_second(model).map_or_else(String::new, |speed| about(counts.seconds(speed)))
    }

    /// The same for texts to write.
    fn announce_writing(&self, plan: &GenerationPlan) {
        let counts = plan.counts;
        if counts.texts == 0 {
            return;
        }
        self.screen.say(&format!(
            "{}: {} texts to write after {} tokens of prompts, at most {} tokens, {} at a time",
            self.name, counts.texts, counts.prompt_tokens, counts.most_tokens, counts.paths,
        ));
        tracing::info!(?counts, "planned to write");
    }

    /// A stage over tokens.
    fn over(&self, verb: &str, tokens: usize) -> Stage {
        Stage::new(&format!("{verb} {}", self.name), Unit::Tokens, tokens as u64)
    }

    /// Runs a plan, takes its responses, adds what it cost, and gives what went wrong.
    fn run(
        &self,
        stage: Stage,
        open: &[Open],
        log: &mut ResponseLog,
        responses: &mut [Option<Response>],
        fed: &mut Fed,
        run: impl FnOnce(&mut dyn Progress) -> Outcome,
    ) -> Option<CliError> {
        let bar = self.screen.show(stage);
        let started = Instant::now();
        let mut writer = LogWriter { log, open, bar: &bar, tokens: 0 };
        let outcome = run(&mut writer);
        fed.tokens += writer.tokens;
        fed.seconds += started.elapsed().as_secs_f64();
        let mut done = 0;
        for (request, response) in open.iter().zip(outcome.responses) {
            done += usize::from(response.is_some());
            responses[request.slot] = response;
        }
        bar.finish(self.name, done);
        outcome.error.map(|error| {
            let place = error.request().map(|request| open[request].place);
            self.error(place, error)
        })
    }

    /// Samples of the documents that have all their responses, and estimates over them.
    fn gather(&self, model: &dyn LanguageModel, responses: &[Option<Response>], scored: &mut Scored) {
        let mut rest = responses;
        let mut estimates = Vec::new();
        let mut counts = Counts::default();
        scored.complete = scored.errors.is_empty();
        for task in &self.work.tasks {
            let count = task.instances.iter().map(|i| i.requests.len()).sum();
            let (own, later) = rest.split_at(count);
            rest = later;
            let (samples, failures) = self.samples(model, task, own);
            let others = failures.len().saturating_sub(1);
            let first = failures.into_iter().next().map(Box::new);
            scored.errors.extend(first.map(|first| CliError::Unscorable { first, others }));
            scored.complete &= samples.len() == task.instances.len();
            counts.add(model, &task.card.id, &samples);
            estimates.push((!samples.is_empty()).then(|| task.task.estimates(&samples)));
            scored.samples.extend(samples);
        }
        let note = model.card().scoring.note().map(|note| format!("{}: {note}", self.name));
        scored.warnings = note.into_iter().chain(counts.lines(self.name, model.card().n_ctx)).collect();
        scored.results = self.results(&estimates);
    }

    /// The documents that can be scored, and why others cannot.
    fn samples(
        &self,
        model: &dyn LanguageModel,
        task: &Loaded,
        responses: &[Option<Response>],
    ) -> (Vec<Sample>, Vec<TaskError>) {
        let mut rest = responses;
        let (mut samples, mut failures) = (Vec::new(), Vec::new());
        for instance in &task.instances {
            let (own, later) = rest.split_at(instance.requests.len());
            rest = later;
            let Some(mut own) = own.iter().cloned().collect::<Option<Vec<Response>>>() else { continue };
            tokens::name(model, &instance.requests, &mut own);
            match task.task.sample(self.name, instance, &own) {
                Ok(sample) => samples.push(sample),
                Err(failure) => failures.push(failure),
            }
        }
        (samples, failures)
    }

    /// Tasks in order, then groups. A group with a task that has no estimates has none.
    fn results(&self, estimates: &[Option<Vec<(String, Estimate)>>]) -> Vec<ResultRecord> {
        let record = |task: &str, (metric, estimate): (String, Estimate)| ResultRecord {
            model: self.name.to_owned(),
            task: task.to_owned(),
            metric,
            estimate,
        };
        let tasks = self.work.tasks.iter().zip(estimates);
        let mut results: Vec<ResultRecord> = tasks
            .clone()
            .flat_map(|(task, own)| own.iter().flatten().cloned().map(|e| record(&task.card.id, e)))
            .collect();
        let members: Vec<_> = tasks.filter_map(|(task, own)| Some((task.card.clone(), own.clone()?))).collect();
        for group in &self.work.groups {
            results.extend(group_estimates(group, &members).into_iter().map(|e| record(&group.record.id, e)));
        }
        results
    }

    /// Puts model, task and row in front of a failure.
    fn error(&self, place: Option<Place>, reason: RunnerError) -> CliError {
        let place = place.map_or_else(
            || self.name.to_owned(),
            |place| {
                let task = &self.work.tasks[place.task];
                format!("{}, task {}, row {}", self.name, task.card.id, task.instances[place.instance].doc.id)
            },
        );
        CliError::Score { place, reason }
    }
}

/// An expected time for people.
fn about(seconds: f64) -> String {
    match seconds {
        s if s < 1.0 => ", under a second".to_owned(),
        s if s < 120.0 => format!(", about {s:.0} s"),
        s if s < 7200.0 => format!(", about {:.0} min", s / 60.0),
        s => format!(", about {:.1} h", s / 3600.0),
    }
}

/// Writes responses to the log as they arrive, and moves the bar.
struct LogWriter<'a> {
    log: &'a mut ResponseLog,
    open: &'a [Open<'a>],
    bar: &'a Bar,
    /// Fed so far.
    tokens: usize,
}

impl Progress for LogWriter<'_> {
    fn batch(&mut self, tokens: usize) -> Result<(), RunnerError> {
        self.bar.add(tokens);
        self.tokens += tokens;
        self.log.flush()
    }

    fn response(&mut self, request: usize, response: &Response) -> Result<(), RunnerError> {
        self.log.append(&self.open[request].key, response)
    }
}

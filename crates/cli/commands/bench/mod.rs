//! `yardstick bench`: how fast this machine computes a model, and how far that is from what its arithmetic allows.

mod machine;
mod passes;
mod random_model;
mod table;
mod workloads;

pub use machine::{peak, together};

use super::{print, print_json};
use crate::args::{BenchArgs, BenchPart};
use crate::error::CliError;
use crate::models::{Found, find};
use crate::run::Screen;
use crate::stderr::say;
use machine::Machine;
use passes::{Forward, Scoring};
use serde_json::{Value, json};
use std::time::Instant;
use workloads::Workload;
use yardstick_core::{LanguageModel, ModelCard};
use yardstick_zoo::{LoadOptions, Preset, Reference};

/// Everything that was measured.
struct Report {
    card: ModelCard,
    /// Loading and packing the weights, seconds.
    load_seconds: f64,
    machine: Machine,
    forward: Vec<Forward>,
    scoring: Option<Scoring>,
    workloads: Vec<Workload>,
}

/// Measures what the arguments ask for, and prints it.
///
/// # Errors
/// The model, or threads that cannot be started.
pub fn bench(args: &BenchArgs, quiet: bool, as_json: bool) -> Result<(), CliError> {
    let threads = args.threads.unwrap_or_else(rayon::current_num_threads);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| CliError::usage(format!("--threads {threads}: {error}")))?;
    let report = pool.install(|| measure(args, threads, Screen::new(quiet), |step| progress(quiet, step)))?;
    if as_json { print_json(&report.json()) } else { print(&table::text(&report)) }
}

fn progress(quiet: bool, step: &str) {
    if !quiet {
        say(format_args!("{step} …"));
    }
}

fn measure(args: &BenchArgs, threads: usize, screen: Screen, say: impl Fn(&str)) -> Result<Report, CliError> {
    let wants = |part| args.only.is_empty() || args.only.contains(&part);
    say("loading the model");
    let (model, load_seconds) = load(args, screen)?;
    let model = model.as_ref();
    if !model.card().scoring.is_causal() {
        let name = &model.card().name;
        return Err(CliError::usage(format!(
            "{name} reads both sides of a token: bench measures models that read from left to right; a run says how fast {name} scored"
        )));
    }
    say("measuring the machine");
    let machine = Machine::measure(threads, machine::weight_bytes(&model.costs()));
    let mut report = Report {
        card: model.card().clone(),
        load_seconds,
        machine,
        forward: Vec::new(),
        scoring: None,
        workloads: Vec::new(),
    };
    if wants(BenchPart::Forward) {
        say("forward without the vocabulary");
        report.forward = passes::forward(model, threads)?;
    }
    if wants(BenchPart::Scoring) {
        say("scoring every position");
        report.scoring = Some(passes::scoring(model, threads)?);
    }
    if wants(BenchPart::Tasks) {
        say("four kinds of task");
        report.workloads = workloads::run(model, threads, machine.flops.all)?;
    }
    Ok(report)
}

/// The model asked for, or a random one of a preset's shape; and how long loading took, without making the latter.
fn load(args: &BenchArgs, screen: Screen) -> Result<(Box<dyn LanguageModel>, f64), CliError> {
    let open = |found: &Found| -> Result<_, CliError> {
        let started = Instant::now();
        let model = found.load(&LoadOptions::default())?;
        Ok((model, started.elapsed().as_secs_f64()))
    };
    let typed = args.model.as_deref().unwrap_or(random_model::DEFAULT);
    let Reference { model, storage } = Reference::parse(typed);
    let Some(preset) = Preset::of_name(model) else { return open(&find(typed, args.hub, screen)?) };
    let random = random_model::RandomModel::write(preset)?;
    let held = storage.map_or_else(String::new, |storage| format!(":{}", storage.name()));
    open(&Found::local(&format!("{}{held}", random.reference())))
}

impl Report {
    fn json(&self) -> Value {
        json!({
            "model": { "name": self.card.name, "n_params": self.card.n_params, "load_seconds": self.load_seconds },
            "machine": self.machine.json(),
            "forward": self.forward.iter().map(|it| it.json(&self.machine)).collect::<Vec<_>>(),
            "scoring": self.scoring.as_ref().map(|it| it.json(&self.machine)),
            "tasks": self.workloads.iter().map(|it| it.json(&self.machine)).collect::<Vec<_>>(),
        })
    }
}

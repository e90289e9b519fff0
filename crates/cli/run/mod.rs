//! `yardstick run`: tasks are loaded and checked first, then each model is loaded, scored and let go.

mod again;
mod finish;
mod folder;
mod load;
mod memory;
mod models;
mod progress;
mod record;
mod score;
mod speed;
mod tokens;
mod warnings;

pub use again::run_one;
pub use folder::default_path as default_folder;
pub use load::tasks as load_tasks;
pub use memory::{available as available_memory, half_of_free, half_of_free_on};
pub use models::names as model_names;
pub use progress::{Bar, Screen, Stage, Unit, above};
pub use speed::flop_per_second;

use crate::args::RunArgs;
use crate::error::CliError;
use crate::models::Found;
use crate::stderr::say;
use folder::RunFolder;
use score::Scorer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use yardstick_core::RunStatus;
use yardstick_report::Run;
use yardstick_runner::ResponseLog;
use yardstick_tasks::{Group, Loaded};

/// Everything that is the same for all models.
pub struct Work {
    /// With their documents.
    pub tasks: Vec<Loaded>,
    groups: Vec<Group>,
    /// The template of the prompts, where they are conversations.
    chat_template: Option<String>,
    /// What was left out, and why.
    left_out: Vec<String>,
}

/// Runs what the arguments ask for.
///
/// # Errors
/// Usage, data and model errors. What was finished before the error is in the run folder.
pub fn run(args: &RunArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    set_threads(args.work.threads)?;
    let screen = Screen::new(quiet);
    let references = models::references(args, screen)?;
    let done = score_all(args, &references, screen)?;
    finish::finish(args, &done.folder, screen, &done.run, json)?;
    done.check()
}

/// A run in its folder, with what failed.
struct Done {
    folder: RunFolder,
    run: Run,
    errors: Vec<CliError>,
}

impl Done {
    /// Whether everything is there.
    fn check(&self) -> Result<(), CliError> {
        if let Some(error) = parts(&self.errors, "the rest is in the run folder, marked partial") {
            return Err(error);
        }
        if self.run.record.status == RunStatus::Complete {
            return Ok(());
        }
        let folder = self.folder.path().display();
        let kept = format!("what was scored is in {folder}; the same command with --out goes on there");
        Err(CliError::Interrupted { kept })
    }
}

/// Errors that were printed, as one.
fn parts(errors: &[CliError], kept: &'static str) -> Option<CliError> {
    errors.first().map(|first| CliError::Parts { count: errors.len(), kept, code: first.code() })
}

/// Loads the tasks, scores all models and keeps the run folder.
fn score_all(args: &RunArgs, references: &[Found], screen: Screen) -> Result<Done, CliError> {
    args.work.device.unwrap_or_default().check()?;
    let work = load::tasks(args, references, screen)?;
    let spec = record::spec(args, references);
    let folder = RunFolder::prepare(args.out.as_deref(), args.overwrite, &spec)?;
    let stop = stop_on_ctrl_c()?;
    let mut run = Run { record: record::start(spec, &work), samples: Vec::new() };
    let errors = score_models(args, references, &work, &folder, &stop, screen, &mut run)?;
    if run.record.models.is_empty() && !errors.is_empty() {
        let is_silent = !folder.has_answers();
        let kept = if folder.discard_fresh() {
            "nothing was scored"
        } else if args.overwrite && is_silent {
            "nothing was scored; a run that was in the folder is as it was"
        } else {
            "there are no results; the answers are kept, and the same command goes on from them"
        };
        return Err(parts(&errors, kept).unwrap_or(CliError::Internal));
    }
    Ok(Done { folder, run, errors })
}

/// Scores model after model into `run`, which is written after each. Errors are printed as they come and returned.
fn score_models(
    args: &RunArgs,
    references: &[Found],
    work: &Work,
    folder: &RunFolder,
    stop: &AtomicBool,
    screen: Screen,
    run: &mut Run,
) -> Result<Vec<CliError>, CliError> {
    let (started, before) = (Instant::now(), folder.earlier.as_ref().map_or(0.0, |record| record.seconds));
    let mut log = folder.open_log()?;
    if let Some(earlier) = &folder.earlier {
        record::go_on(&mut run.record, earlier);
    } else if !args.overwrite {
        // From here on the folder tells what it is, even if the process is killed.
        yardstick_report::write_run(folder.path(), run)?;
    }
    if !log.is_empty() {
        screen.say(&format!("going on: {} responses are already in {}", log.len(), folder.path().display()));
    }
    let mut errors = Vec::new();
    let mut complete = true;
    let options = args.work.model_options();
    let names = models::names(references, options.storage);
    let wait = |i: usize| names.get(i).map(|name| screen.stage(&format!("loading {name}")));
    let mut waiting = wait(0);
    models::in_turn(references, &options, stop, |i, model, loading| {
        waiting = None;
        let scorer = Scorer {
            name: &names[i],
            work,
            memory: args.work.memory,
            device: options.device,
            token_scores: args.token_scores,
            loading,
            models_before: run.record.models.len(),
            stop,
            screen,
        };
        match score_model(&scorer, model, &mut log, run) {
            Ok(true) => {}
            Ok(false) => complete = false,
            Err(failed) => {
                complete = false;
                errors.extend(failed);
            }
        }
        run.record.seconds = before + started.elapsed().as_secs_f64();
        if complete && run.record.models.len() == references.len() {
            run.record.status = RunStatus::Complete;
        }
        if !run.record.models.is_empty() {
            // What is in the folder stays where there is nothing to write.
            let _writing = screen.stage("writing the run folder");
            yardstick_report::write_run(folder.path(), run)?;
            tracing::info!(peak_bytes = memory::peak(), samples = run.samples.len(), folder = %folder.path().display(), "run folder written");
        }
        waiting = wait(i + 1);
        Ok(())
    })?;
    drop(waiting);
    if args.work.pll.is_some() && run.record.models.iter().all(|card| card.scoring.is_causal()) {
        screen.warn("--pll says how masked models score, and none of these models is one: it changed nothing");
    }
    if run.record.status == RunStatus::Complete {
        folder.remove_log()?;
    }
    Ok(errors)
}

/// Scores one model and adds what came out to `run`. Says whether everything is there.
fn score_model(
    scorer: &Scorer,
    model: models::Loaded,
    log: &mut ResponseLog,
    run: &mut Run,
) -> Result<bool, Vec<CliError>> {
    let model = model.map_err(|error| {
        let error = CliError::from(error);
        error.print();
        run.record.warnings.push(format!("failed: {error}"));
        vec![error]
    })?;
    let outcome = scorer.score(model.as_ref(), log);
    record::add_speed(&mut run.record, scorer.name, outcome.fed.tokens, outcome.fed.seconds);
    run.record.warnings.extend(outcome.errors.iter().map(|error| format!("failed: {error}")));
    if outcome.samples.is_empty() && !outcome.errors.is_empty() {
        outcome.errors.iter().for_each(CliError::print);
        return Err(outcome.errors);
    }
    run.record.models.push(yardstick_core::ModelCard { name: scorer.name.to_owned(), ..model.card().clone() });
    for warning in &outcome.warnings {
        scorer.screen.warn(warning);
    }
    run.record.warnings.extend(outcome.warnings);
    run.record.results.extend(outcome.results);
    run.samples.extend(outcome.samples);
    outcome.errors.iter().for_each(CliError::print);
    if outcome.errors.is_empty() { Ok(outcome.complete) } else { Err(outcome.errors) }
}

/// Threads for everything that follows.
///
/// # Errors
/// They cannot be had.
pub fn set_threads(threads: Option<usize>) -> Result<(), CliError> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| CliError::usage(format!("--threads {threads}: {error}")))
}

/// The first Ctrl-C asks the run to stop after the batches at work; the second one ends the process. All runs of the process
/// share the flag.
fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>, CliError> {
    static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    if let Some(stop) = STOP.get() {
        return Ok(Arc::clone(stop));
    }
    let stop = Arc::clone(STOP.get_or_init(Arc::default));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(5);
        }
        say("stopping; what is finished is kept (Ctrl-C again to stop at once)");
    };
    ctrlc::set_handler(handler).map_err(|error| CliError::usage(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(stop)
}

//! `yardstick run`: tasks are loaded and checked first, then each model is loaded, scored and let go.

mod finish;
mod folder;
mod memory;
mod models;
mod progress;
mod record;
mod score;
mod speed;
mod warnings;

pub use memory::half_of_free;

use crate::args::RunArgs;
use crate::commands::stores;
use crate::error::CliError;
use folder::RunFolder;
use progress::Screen;
use score::Scorer;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use yardstick_core::RunStatus;
use yardstick_report::Run;
use yardstick_runner::ResponseLog;
use yardstick_tasks::{Group, Loaded, TaskError};
use yardstick_zoo::LoadOptions;

/// The suite that is run when no task is named.
const DEFAULT_SUITE: &str = "starter";

/// Everything that is the same for all models.
struct Work {
    tasks: Vec<Loaded>,
    groups: Vec<Group>,
}

/// Runs what the arguments ask for.
///
/// # Errors
/// Usage, data and model errors. What was finished before the error is in the run folder.
pub fn run(args: &RunArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    set_threads(args.threads)?;
    let screen = Screen::new(quiet);
    let references = models::references(args)?;
    let work = load_tasks(args, &references, screen)?;
    let spec = record::spec(args, &references);
    let folder = RunFolder::prepare(args.out.as_deref(), args.overwrite, &spec)?;
    let stop = stop_on_ctrl_c()?;
    let mut run = Run { record: record::start(spec, &work), samples: Vec::new() };
    let errors = score_models(args, &references, &work, &folder, &stop, screen, &mut run)?;
    let parts = |kept| errors.first().map(|first| CliError::Parts { count: errors.len(), kept, code: first.code() });
    if run.record.models.is_empty()
        && let Some(error) = parts("nothing was scored")
    {
        folder.discard_fresh();
        return Err(error);
    }
    finish::finish(args, &folder, screen, &run, json)?;
    match parts("the rest is in the run folder, marked partial") {
        Some(error) => Err(error),
        None if run.record.status == RunStatus::Complete => Ok(()),
        None => Err(CliError::Interrupted {
            kept: format!(
                "what was scored is in {}; the same command with --out goes on there",
                folder.path().display()
            ),
        }),
    }
}

/// Scores model after model into `run`, which is written after each. Errors are printed as they come and returned.
fn score_models(
    args: &RunArgs,
    references: &[String],
    work: &Work,
    folder: &RunFolder,
    stop: &AtomicBool,
    screen: Screen,
    run: &mut Run,
) -> Result<Vec<CliError>, CliError> {
    let (started, before) = (Instant::now(), folder.earlier.as_ref().map_or(0.0, |record| record.seconds));
    let mut log = folder.open_log()?;
    if let Some(earlier) = &folder.earlier {
        run.record.started.clone_from(&earlier.started);
    } else if !args.overwrite {
        // From here on the folder tells what it is, even if the process is killed.
        yardstick_report::write_run(folder.path(), run)?;
    }
    if !log.is_empty() {
        screen.say(&format!("going on: {} responses are already in {}", log.len(), folder.path().display()));
    }
    let mut errors = Vec::new();
    let mut complete = true;
    let options = LoadOptions { context: args.context, storage: args.dtype.unwrap_or_default() };
    let names = models::names(references, options.storage);
    models::in_turn(references, &options, stop, |i, model, loading| {
        let scorer = Scorer {
            name: &names[i],
            work,
            memory: args.memory,
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
        if run.record.models.is_empty() {
            return Ok(()); // what is in the folder stays
        }
        yardstick_report::write_run(folder.path(), run)?;
        tracing::info!(peak_bytes = memory::peak(), samples = run.samples.len(), folder = %folder.path().display(), "run folder written");
        Ok(())
    })?;
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
        vec![error]
    })?;
    let outcome = scorer.score(model.as_ref(), log);
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

/// Finds the tasks and reads their documents, so that a bad file is known before a model is loaded.
fn load_tasks(args: &RunArgs, references: &[String], screen: Screen) -> Result<Work, CliError> {
    let catalog = args.folders.catalog()?;
    let mut selectors: Vec<String> = Vec::new();
    for suite in &args.suite {
        selectors.extend(catalog.suite(suite)?.tasks.iter().cloned());
    }
    selectors.extend(args.task.iter().cloned());
    if selectors.is_empty() {
        selectors.clone_from(&catalog.suite(DEFAULT_SUITE)?.tasks);
    }
    let selection = catalog.select(&selectors)?;
    let (stores, options) = (stores(&args.data), args.shots.options(args.limit, references)?);
    let (mut tasks, mut refused) =
        (Vec::new(), selection.refused.into_iter().map(|(_, error)| error).collect::<Vec<_>>());
    for task in &selection.tasks {
        let started = Instant::now();
        let loaded = match task.load(&stores, &options) {
            Ok(loaded) => loaded,
            Err(error) => {
                refused.push(error);
                continue;
            }
        };
        tracing::info!(task = task.id(), documents = loaded.instances.len(), took = ?started.elapsed(), "task loaded");
        tracing::debug!(task = task.id(), files = ?loaded.card.dataset.files, "data read");
        for warning in &loaded.warnings {
            screen.warn(warning);
        }
        tasks.push(loaded);
    }
    refuse(args, tasks.len(), refused)?;
    let documents: usize = tasks.iter().map(|task| task.instances.len()).sum();
    screen.say(&format!("{}, {}", count(tasks.len(), "task"), count(documents, "document")));
    Ok(Work { tasks, groups: selection.groups })
}

/// Tasks that cannot be run end the run before a model is loaded, unless the others are to go on without them.
fn refuse(args: &RunArgs, n_others: usize, mut refused: Vec<TaskError>) -> Result<(), CliError> {
    match refused.len() {
        0 => Ok(()),
        1 if n_others == 0 => Err(refused.remove(0).into()),
        n => {
            let errors: Vec<CliError> = refused.drain(..).map(CliError::from).collect();
            print_each(&errors);
            if args.keep_going && n_others > 0 {
                return Ok(());
            }
            Err(CliError::Refused { count: n, others: n_others, code: errors[0].code() })
        }
    }
}

/// Errors as they are; a dataset that several tasks miss is named once.
fn print_each(errors: &[CliError]) {
    let mut missing: BTreeMap<&str, usize> = BTreeMap::new();
    for error in errors {
        let first = match error {
            CliError::Task(TaskError::DatasetNotFound { id, .. }) => {
                let tasks = missing.entry(id).or_default();
                *tasks += 1;
                *tasks == 1
            }
            _ => true,
        };
        if first {
            error.print();
        }
    }
    for (id, tasks) in missing.iter().filter(|(_, tasks)| **tasks > 1) {
        eprintln!("{tasks} tasks miss {id}");
    }
}

/// `1 task`, `2 tasks`.
fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn set_threads(threads: Option<usize>) -> Result<(), CliError> {
    let Some(threads) = threads else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| CliError::usage(format!("--threads {threads}: {error}")))
}

/// The first Ctrl-C asks the run to stop after the batches at work; the second one ends the process.
fn stop_on_ctrl_c() -> Result<Arc<AtomicBool>, CliError> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    let handler = move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(5);
        }
        eprintln!("stopping; what is finished is kept (Ctrl-C again to stop at once)");
    };
    ctrlc::set_handler(handler).map_err(|error| CliError::usage(format!("cannot watch for Ctrl-C: {error}")))?;
    Ok(stop)
}

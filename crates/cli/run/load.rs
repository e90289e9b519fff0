//! The tasks of a run with their documents, read and checked before a model is loaded.

use super::Work;
use super::progress::{Screen, Stage, Unit};
use crate::args::RunArgs;
use crate::commands::stores;
use crate::error::CliError;
use crate::models::Found;
use crate::refusal::Refusal;
use crate::stderr::say;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;
use yardstick_core::Request;
use yardstick_report::number::counted;
use yardstick_tasks::Loaded;

/// The suite that is run when no task is named.
const DEFAULT_SUITE: &str = "starter";

/// Finds the tasks and reads their documents.
///
/// # Errors
/// Names that mean nothing. Tasks that cannot be run, unless the others are to go on without them.
pub fn tasks(args: &RunArgs, references: &[Found], screen: Screen) -> Result<Work, CliError> {
    let catalog = args.work.folders.catalog()?;
    let mut selectors: Vec<String> = Vec::new();
    for suite in &args.work.suite {
        selectors.extend(catalog.suite(suite)?.tasks.iter().cloned());
    }
    selectors.extend(args.work.task.iter().cloned());
    if selectors.is_empty() {
        selectors.clone_from(&catalog.suite(DEFAULT_SUITE)?.tasks);
    }
    let selection = catalog.select(&selectors)?;
    let (stores, options) = (stores(&args.work.data)?, args.work.shots.options(args.work.limit, references)?);
    let mut refused: Vec<Refusal> = selection.refused.into_iter().map(|(id, error)| Refusal::file(id, error)).collect();
    let mut tasks = Vec::new();
    let reading = screen.show(Stage::new("reading tasks", Unit::Tasks, selection.tasks.len() as u64));
    for task in &selection.tasks {
        reading.add(1);
        let started = Instant::now();
        let loaded = match task.load(&stores, &options) {
            Ok(loaded) => loaded,
            Err(error) => {
                refused.push(Refusal::task(task, error));
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
    drop(reading);
    if !args.keep_going {
        refused.extend(without_room(args, references, &tasks));
    }
    let others = tasks.iter().filter(|task| refused.iter().all(|refusal| refusal.task != task.card.id)).count();
    let left_out = refuse(args, others, refused)?;
    let documents: usize = tasks.iter().map(|task| task.instances.len()).sum();
    screen.say(&format!("{}, {}", counted(tasks.len(), "task"), counted(documents, "document")));
    let chat_template = options.chat.map(|chat| chat.template.source);
    Ok(Work { tasks, groups: selection.groups, chat_template, left_out })
}

/// Tasks whose texts leave no room for a prompt in some model's context, which its configuration tells.
fn without_room(args: &RunArgs, references: &[Found], tasks: &[Loaded]) -> Vec<Refusal> {
    let mut refused = Vec::new();
    if tasks.iter().all(|task| most_tokens(task).is_none()) {
        return refused;
    }
    for reference in references {
        let n_ctx = match reference.context() {
            Ok(n_ctx) => n_ctx.min(args.work.context.unwrap_or(n_ctx)),
            // A model that cannot be loaded is told apart from its tasks, when it is its turn.
            Err(error) => {
                tracing::debug!(%error, "context unknown");
                continue;
            }
        };
        for task in tasks {
            if let Some(tokens) = most_tokens(task).filter(|&tokens| tokens as usize >= n_ctx) {
                refused.push(Refusal::room(&task.task, &reference.typed, tokens, n_ctx));
            }
        }
    }
    refused
}

/// The most tokens that a task lets a model write.
fn most_tokens(task: &Loaded) -> Option<u32> {
    let requests = task.instances.iter().flat_map(|instance| &instance.requests);
    let tokens = requests.filter_map(|request| match request {
        Request::Generate { generation, .. } => Some(generation.max_tokens),
        Request::LogLikelihood { .. } | Request::Rolling { .. } => None,
    });
    tokens.max()
}

/// Tasks that cannot be run end the run before a model is loaded, unless the others are to go on without them. Says what
/// was left out.
fn refuse(args: &RunArgs, n_others: usize, mut refused: Vec<Refusal>) -> Result<Vec<String>, CliError> {
    match refused.len() {
        0 => Ok(Vec::new()),
        1 if n_others == 0 => Err(CliError::Refusal(Box::new(refused.remove(0)))),
        n => {
            let code = refused[0].code();
            let n = refused.iter().map(|refusal| &refusal.task).collect::<BTreeSet<_>>().len().min(n);
            let line = |refusal: &Refusal| {
                format!("not run: task {}: {}", refusal.task, refusal.to_string().replace('\n', " "))
            };
            let lines: Vec<String> = refused.iter().map(line).collect();
            print_each(refused);
            if args.keep_going && n_others > 0 {
                say(format_args!("{n} of {} tasks cannot be run and are left out", n + n_others));
                return Ok(lines);
            }
            Err(CliError::Refused { count: n, others: n_others, code })
        }
    }
}

/// Errors as they are; a dataset that several tasks miss is named once, with the tasks.
fn print_each(refused: Vec<Refusal>) {
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for refusal in refused {
        if let Some(id) = refusal.missing_dataset() {
            let tasks = missing.entry(id.to_owned()).or_default();
            tasks.push(refusal.task.clone());
            if tasks.len() > 1 {
                continue;
            }
        }
        CliError::Refusal(Box::new(refusal)).print();
    }
    for (id, tasks) in missing.iter().filter(|(_, tasks)| tasks.len() > 1) {
        say(format_args!("{} tasks miss {id}: {}", tasks.len(), tasks.join(", ")));
    }
}

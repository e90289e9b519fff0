//! `yardstick baseline timeline`: a task over the saves of a name.

use crate::args::TimelineArgs;
use crate::baselines::store;
use crate::commands::compare::write_artifacts;
use crate::commands::{print_json, print_text, table_options};
use crate::error::CliError;
use crate::stderr::say;
use yardstick_report::{Run, Save, Timeline, TimelineOptions, read_run, timeline_artifacts, timeline_table};

/// Prints the timeline, and draws it where a folder is named.
///
/// # Errors
/// A name, task or metric that means nothing, saves that cannot be compared, or a file that cannot be written.
pub fn timeline(args: &TimelineArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let store = store(args.store.store.as_deref())?;
    let saves = store.history(&args.name)?;
    let runs = saves.into_iter().map(|save| {
        let run = read_run(&store.folder(&save)?)?;
        Ok((save, run))
    });
    let runs: Vec<(Save, Run)> = runs.collect::<Result<_, CliError>>()?;
    let options = TimelineOptions {
        task: args.task.clone(),
        metric: args.metric.clone(),
        model: args.model.clone(),
        against: args.against,
        alpha: args.alpha,
    };
    let timeline = Timeline::new(&args.name, &runs, &options, &yardstick_tasks::value)?;
    if json {
        print_json(&serde_json::to_value(&timeline).unwrap_or_default())?;
    } else {
        print_text(&timeline_table(&timeline, table_options(false)))?;
    }
    let Some(out) = &args.out else { return Ok(()) };
    let artifacts = timeline_artifacts(&timeline)?;
    write_artifacts(out, &artifacts)?;
    if !quiet {
        say(format_args!("{} files in {}", artifacts.len(), out.display()));
    }
    Ok(())
}

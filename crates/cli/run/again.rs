//! A run of one model that may be there already.

use super::progress::Screen;
use super::{load, models, record, score_all};
use crate::args::RunArgs;
use crate::error::CliError;
use crate::models::Found;
use yardstick_core::RunStatus;
use yardstick_report::{Run, is_same_model, read_run};

/// Runs one model and gives the run. A folder that holds the same run finished is read instead, if model and data are still
/// what they were, and an unfinished one is gone on with.
///
/// # Errors
/// As [`super::run`]; a run that is not whole is one, and a folder with the run of a model or of data that have changed.
pub fn run_one(args: &RunArgs, quiet: bool) -> Result<Run, CliError> {
    let screen = Screen::new(quiet);
    let references = models::references(args, screen)?;
    if let Some(run) = finished(args, &references) {
        check(&run, args, &references, screen)?;
        let folder = args.out.iter().map(|folder| folder.display().to_string()).collect::<String>();
        screen.say(&format!(
            "{}: read again from {folder}, where it was scored before",
            references.iter().map(|found| found.typed.as_str()).collect::<Vec<_>>().join(", ")
        ));
        return Ok(run);
    }
    let done = score_all(args, &references, screen)?;
    let above = args.out.as_deref().and_then(|folder| folder.parent()).unwrap_or(done.folder.path());
    match done.check() {
        Err(CliError::Interrupted { .. }) => Err(CliError::Interrupted {
            kept: format!("what was scored is kept; the same command with --out {} goes on there", above.display()),
        }),
        Err(error) => Err(error),
        Ok(()) => Ok(done.run),
    }
}

/// The finished run of the same command in the run folder.
fn finished(args: &RunArgs, references: &[Found]) -> Option<Run> {
    let run = read_run(args.out.as_deref().filter(|_| !args.overwrite)?).ok()?;
    let is_same = run.record.status == RunStatus::Complete && run.record.spec == record::spec(args, references);
    is_same.then_some(run)
}

/// The command says where the model and the data are, not what they are.
fn check(run: &Run, args: &RunArgs, references: &[Found], screen: Screen) -> Result<(), CliError> {
    let changed = |what: &str| CliError::Usage {
        message: format!("the run folder holds a finished run of this command, but {what} changed since"),
        help: Some("choose another --out, or score again with --overwrite".to_owned()),
    };
    let work = load::tasks(args, references, screen)?;
    if work.tasks.iter().map(|task| &task.card).ne(&run.record.tasks) {
        return Err(changed("tasks or data"));
    }
    let options = args.work.model_options();
    for (reference, card) in references.iter().zip(&run.record.models) {
        if !is_same_model(reference.load(&options)?.card(), card) {
            return Err(changed("the model"));
        }
    }
    Ok(())
}

//! The two sides of a comparison: run folders that are read, models that are scored.

use crate::args::{RunArgs, SidesArgs, WorkArgs};
use crate::baselines::kept;
use crate::error::CliError;
use crate::run;
use std::path::{Path, PathBuf};
use yardstick_core::{RunRecord, Scoring};
use yardstick_report::{CompareOptions, Run, Side, read_run};
use yardstick_tasks::Catalog;
use yardstick_zoo::Device;

/// Two runs with the model of each that is meant.
pub struct Sides<'a> {
    args: &'a SidesArgs,
    base: Run,
    candidate: Run,
    /// Where the comparison goes; none where both sides were read and no folder was asked for.
    folder: Option<PathBuf>,
}

/// What the user named.
enum Named<'a> {
    Run(PathBuf),
    Model(&'a str),
}

impl<'a> Sides<'a> {
    /// Reads run folders and scores models. A model against a run is asked what the run asks, unless tasks are named.
    ///
    /// # Errors
    /// A folder that is no run, a model that cannot be scored, or an argument that says what is asked where both sides have
    /// been asked already.
    pub fn read(args: &'a SidesArgs, options: &CompareOptions, quiet: bool) -> Result<Self, CliError> {
        run::set_threads(args.work.threads)?;
        let (base, candidate) = (named(&args.base)?, named(&args.candidate)?);
        let scores = matches!(base, Named::Model(_)) || matches!(candidate, Named::Model(_));
        if !scores && asks(&args.work) {
            return Err(CliError::usage(
                "both sides are finished runs: what was asked of them, of which models and on which device, is theirs and cannot be given here",
            ));
        }
        let folder = args.out.clone().or_else(|| scores.then(run::default_folder));
        let score = |reference: &str, name: &str, work: WorkArgs| {
            let out = folder.as_ref().map(|folder| folder.join(name));
            let (model, overwrite) = (vec![reference.to_owned()], args.overwrite);
            let args = RunArgs { model, work, out, overwrite, no_report: true, ..RunArgs::default() };
            run::run_one(&args, quiet)
        };
        let (base, candidate) = match (base, candidate) {
            (Named::Run(base), Named::Run(candidate)) => (read_run(&base)?, read_run(&candidate)?),
            (Named::Run(base), Named::Model(model)) => {
                let base = read_run(&base)?;
                Side::new(&args.base, &base, args.base_model.as_deref())?.finished(options)?;
                let candidate = score(model, "candidate", like(&args.work, &base.record)?)?;
                (base, candidate)
            }
            (Named::Model(model), Named::Run(candidate)) => {
                let candidate = read_run(&candidate)?;
                Side::new(&args.candidate, &candidate, args.candidate_model.as_deref())?.finished(options)?;
                (score(model, "base", like(&args.work, &candidate.record)?)?, candidate)
            }
            (Named::Model(base), Named::Model(candidate)) => {
                let base = score(base, "base", args.work.clone())?;
                (base, score(candidate, "candidate", args.work.clone())?)
            }
        };
        Ok(Self { args, base, candidate, folder })
    }

    /// Both sides, each with its model.
    ///
    /// # Errors
    /// A run of several models, or without the one that is named.
    pub fn pair(&self) -> Result<(Side<'_>, Side<'_>), CliError> {
        let args = self.args;
        Ok((
            Side::new(&args.base, &self.base, args.base_model.as_deref())?,
            Side::new(&args.candidate, &self.candidate, args.candidate_model.as_deref())?,
        ))
    }

    /// Where the comparison goes.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }
}

/// A folder with a `run.json` is a run, and so is what is kept as `baseline:NAME`; everything else has to be a model.
fn named(text: &str) -> Result<Named<'_>, CliError> {
    if let Some(folder) = kept(text)? {
        return Ok(Named::Run(folder));
    }
    let path = Path::new(text);
    Ok(if path.join("run.json").is_file() { Named::Run(path.to_owned()) } else { Named::Model(text) })
}

/// Whether something is said about what is asked.
fn asks(work: &WorkArgs) -> bool {
    let silent = WorkArgs { memory: work.memory, threads: work.threads, hub: work.hub, ..WorkArgs::default() };
    *work != silent
}

/// What a run asks, for another model. Tasks and limits that are named here stand before the run's.
fn like(work: &WorkArgs, record: &RunRecord) -> Result<WorkArgs, CliError> {
    let (mut work, spec) = (work.clone(), &record.spec);
    if work.task.is_empty() && work.suite.is_empty() {
        let catalog = Catalog::bundled()?;
        let (suites, tasks) = spec.tasks.iter().cloned().partition(|name| catalog.suite(name).is_ok());
        (work.suite, work.task) = (suites, tasks);
    }
    work.limit = work.limit.or(spec.limit);
    work.context = work.context.or(spec.context);
    if let (None, Some(device)) = (work.device, &spec.device) {
        let parsed = Device::parse(device).map_err(|reason| {
            CliError::usage(format!("the run was computed on {device}: {reason} with --device, `cpu` for example"))
        })?;
        work.device = Some(parsed);
    }
    work.pll = work.pll.or(spec.pll.as_deref().and_then(Scoring::of_short_name));
    work.shots = work.shots.like(spec)?;
    Ok(work)
}

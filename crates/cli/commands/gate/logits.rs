//! The diff that a policy's limits on logits are held against.

use crate::args::{DiffArgs, JudgeArgs, ShotArgs};
use crate::commands::diff::measure;
use crate::error::CliError;
use crate::run::Screen;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use yardstick_core::ModelCard;
use yardstick_report::{DiffRecord, DiffText, GateError, Limits, LogitFigures, Policy, Side, read_diff};
use yardstick_tasks::Task;
use yardstick_zoo::Device;

/// Refuses what cannot be held against anything, before a model is scored.
///
/// # Errors
/// Limits without a diff and nothing to run one on, or a diff without limits.
pub fn check(policy: &Policy, file: Option<&Path>) -> Result<(), CliError> {
    match (&policy.logits, file) {
        (None, Some(file)) => Err(CliError::usage(format!(
            "{} sets no limits on logits, so there is nothing to hold --diff {} against; add [logits] or leave it out",
            policy.file,
            file.display()
        ))),
        (Some(limits), None) if limits.text.is_none() && limits.task.is_none() => {
            Err(no_diff(policy, limits, "neither a text nor a task is named to run one on"))
        }
        _ => Ok(()),
    }
}

/// The figures that limits are held against: of the file that is given, or of a diff that is run now. The record of the
/// latter comes with them.
///
/// # Errors
/// A file that is no diff, or models that cannot be opened again.
pub fn figures(
    args: &JudgeArgs,
    policy: &Policy,
    (base, candidate): (&Side, &Side),
    quiet: bool,
) -> Result<Option<(LogitFigures, Option<DiffRecord>)>, CliError> {
    let Some(limits) = &policy.logits else { return Ok(None) };
    if let Some(file) = &args.diff {
        let record = read_diff(file)?;
        let name = file.display().to_string();
        if let Some(reason) = other_material(args, policy, limits, &record)? {
            return Err(GateError::Diff { file: name, reason }.into());
        }
        return Ok(Some((LogitFigures::new(name, &record), None)));
    }
    let [a, b] = [base.card, candidate.card].map(reference);
    for (reference, side) in [(&a, base), (&b, candidate)] {
        if let Err(error) = crate::models::find(reference, args.sides.work.hub, Screen::new(quiet)) {
            return Err(no_diff(policy, limits, &format!("the model of {} is not at hand: {error}", side.name)));
        }
    }
    let beside = |text: &String| beside(policy, text);
    let work = &args.sides.work;
    // Where the base was computed; a candidate from elsewhere is seen to be another model.
    let device = match work.device {
        Some(device) => device,
        None => Device::parse(&base.card.device).map_err(|reason| no_diff(policy, limits, &reason))?,
    };
    let diff = DiffArgs {
        a,
        b,
        text: limits.text.iter().map(beside).collect(),
        task: limits.task.iter().cloned().collect(),
        limit: None,
        shots: ShotArgs::default(),
        data: work.data.clone(),
        folders: work.folders.clone(),
        hub: work.hub,
        context: None,
        device: Some(device),
        threads: work.threads,
        out: None,
    };
    let record = measure(&diff, Screen::new(quiet))?;
    Ok(Some((LogitFigures::new("the diff that was run now".to_owned(), &record), Some(record))))
}

/// A policy's text is where the policy is.
fn beside(policy: &Policy, text: &str) -> PathBuf {
    Path::new(&policy.file).parent().unwrap_or(Path::new("")).join(text)
}

/// Why a diff is not of what the policy names: a limit on one text says nothing of another.
fn other_material(
    args: &JudgeArgs,
    policy: &Policy,
    limits: &Limits,
    record: &DiffRecord,
) -> Result<Option<String>, CliError> {
    let material = &record.material;
    if let Some(text) = &limits.text {
        let path = beside(policy, text);
        let bytes = std::fs::read(&path).map_err(|source| CliError::Io { path: path.display().to_string(), source })?;
        let wanted = DiffText::new(text.clone(), &bytes).sha256;
        let is_it = material.tasks.is_empty() && matches!(&*material.texts, [only] if only.sha256 == wanted);
        return Ok((!is_it).then(|| format!("it did not read {text}, which the policy names; run the diff on it")));
    }
    let Some(task) = &limits.task else { return Ok(None) };
    let selection = args.sides.work.folders.catalog()?.resolve(std::slice::from_ref(task))?;
    let wanted: BTreeSet<&str> = selection.tasks.iter().map(Task::id).collect();
    let read: BTreeSet<&str> = material.tasks.iter().map(|card| card.id.as_str()).collect();
    if !material.texts.is_empty() || read != wanted {
        return Ok(Some(format!("it did not read {task} alone, which the policy names; run the diff on it")));
    }
    let short = material.tasks.iter().find(|card| card.n_docs < card.n_available);
    Ok(short.map(|card| format!("it read {} of the {} documents of {}", card.n_docs, card.n_available, card.id)))
}

/// How a model is opened again; that it is the same one is checked by its checksums.
fn reference(card: &ModelCard) -> String {
    let suffix = format!("-{}", card.storage);
    let model = match card.source.as_str() {
        "bundled" => card.name.strip_suffix(&suffix).unwrap_or(&card.name),
        folder => folder,
    };
    if card.storage == "f32" { model.to_owned() } else { format!("{model}:{}", card.storage) }
}

fn no_diff(policy: &Policy, limits: &Limits, reason: &str) -> CliError {
    GateError::NoDiff { file: policy.file.clone(), line: limits.line, reason: reason.to_owned() }.into()
}

//! `yardstick gate`: one verdict on a changed model.

mod init;
mod logits;

use super::compare::{Sides, write_artifacts, write_comparison, write_file};
use super::{print, print_json, print_text, table_options};
use crate::args::{GateArgs, GateCommand, JudgeArgs};
use crate::error::CliError;
use crate::stderr::say;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use yardstick_report::{
    CompareError, CompareOptions, GateError, GateOptions, GateVerdict, Policy, diff_artifacts, gate as judge,
    verdict_github, verdict_junit, verdict_markdown, verdict_table, write_diff,
};

/// Judges a candidate, or writes a policy. The exit code is the verdict's.
///
/// # Errors
/// Whatever keeps it from judging; none of that exits with 0.
pub fn gate(args: &GateArgs, quiet: bool, json: bool) -> Result<ExitCode, CliError> {
    match args {
        GateArgs::Command(GateCommand::Init(args)) => init::init(args, quiet).map(|()| ExitCode::SUCCESS),
        GateArgs::Judge(args) => verdict(args, quiet, json),
    }
}

fn verdict(args: &JudgeArgs, quiet: bool, json: bool) -> Result<ExitCode, CliError> {
    if args.github && json {
        return Err(CliError::usage("--github and --json both want standard output; choose one"));
    }
    let policy = Policy::read(&args.policy)?;
    logits::check(&policy, args.diff.as_deref())?;
    let sides = Sides::read(&args.sides, &CompareOptions::default(), quiet).map_err(unfinished)?;
    let (base, candidate) = sides.pair()?;
    let found = logits::figures(args, &policy, (&base, &candidate), quiet)?;
    let options = GateOptions {
        policy: &policy,
        logits: found.as_ref().map(|(figures, _)| figures),
        allow_missing: args.sides.allow_missing,
        cluster: args.sides.cluster.as_deref(),
    };
    let (verdict, comparison) = judge(&base, &candidate, &options, &yardstick_tasks::value)?;
    if json {
        print_json(&serde_json::to_value(&verdict).unwrap_or_default())?;
    } else {
        print_text(&verdict_table(&verdict, table_options(false)))?;
    }
    if args.github {
        print(&verdict_github(&verdict))?;
    }
    files(args, &verdict)?;
    if let Some(folder) = sides.folder() {
        write_comparison(folder, &base, &candidate, &comparison)?;
        if let Some((_, Some(record))) = &found {
            write_diff(&folder.join("diff.json"), record)?;
            write_artifacts(folder, &diff_artifacts("diff", record)?)?;
        }
        write_file(folder, "verdict.json", &format!("{:#}\n", serde_json::to_value(&verdict).unwrap_or_default()))?;
        write_file(folder, "verdict.md", &verdict_markdown(&verdict))?;
        if !quiet {
            say(format_args!("verdict: {}", folder.join("verdict.md").display()));
        }
    }
    Ok(ExitCode::from(verdict.verdict.code()))
}

/// An unfinished run is refused before a model is scored against it; a gate has no way around that.
fn unfinished(error: CliError) -> CliError {
    match error {
        CliError::Compare(CompareError::Partial { run, lack }) => GateError::Partial { run, lack }.into(),
        error => error,
    }
}

fn files(args: &JudgeArgs, verdict: &GateVerdict) -> Result<(), CliError> {
    let write = |path: &Option<PathBuf>, text: &dyn Fn(&GateVerdict) -> String| {
        path.as_deref().map_or(Ok(()), |path| write_path(path, &text(verdict)))
    };
    write(&args.junit, &verdict_junit)?;
    write(&args.markdown, &verdict_markdown)
}

/// Writes a file, whose folder is made if need be.
fn write_path(path: &Path, text: &str) -> Result<(), CliError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), std::fs::create_dir_all)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|source| CliError::Io { path: path.display().to_string(), source })
}

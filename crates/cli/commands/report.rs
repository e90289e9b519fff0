//! `yardstick report`: tables and charts from run folders.

use super::print_json;
use crate::args::ReportArgs;
use crate::baselines::run_folder;
use crate::error::CliError;
use crate::run::Screen;
use std::path::{Path, PathBuf};
use yardstick_report::number::counted;
use yardstick_report::{DiffRecord, Report, ReportOptions, Run, read_diff, read_run, write_exports, write_page};

/// Reads the runs and writes one report.
///
/// # Errors
/// A folder is no run folder, or the report cannot be written.
pub fn report(args: &ReportArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let screen = Screen::new(quiet);
    let reading = screen.stage("reading runs");
    let (mut runs, mut diffs) = (Vec::new(), Vec::new());
    for path in &args.runs {
        match read(path)? {
            Named::Run(run) => runs.push(*run),
            Named::Diff(diff) => diffs.push(*diff),
        }
    }
    if runs.is_empty() {
        return Err(CliError::Usage {
            message: "a report needs a run: these are records of yardstick diff alone".to_owned(),
            help: Some("name a run folder too".to_owned()),
        });
    }
    drop(reading);
    let drawing = screen.stage("drawing the report");
    let mut written = write_report(&runs, &diffs, &args.out)?;
    written.extend(write_exports(&Report::numbers(&runs), &args.export, &args.out)?);
    drop(drawing);
    if json {
        let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        print_json(&files.into())?;
    }
    screen.say(&format!("{} in {}", counted(written.len(), "file"), args.out.display()));
    Ok(())
}

/// What the user named.
enum Named {
    Run(Box<Run>),
    Diff(Box<DiffRecord>),
}

/// A file is the record of `yardstick diff`, and so is the `diff.json` of a folder that is no run's.
fn read(path: &Path) -> Result<Named, CliError> {
    if path.is_file() {
        return Ok(Named::Diff(Box::new(read_diff(path)?)));
    }
    let folder = run_folder(path)?;
    if folder.join("run.json").is_file() {
        return Ok(Named::Run(Box::new(read_run(&folder)?)));
    }
    let diff = folder.join("diff.json");
    if diff.is_file() {
        return Ok(Named::Diff(Box::new(read_diff(&diff)?)));
    }
    if folder.is_dir() {
        return Err(CliError::Neither { path: folder.display().to_string() });
    }
    // There is nothing at all: the run's own words say so.
    Ok(Named::Run(Box::new(read_run(&folder)?)))
}

/// Writes the whole report of runs into a folder: tables, charts and the page. Returns the files written.
///
/// # Errors
/// A file cannot be written.
pub fn write_report(runs: &[Run], diffs: &[DiffRecord], out: &Path) -> Result<Vec<PathBuf>, CliError> {
    let report = Report::new(runs, diffs, &yardstick_tasks::value);
    let mut written = yardstick_report::write_report(&report, out, ReportOptions::default())?;
    written.extend(write_page(&report, out)?);
    Ok(written)
}

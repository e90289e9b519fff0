//! `yardstick report`: tables and charts from run folders.

use super::print_json;
use crate::args::ReportArgs;
use crate::baselines::run_folder;
use crate::error::CliError;
use crate::run::Screen;
use std::path::{Path, PathBuf};
use yardstick_report::number::counted;
use yardstick_report::{Report, ReportOptions, Run, read_run, write_exports, write_page};

/// Reads the runs and writes one report.
///
/// # Errors
/// A folder is no run folder, or the report cannot be written.
pub fn report(args: &ReportArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let screen = Screen::new(quiet);
    let reading = screen.stage("reading runs");
    let read = |dir: &PathBuf| Ok(read_run(&run_folder(dir)?)?);
    let runs = args.runs.iter().map(read).collect::<Result<Vec<_>, CliError>>()?;
    drop(reading);
    let drawing = screen.stage("drawing the report");
    let mut written = write_report(&runs, &args.out)?;
    written.extend(write_exports(&Report::numbers(&runs), &args.export, &args.out)?);
    drop(drawing);
    if json {
        let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        print_json(&files.into())?;
    }
    screen.say(&format!("{} in {}", counted(written.len(), "file"), args.out.display()));
    Ok(())
}

/// Writes the whole report of runs into a folder: tables, charts and the page. Returns the files written.
///
/// # Errors
/// A file cannot be written.
pub fn write_report(runs: &[Run], out: &Path) -> Result<Vec<PathBuf>, CliError> {
    let report = Report::new(runs, &[], &yardstick_tasks::value);
    let mut written = yardstick_report::write_report(&report, out, ReportOptions::default())?;
    written.extend(write_page(&report, out)?);
    Ok(written)
}

//! `yardstick report`: tables and charts from run folders.

use super::print_json;
use crate::args::ReportArgs;
use crate::error::CliError;
use crate::stderr::say;
use yardstick_report::{ReportOptions, read_run, write_report};

/// Reads the runs and writes one report.
///
/// # Errors
/// A folder is no run folder, or the report cannot be written.
pub fn report(args: &ReportArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let runs = args.runs.iter().map(|dir| read_run(dir)).collect::<Result<Vec<_>, _>>()?;
    let written = write_report(&runs, &args.out, ReportOptions::default())?;
    if json {
        let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
        print_json(&files.into())?;
    }
    if !quiet {
        say(format_args!("{} files in {}", written.len(), args.out.display()));
    }
    Ok(())
}

//! `yardstick report`: tables and charts from run folders.

use crate::args::ReportArgs;
use crate::error::CliError;
use yardstick_report::{ReportOptions, read_run, write_report};

/// Reads the runs and writes one report.
///
/// # Errors
/// A folder is no run folder, or the report cannot be written.
pub fn report(args: &ReportArgs, quiet: bool) -> Result<(), CliError> {
    let runs = args.runs.iter().map(|dir| read_run(dir)).collect::<Result<Vec<_>, _>>()?;
    let written = write_report(&runs, &args.out, ReportOptions::default())?;
    if !quiet {
        eprintln!("{} files in {}", written.len(), args.out.display());
    }
    Ok(())
}

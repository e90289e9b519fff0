//! After the last model: report, export, table.

use super::folder::RunFolder;
use super::progress::Screen;
use crate::args::RunArgs;
use crate::commands::{print_record, write_report};
use crate::error::CliError;
use std::time::Instant;
use yardstick_report::{INDEX, Report, Run, write_exports};

/// Writes the report and the export, then prints the table (or the record as JSON), and says where everything is.
///
/// # Errors
/// A file cannot be written; the run folder itself is already there.
pub fn finish(args: &RunArgs, folder: &RunFolder, screen: Screen, run: &Run, json: bool) -> Result<(), CliError> {
    if !args.export.is_empty() {
        let _exporting = screen.stage("writing exports");
        write_exports(&Report::numbers(std::slice::from_ref(run)), &args.export, folder.path())?;
    }
    if !args.no_report && !run.record.results.is_empty() {
        let started = Instant::now();
        let _drawing = screen.stage("drawing the report");
        let files = write_report(std::slice::from_ref(run), &[], &folder.report())?;
        tracing::info!(files = files.len(), took = ?started.elapsed(), "report written");
    }
    if json || !run.record.results.is_empty() {
        print_record(&run.record, json, false)?;
    }
    screen.say(&format!("run:    {}", folder.path().display()));
    for name in [INDEX, "report.md"] {
        if folder.report().join(name).exists() {
            screen.say(&format!("report: {}", folder.report().join(name).display()));
        }
    }
    Ok(())
}

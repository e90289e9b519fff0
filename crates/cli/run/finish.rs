//! After the last model: report, export, table.

use super::folder::RunFolder;
use super::progress::Screen;
use crate::args::{Export, RunArgs};
use crate::commands::print_record;
use crate::error::CliError;
use std::time::Instant;
use yardstick_report::{ReportOptions, Run};

/// Writes the report and the export, then prints the table (or the record as JSON), and says where everything is.
///
/// # Errors
/// A file cannot be written; the run folder itself is already there.
pub fn finish(args: &RunArgs, folder: &RunFolder, screen: Screen, run: &Run, json: bool) -> Result<(), CliError> {
    if args.export == Some(Export::LmEval) {
        yardstick_report::export_lm_eval(run, folder.path())?;
    }
    if !args.no_report && !run.record.results.is_empty() {
        let started = Instant::now();
        let files =
            yardstick_report::write_report(std::slice::from_ref(run), &folder.report(), ReportOptions::default())?;
        tracing::info!(files = files.len(), took = ?started.elapsed(), "report written");
    }
    if json || !run.record.results.is_empty() {
        print_record(&run.record, json, false)?;
    }
    screen.say(&format!("run:    {}", folder.path().display()));
    if folder.report().join("report.md").exists() {
        screen.say(&format!("report: {}", folder.report().join("report.md").display()));
    }
    Ok(())
}

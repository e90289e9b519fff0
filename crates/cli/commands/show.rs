//! `yardstick show`: the table of a run again.

use super::{print_json, print_text, table_options};
use crate::args::ShowArgs;
use crate::baselines::run_folder;
use crate::error::CliError;
use yardstick_core::RunRecord;

/// Prints the table of a run folder.
///
/// # Errors
/// The folder is no run folder.
pub fn show(args: &ShowArgs, json: bool) -> Result<(), CliError> {
    print_record(&yardstick_report::read_record(&run_folder(&args.run)?)?, json, args.members)
}

/// A record as a table (with the members of groups, if wanted), or whole as JSON.
///
/// # Errors
/// Standard output is gone.
pub fn print_record(record: &RunRecord, json: bool, members: bool) -> Result<(), CliError> {
    if json {
        return print_json(&serde_json::to_value(record).unwrap_or_default());
    }
    print_text(&yardstick_report::table(record, table_options(members)))
}

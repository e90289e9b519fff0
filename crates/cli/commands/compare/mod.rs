//! `yardstick compare`: two models document by document.

mod files;
mod sides;

pub use files::{artifacts as write_artifacts, comparison as write_comparison, write as write_file};
pub use sides::Sides;

use super::{print_json, print_text, table_options};
use crate::args::CompareArgs;
use crate::error::CliError;
use crate::stderr::say;
use yardstick_report::{CompareOptions, compare as compare_sides, comparison_table};

/// Reads or scores both sides and prints the comparison.
///
/// # Errors
/// A side that cannot be read or scored, or two that cannot be compared.
pub fn compare(args: &CompareArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let options = CompareOptions {
        alpha: args.alpha,
        power: args.power,
        margin: args.margin,
        metrics: args.metric.clone(),
        cluster: args.sides.cluster.clone(),
        allow_missing: args.sides.allow_missing,
    };
    let sides = Sides::read(&args.sides, &options, quiet)?;
    let (base, candidate) = sides.pair()?;
    let comparison = compare_sides(&base, &candidate, &options, &yardstick_tasks::value)?;
    let written = |folder| files::comparison(folder, &base, &candidate, &comparison).map(|()| folder);
    let folder = sides.folder().map(written).transpose()?;
    if json {
        print_json(&serde_json::to_value(&comparison).unwrap_or_default())?;
    } else {
        let options = table_options(args.all_metrics);
        print_text(&comparison_table(&comparison, args.flips, options))?;
    }
    if let Some(folder) = folder.filter(|_| !quiet) {
        say(format_args!("comparison: {}", folder.join("comparison.md").display()));
    }
    Ok(())
}

//! `yardstick data`: fetching datasets, checking them, listing them.

mod args;
mod list;
mod pull;
mod verify;

pub use args::{DataArgs, DataCommand, PullArgs, StoreArgs};
pub use list::datasets;

use crate::error::CliError;
use yardstick_tasks::Catalog;

/// Does what is asked with datasets.
///
/// # Errors
/// What the command cannot do, and files that are not what their records say.
pub fn data(args: &DataArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    match &args.command {
        DataCommand::Pull(args) => pull::pull(args, quiet, json),
        DataCommand::Verify(args) => verify::verify(args, json),
        DataCommand::Ls(args) => datasets(&args.data, &Catalog::bundled()?)?.print(json),
    }
}

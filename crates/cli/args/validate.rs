//! Arguments about task files.

use crate::error::CliError;
use crate::stderr::warn;
use clap::Args;
use std::path::PathBuf;
use yardstick_tasks::Catalog;

/// Where tasks have names besides the binary.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderArgs {
    /// Folders whose task files' ids, groups and tags are names as the bundled ones are, and replace them
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub include_path: Vec<PathBuf>,
}

impl FolderArgs {
    /// The bundled catalog with the folders over it. What was left out or replaced is printed.
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn catalog(&self) -> Result<Catalog, CliError> {
        let catalog = Catalog::with_folders(&self.include_path)?;
        for warning in catalog.warnings() {
            warn(warning);
        }
        Ok(catalog)
    }
}

/// `yardstick validate`
#[derive(Args, Debug)]
#[command(
    after_help = "Each task runs, needs_hook (it calls a Python function without a counterpart here) or is refused.

With --no-data a row is made up to suit the file; hooks, templates, choices, label, examples and metrics run on it.
Without, the task's own rows are read: all of them, or the first N with --limit.

Exit code: 0 when all tasks run, 3 otherwise. A folder with --no-data is a survey: 0 whatever it finds.

Examples:
  yardstick validate starter_pairs starter_last_word
  yardstick validate piqa --no-data
  yardstick validate ./my-tasks --no-data --json"
)]
pub struct ValidateArgs {
    /// Task files, folders of them, ids, groups or globs
    #[arg(value_name = "FILE|DIR", required = true)]
    pub tasks: Vec<String>,
    /// On made-up rows
    #[arg(long, conflicts_with_all = ["data", "limit"])]
    pub no_data: bool,
    /// First N documents of every task [default: all]
    #[arg(short, long, value_name = "N", value_parser = super::at_least_one)]
    pub limit: Option<usize>,
    /// Folders with datasets, as for run
    #[arg(short, long, value_name = "DIR", num_args = 1..)]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub folders: FolderArgs,
}

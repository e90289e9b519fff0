//! `yardstick ls`.

use super::{CostArgs, FolderArgs};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `yardstick ls`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick ls tasks
  yardstick ls models --json
  yardstick ls models --cost --task starter_pairs --limit 50")]
pub struct LsArgs {
    /// What to list
    pub what: Listing,
    /// Folders with datasets, as for run
    #[arg(short, long, value_name = "DIR", num_args = 1..)]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub cost: CostArgs,
    #[command(flatten)]
    pub folders: FolderArgs,
}

/// What can be listed.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Bundled models; with --cost also the papers' sizes
    Models,
    /// Tasks and groups
    Tasks,
    /// Suites of tasks
    Suites,
    /// Metrics
    Metrics,
    /// Charts of a report
    Charts,
    /// Files that a run or a report can be written in
    Formats,
    /// Datasets that tasks read, and where they are
    Datasets,
}

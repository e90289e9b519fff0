//! Arguments of `yardstick data`.

use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `yardstick data`
#[derive(Args, Debug)]
pub struct DataArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DataCommand,
}

/// What can be done with datasets.
#[derive(Subcommand, Debug)]
pub enum DataCommand {
    /// Fetch datasets of the hub into a store; what broke off is gone on with
    Pull(PullArgs),
    /// Read the files of stores again and hold them against their checksums
    Verify(StoreArgs),
    /// List the datasets that tasks read and those in stores, with licences
    Ls(StoreArgs),
}

/// `yardstick data pull`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick data pull openai/gsm8k --config main --split test
  yardstick data pull --task hellaswag piqa

HF_TOKEN opens datasets that ask who reads them, HF_ENDPOINT names a mirror.")]
pub struct PullArgs {
    /// Hub ids, or addresses of files (`https://…`, `hf://datasets/…`)
    #[arg(value_name = "ID", required_unless_present = "task")]
    pub ids: Vec<String>,
    /// What these tasks, groups or task files read
    #[arg(short, long, value_name = "TASK", num_args = 1..)]
    pub task: Vec<String>,
    /// One configuration [default: all]
    #[arg(long, value_name = "NAME")]
    pub config: Option<String>,
    /// One split [default: all]
    #[arg(long, value_name = "NAME")]
    pub split: Option<String>,
    /// The store to write [default: the user's cache]
    #[arg(short, long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// Stores to look at.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick data ls
  yardstick data verify --data ~/datasets")]
pub struct StoreArgs {
    /// Folders with datasets, as for run
    #[arg(short, long, value_name = "DIR", num_args = 1..)]
    pub data: Vec<PathBuf>,
}

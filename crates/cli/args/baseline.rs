//! Arguments about kept runs.

use super::compare::share;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `yardstick baseline`
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "A store is a folder: --store DIR, else $YARDSTICK_BASELINES, else ./.yardstick/baselines where there is one, else
the user's data folder. baseline:NAME stands wherever a run folder may, baseline:NAME~2 for two saves before the latest.

Examples:
  yardstick baseline save main out
  yardstick baseline timeline main --task starter_prose
  yardstick compare baseline:main~1 baseline:main"
)]
pub struct BaselineArgs {
    #[command(subcommand)]
    pub command: BaselineCommand,
}

/// What can be done with kept runs.
#[derive(Subcommand, Clone, Debug)]
pub enum BaselineCommand {
    /// Keep a finished run under a name; the same run is kept once
    Save(SaveArgs),
    /// List names: saves, date, models, size
    Ls(StoreArgs),
    /// Print the table of a kept run
    Show(ShowBaselineArgs),
    /// A task over all saves of a name, with a band in which an unchanged model stays
    Timeline(TimelineArgs),
}

/// Where runs are kept.
#[derive(Args, Clone, Debug, Default)]
pub struct StoreArgs {
    /// The store
    #[arg(long, value_name = "DIR")]
    pub store: Option<PathBuf>,
}

/// `yardstick baseline save`
#[derive(Args, Clone, Debug)]
pub struct SaveArgs {
    /// Letters, digits, `-`, `_` and `.`
    #[arg(value_name = "NAME")]
    pub name: String,
    /// A run folder
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `yardstick baseline show`
#[derive(Args, Clone, Debug)]
pub struct ShowBaselineArgs {
    /// A name, with ~N for N saves before the latest
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Every task of a group, not only the group
    #[arg(long)]
    pub members: bool,
    #[command(flatten)]
    pub store: StoreArgs,
}

/// `yardstick baseline timeline`
#[derive(Args, Clone, Debug)]
pub struct TimelineArgs {
    /// A name
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The task
    #[arg(short, long, value_name = "TASK")]
    pub task: String,
    /// The metric [default: the task's first]
    #[arg(long, value_name = "METRIC")]
    pub metric: Option<String>,
    /// The model, where saves have several
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The save that the others are held against
    #[arg(long, value_name = "N", default_value = "1")]
    pub against: usize,
    /// Chance that any save leaves the band although the model never changed
    #[arg(long, value_name = "A", default_value = "0.05", value_parser = share)]
    pub alpha: f64,
    /// Also write CSV, SVG and PNG into a folder
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub store: StoreArgs,
}

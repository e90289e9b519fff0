//! Arguments about two models.

use super::WorkArgs;
use clap::Args;
use std::path::PathBuf;

/// The two sides of a comparison.
#[derive(Args, Clone, Debug)]
pub struct SidesArgs {
    /// A run folder, or a model that is scored now
    #[arg(value_name = "BASE")]
    pub base: String,
    /// Another one. A model against a run is asked what the run asks
    #[arg(value_name = "CANDIDATE")]
    pub candidate: String,
    /// The base's model, where its run has several
    #[arg(long, value_name = "NAME")]
    pub base_model: Option<String>,
    /// The candidate's model, where its run has several
    #[arg(long, value_name = "NAME")]
    pub candidate_model: Option<String>,
    /// Compare what both sides have, where documents or tasks are missing on one; they are counted
    #[arg(long)]
    pub allow_missing: bool,
    /// The column whose text makes documents depend on each other, or `none` [default: found, where documents share passages]
    #[arg(long, value_name = "COLUMN")]
    pub cluster: Option<String>,
    #[command(flatten)]
    pub work: WorkArgs,
    /// Score models again whose runs are in the folder
    #[arg(long)]
    pub overwrite: bool,
    /// The folder for the comparison, and for the runs of models that are scored now [default: a new one in reports/]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// `yardstick compare`
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "Documents meet by content: prompt, choices and right answer. Errors and tests are those of paired answers.

Examples:
  yardstick compare gpt2-nano gpt2-micro --task starter_pairs --limit 50 --out nano-micro
  yardstick compare nano-micro/base nano-micro/candidate --flips 3
  yardstick compare nano-micro/base gpt3-micro --margin 0.02 --json"
)]
pub struct CompareArgs {
    #[command(flatten)]
    pub sides: SidesArgs,
    /// Metrics that stand for their tasks, where they have them [default: each task's first]
    #[arg(long, value_name = "METRIC", num_args = 1..)]
    pub metric: Vec<String>,
    /// Level of tests and intervals
    #[arg(long, value_name = "A", default_value = "0.05", value_parser = share)]
    pub alpha: f64,
    /// Power of the smallest differences that are told
    #[arg(long, value_name = "P", default_value = "0.8", value_parser = share)]
    pub power: f64,
    /// The drop that counts as none, in the metric's unit (0.01 is a point of accuracy) [default: one point of a share, 1 % of anything else]
    #[arg(long, value_name = "M", value_parser = positive, allow_negative_numbers = true)]
    pub margin: Option<f64>,
    /// Flipped documents to show; all of them are in the comparison's folder
    #[arg(long, value_name = "N", default_value = "5")]
    pub flips: usize,
    /// Every metric of a task, not only the one that stands for it
    #[arg(long)]
    pub all_metrics: bool,
}

/// Between 0 and 1.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if value > 0.0 && value < 1.0 { Ok(value) } else { Err("must be between 0 and 1".to_owned()) }
}

fn positive(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "is not a number".to_owned())?;
    if value > 0.0 && value.is_finite() { Ok(value) } else { Err("must be more than 0".to_owned()) }
}

//! Arguments of the comparison of two models' distributions.

use super::{FolderArgs, HubArgs, ShotArgs};
use clap::Args;
use std::path::PathBuf;
use yardstick_zoo::Device;

/// `yardstick diff`
#[derive(Args, Debug)]
#[command(
    after_help = "Both models read the same tokens side by side; of their distributions only figures are kept. It gives
- KL(A‖B) in nats: mean, median, 99 %, 99.9 % and the largest;
- how often the most likely token is the same, and how often the five most likely are the same set;
- Δp = p_B − p_A of the text's own tokens, both perplexities, and ln(PPL_B/PPL_A) with the error of the paired differences;
- the first position where the most likely tokens part, and the one with the largest KL;
- whether all logits are bit-identical.

A text is read in windows as long as the context (the shorter one of the two), a task at its scored positions; every choice
of a question is scored. Errors take a text's windows and a task's documents as independent, not positions.

The models need the same tokens: others are compared on tasks, by their scores.

Examples:
  yardstick diff gpt2-micro gpt2-micro:int8 --task starter_prose
  yardstick diff gpt2-micro gpt2-micro:int4 --task starter_last_word starter_pronouns --limit 20 --json
  yardstick diff ./my-checkpoint ./my-checkpoint:int8 --text ./my-text.txt --out int8.json"
)]
pub struct DiffArgs {
    /// The model that is compared with: a bundled name, a folder or a hub id, as for run; REF:int8 and the like hold the weights so
    #[arg(value_name = "MODEL_A")]
    pub a: String,
    /// The model that is compared
    #[arg(value_name = "MODEL_B")]
    pub b: String,
    /// Text files in UTF-8, each read from its first token to its last
    #[arg(long, value_name = "FILE", num_args = 1.., required_unless_present = "task")]
    pub text: Vec<PathBuf>,
    /// Task ids, groups, globs, YAML files or folders of them; none that lets the model write
    #[arg(short, long, value_name = "TASK", num_args = 1.., conflicts_with = "text")]
    pub task: Vec<String>,
    /// First N documents of every task
    #[arg(short, long, value_name = "N", value_parser = super::at_least_one, conflicts_with = "text")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub shots: ShotArgs,
    /// Folders with datasets, as for run
    #[arg(short, long, value_name = "DIR", num_args = 1..)]
    pub data: Vec<PathBuf>,
    #[command(flatten)]
    pub folders: FolderArgs,
    #[command(flatten)]
    pub hub: HubArgs,
    /// Context of N tokens, shorter than the models' own
    #[arg(long, value_name = "N", value_parser = super::at_least_two)]
    pub context: Option<usize>,
    #[arg(long, value_name = "DEVICE", value_parser = Device::parse, help = super::device_help())]
    pub device: Option<Device>,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
    /// Also write the figures to a JSON file, and beside it the strip of KL as SVG, PNG and CSV
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

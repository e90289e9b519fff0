//! The command line. Its help is documentation: every example here is run by the tests.

mod baseline;
mod bench;
mod compare;
mod diff;
mod gate;
mod import;
mod ls;
mod models;
mod query;
mod report;
mod shots;
mod validate;

pub use baseline::{BaselineArgs, BaselineCommand, SaveArgs, ShowBaselineArgs, StoreArgs, TimelineArgs};
pub use bench::{BenchArgs, BenchPart};
pub use compare::{CompareArgs, SidesArgs};
pub use diff::DiffArgs;
pub use gate::{GateArgs, GateCommand, GateInitArgs, JudgeArgs};
pub use import::{ImportArgs, ImportLayout};
pub use ls::{Listing, LsArgs};
pub use models::{CostArgs, HubArgs, PullModelsArgs, SelftestArgs};
pub use query::{AnswerFormat, QueryArgs};
pub use report::{ReportArgs, ServeReportArgs};
pub use shots::ShotArgs;
pub use validate::{FolderArgs, ValidateArgs};

use crate::commands::DataArgs;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use yardstick_core::Scoring;
use yardstick_zoo::{Device, LoadOptions as ModelOptions, Storage};

/// Measures language models: scores checkpoints on many datasets and draws the comparison.
///
/// Without a command it runs the bundled models on the bundled suite.
#[derive(Parser, Debug)]
#[command(name = "yardstick", version, args_conflicts_with_subcommands = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub run: RunArgs,
    /// No progress and no hints on standard error; warnings and errors only.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Results as JSON on standard output, for machines.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say what is done; twice for more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

const MOST_THREADS: usize = 1024;

const EXIT_CODES: &str = "Exit codes: 0 ok · 1 internal error · 2 usage · 3 data · 4 model · 5 interrupted (the same command goes on) · of gate 100 regressed · 101 inconclusive";

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Score models on tasks, print the table, write a run folder and a report
    Run(RunArgs),
    /// List what there is: models, tasks, suites, metrics, charts, datasets
    Ls(LsArgs),
    /// Fetch, check and list datasets
    Data(DataArgs),
    /// Fetch models of the hub, so that they are there when there is no network
    Pull(PullModelsArgs),
    /// Print the table of a run again
    Show(ShowArgs),
    /// Print prompts and choices as they will be sent, with token counts
    Render(RenderArgs),
    /// Check that tasks really run: keys, hooks, templates, rows, labels, lengths
    Validate(ValidateArgs),
    /// Draw tables, charts and a page from one or more runs
    Report(ReportArgs),
    /// Ask one or more runs a question in SQL: tables samples and results
    Query(QueryArgs),
    /// Show a report in a browser, and keep it up to date while its run goes on
    ServeReport(ServeReportArgs),
    /// Compare two models document by document: differences with intervals, corrected tests, flips
    Compare(CompareArgs),
    /// Compare two models' distributions token by token: KL divergence, first choices, perplexities
    Diff(DiffArgs),
    /// Say whether a changed model may pass: PASS, REGRESSED or INCONCLUSIVE, by a policy
    Gate(GateArgs),
    /// Keep runs under names, and follow a task over them
    Baseline(BaselineArgs),
    /// Turn a model in another tool's layout into a folder that --model takes
    Import(ImportArgs),
    /// Measure how fast this machine computes a model, and how far that is from its limits
    Bench(BenchArgs),
    /// Check that this machine computes what it should: the bundled models to the bit, GPT-2 against published numbers
    Selftest(SelftestArgs),
}

/// `yardstick run`
#[derive(Args, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(after_help = "Examples:
  yardstick run
  yardstick run --model gpt2-micro --task starter_pairs --limit 50
  yardstick run --model ./my-checkpoint gpt2-micro --suite starter --out out
  yardstick run --model gpt2-micro --task hellaswag piqa --data ~/datasets --limit 200
  yardstick run --model gpt2-micro --task starter_pairs --limit 50 --shots 3
  yardstick run --model gpt2-micro gpt2-micro:int8 gpt2-micro:int4 --task starter_last_word")]
pub struct RunArgs {
    /// Bundled names, folders in hub layout (config.json, *.safetensors, tokenizer files), or hub ids (owner/name, owner/name@revision), which are fetched; REF:int8 and the like hold that model's weights as --dtype would [default: all bundled models]
    #[arg(short, long, value_name = "REF", num_args = 1..)]
    pub model: Vec<String>,
    #[command(flatten)]
    pub work: WorkArgs,
    /// The run folder to write [default: a new one in reports/]
    #[arg(short, long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Replace a finished run in the run folder
    #[arg(long)]
    pub overwrite: bool,
    /// Also write these files into the run folder; `yardstick ls formats` lists them
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = formats(), hide_possible_values = true)]
    pub export: Vec<String>,
    /// Keep the log-probability of every scored token, for the report's page; samples.parquet grows by it
    #[arg(long)]
    pub token_scores: bool,
    /// Run the other tasks where some cannot be run
    #[arg(long)]
    pub keep_going: bool,
    /// No tables and charts, only the run folder
    #[arg(long)]
    pub no_report: bool,
}

/// What a model is asked, and with what means.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkArgs {
    /// Task ids, groups, globs, YAML files or folders of them
    #[arg(short, long, value_name = "TASK", num_args = 1..)]
    pub task: Vec<String>,
    /// A suite of tasks [default: starter, when no task is given]
    #[arg(short, long, value_name = "ID", num_args = 1..)]
    pub suite: Vec<String>,
    #[command(flatten)]
    pub folders: FolderArgs,
    /// Folders with datasets as `<hub id>/<config>/<split>/*.parquet`, also `*.jsonl` and `*.csv`; before `$YARDSTICK_DATA`
    #[arg(short, long, value_name = "DIR", num_args = 1..)]
    pub data: Vec<PathBuf>,
    /// First N documents of every task
    #[arg(short, long, value_name = "N", value_parser = at_least_one)]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub shots: ShotArgs,
    /// Context of N tokens, shorter than the model's own
    #[arg(long, value_name = "N", value_parser = at_least_two)]
    pub context: Option<usize>,
    /// Weights held as f32, bf16, int8 or int4; what rounds them is another protocol and named in the results [default: f32]
    #[arg(long, value_name = "TYPE", value_parser = dtype)]
    pub dtype: Option<Storage>,
    /// How masked models (BERT) score a token: word-l2r masks the rest of its word with it, original nothing else; another protocol, and named in the results [default: word-l2r]
    #[arg(long, value_name = "WAY", value_parser = pll)]
    pub pll: Option<Scoring>,
    #[arg(long, value_name = "DEVICE", value_parser = Device::parse, help = device_help())]
    pub device: Option<Device>,
    /// Memory for keys, values and activations, such as 800M or 4G; weights and documents come on top [default: half of what is free]
    #[arg(long, value_name = "BYTES", value_parser = bytes, allow_negative_numbers = true)]
    pub memory: Option<u64>,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,
    #[command(flatten)]
    pub hub: HubArgs,
}

impl WorkArgs {
    /// How models are loaded.
    pub fn model_options(&self) -> ModelOptions {
        ModelOptions {
            context: self.context,
            storage: self.dtype.unwrap_or_default(),
            device: self.device.unwrap_or_default(),
            masked: self.pll,
            identity: None,
        }
    }
}

/// The formats that can be asked for, with what they are.
fn formats() -> PossibleValuesParser {
    let value = |format: &&dyn yardstick_report::Format| {
        let card = format.card();
        PossibleValue::new(card.id).help(card.summary)
    };
    yardstick_report::FORMATS.iter().map(value).collect::<Vec<_>>().into()
}

/// `yardstick show`
#[derive(Args, Debug)]
#[command(after_help = "Example:
  yardstick show out")]
pub struct ShowArgs {
    /// A run folder
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// Every task of a group, not only the group
    #[arg(long)]
    pub members: bool,
}

/// `yardstick render`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick render starter_last_word --limit 2
  yardstick render starter_pronouns --shots 2
  yardstick render hellaswag --data ~/datasets --model ./my-checkpoint")]
pub struct RenderArgs {
    /// A task id, group or YAML file
    #[arg(value_name = "TASK")]
    pub task: String,
    /// First N documents
    #[arg(short, long, value_name = "N", default_value = "3", value_parser = at_least_one)]
    pub limit: usize,
    #[command(flatten)]
    pub shots: ShotArgs,
    /// Folders with datasets, as for run
    #[arg(short, long, value_name = "DIR", num_args = 1..)]
    pub data: Vec<PathBuf>,
    /// The model whose tokens are counted
    #[arg(short, long, value_name = "REF", default_value = "gpt2-micro")]
    pub model: String,
    #[command(flatten)]
    pub hub: HubArgs,
    #[command(flatten)]
    pub folders: FolderArgs,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    at_least(1, text)
}

/// What `--device` is for, with the devices that this program was built with.
fn device_help() -> String {
    let others = match Device::names().split_once(", ") {
        Some((_, others)) => format!("; others: {others}"),
        None => String::new(),
    };
    format!(
        "Where models compute: cpu is this program's own code{others}. Scores of others differ in their last digits, and the results name them [default: cpu]"
    )
}

/// How weights are held, by name.
fn dtype(text: &str) -> Result<Storage, String> {
    Storage::of_name(text).ok_or_else(|| format!("must be one of {}", Storage::ALL.map(Storage::name).join(", ")))
}

/// How masked models score, by name.
fn pll(text: &str) -> Result<Scoring, String> {
    Scoring::of_short_name(text)
        .ok_or_else(|| format!("must be one of {}", Scoring::MASKED.map(Scoring::short_name).join(", ")))
}

/// A number of bytes, with K, M, G or T for thousands, millions, …
fn bytes(text: &str) -> Result<u64, String> {
    const UNITS: [(char, u64); 4] = [('K', 1_000), ('M', 1_000_000), ('G', 1_000_000_000), ('T', 1_000_000_000_000)];
    let number = text.trim_end_matches(['B', 'b']);
    let unit = UNITS.iter().find(|(letter, _)| number.ends_with([*letter, letter.to_ascii_lowercase()]));
    let (number, scale) = unit.map_or((number, 1), |(_, scale)| (&number[..number.len() - 1], *scale));
    let whole = number.parse::<u64>().ok().and_then(|n| n.checked_mul(scale)).filter(|&n| n > 0);
    whole.ok_or_else(|| "must be a whole number with K, M, G or T, such as 500M or 4G".to_owned())
}

/// One token conditions and one is scored.
fn at_least_two(text: &str) -> Result<usize, String> {
    at_least(2, text)
}

/// More than any machine has cores would only cost memory.
fn threads(text: &str) -> Result<usize, String> {
    match at_least(1, text)? {
        n if n <= MOST_THREADS => Ok(n),
        _ => Err(format!("must be at most {MOST_THREADS}")),
    }
}

fn at_least(least: usize, text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n >= least => Ok(n),
        Ok(_) => Err(format!("must be at least {least}")),
        Err(_) => Err("is not a whole number".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_have_units() {
        for (text, wanted) in [("1", 1), ("64k", 64_000), ("800M", 800_000_000), ("4GB", 4_000_000_000)] {
            assert_eq!(bytes(text), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn run_is_the_default_command() {
        let cli = Cli::try_parse_from(["yardstick", "--limit", "20"]).unwrap();
        assert!(cli.command.is_none() && cli.run.work.limit == Some(20));
        for wrong in [
            ["--limit", "0"],
            ["--context", "1"],
            ["--threads", "1000000"],
            ["--threads", "-1"],
            ["--dtype", "int3"],
            ["--pll", "causal"],
            ["--memory", "much"],
            ["--memory", "0"],
            ["--memory", "99999999T"],
        ] {
            assert!(Cli::try_parse_from(["yardstick", "run", wrong[0], wrong[1]]).is_err(), "{wrong:?}");
        }
    }
}

//! Arguments about a verdict.

use super::SidesArgs;
use super::compare::share;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};
use std::path::PathBuf;

const AFTER_HELP: &str = "Exit codes: 0 PASS · 100 REGRESSED · 101 INCONCLUSIVE · 2 or more: no verdict

What a policy says and what each verdict means: docs/gate.md.

Examples:
  yardstick gate init main --out policy.toml
  yardstick gate --policy policy.toml main candidate
  yardstick gate --policy policy.toml baseline:main ./my-checkpoint --junit gate.xml --markdown gate.md --github";

/// `yardstick gate`: a verdict, or a command of its own.
#[derive(Clone, Debug)]
pub enum GateArgs {
    /// Judge two sides.
    Judge(Box<JudgeArgs>),
    /// Something else.
    Command(GateCommand),
}

// By hand: what is derived takes no arguments that are required unless there is a command.
impl Args for GateArgs {
    fn augment_args(command: Command) -> Command {
        GateCommand::augment_subcommands(JudgeArgs::augment_args(command))
            .args_conflicts_with_subcommands(true)
            .subcommand_negates_reqs(true)
            .subcommand_required(false)
            .arg_required_else_help(false)
            .after_help(AFTER_HELP)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for GateArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        match matches.subcommand_name() {
            Some(_) => GateCommand::from_arg_matches(matches).map(Self::Command),
            None => JudgeArgs::from_arg_matches(matches).map(|args| Self::Judge(Box::new(args))),
        }
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// What a gate does besides judging.
#[derive(Subcommand, Clone, Debug)]
pub enum GateCommand {
    /// Write a policy from a run, with margins that its own documents support
    Init(GateInitArgs),
}

/// What is judged, and where the verdict goes.
#[derive(Args, Clone, Debug)]
pub struct JudgeArgs {
    /// The policy
    #[arg(long, value_name = "FILE")]
    pub policy: PathBuf,
    #[command(flatten)]
    pub sides: SidesArgs,
    /// What `yardstick diff` wrote about the two models, for a policy with limits on logits
    #[arg(long, value_name = "FILE")]
    pub diff: Option<PathBuf>,
    /// Also write the verdict as `JUnit` XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Also write the verdict as Markdown, for a pull request
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Annotations for GitHub Actions on standard output, after the table
    #[arg(long)]
    pub github: bool,
}

/// `yardstick gate init`
#[derive(Args, Clone, Debug)]
#[command(after_help = "Example:
  yardstick gate init main --out policy.toml")]
pub struct GateInitArgs {
    /// The run that candidates will be held against
    #[arg(value_name = "RUN")]
    pub run: String,
    /// Its model, where it has several
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// The file to write [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file
    #[arg(long)]
    pub overwrite: bool,
    /// One-sided level of the tests
    #[arg(long, value_name = "A", default_value = "0.05", value_parser = level)]
    pub alpha: f64,
    /// Probability with which an equal model is to be shown to keep a margin
    #[arg(long, value_name = "P", default_value = "0.8", value_parser = power)]
    pub power: f64,
    /// Share of documents on which one model is assumed to be right and the other wrong
    #[arg(long, value_name = "D", default_value = "0.1", value_parser = share)]
    pub discordance: f64,
    /// Correlation over documents that is assumed of scores which are not right or wrong
    #[arg(long, value_name = "R", default_value = "0.9", value_parser = share)]
    pub correlation: f64,
}

/// As a policy takes it.
fn level(text: &str) -> Result<f64, String> {
    share(text).ok().filter(|&alpha| alpha < 0.5).ok_or_else(|| "must be between 0 and 0.5".to_owned())
}

fn power(text: &str) -> Result<f64, String> {
    share(text).ok().filter(|&power| power >= 0.5).ok_or_else(|| "must be at least 0.5 and less than 1".to_owned())
}

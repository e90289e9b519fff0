//! Arguments about speed.

use clap::{Args, ValueEnum};

/// `yardstick bench`
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  yardstick bench --model gpt2-micro
  yardstick bench --only forward scoring --json")]
pub struct BenchArgs {
    /// A bundled name, folder or hub id, as for run, also REF:int8; or a preset of `ls models --cost`, made with random weights [default: random weights in GPT-2 small's shape, 498 MB in a temporary folder]
    #[arg(short, long, value_name = "REF")]
    pub model: Option<String>,
    #[command(flatten)]
    pub hub: super::HubArgs,
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = super::threads)]
    pub threads: Option<usize>,
    /// Parts of the measurement [default: all]
    #[arg(long, value_name = "PART", num_args = 1..)]
    pub only: Vec<BenchPart>,
}

/// What can be measured.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BenchPart {
    /// 1 to 1024 new tokens without the vocabulary
    Forward,
    /// Every position of 8 × 128 tokens
    Scoring,
    /// Four kinds of task
    Tasks,
}

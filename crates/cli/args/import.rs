//! `yardstick import`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// `yardstick import`
#[derive(Args, Debug)]
#[command(after_help = "Example:
  yardstick import charrnn ./my-charrnn --out my-lstm
  yardstick run --model ./my-lstm --task starter_last_word")]
pub struct ImportArgs {
    /// What the folder holds
    pub layout: ImportLayout,
    /// The folder
    #[arg(value_name = "DIR")]
    pub from: PathBuf,
    /// The folder to write, in hub layout
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
}

/// Layouts that can be turned.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportLayout {
    /// A character LSTM of ml5's charRNN: manifest.json, vocab.json and a raw file a tensor
    Charrnn,
}

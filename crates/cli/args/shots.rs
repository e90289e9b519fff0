//! Arguments of what stands before each document.

use crate::chat::chat;
use crate::error::CliError;
use crate::models::Found;
use clap::{Args, ValueEnum};
use yardstick_core::RunSpec;
use yardstick_tasks::{DrawMode, LoadOptions};

/// What stands before each document, for run and render.
#[derive(Args, Clone, Debug, Default, PartialEq, Eq)]
pub struct ShotArgs {
    /// K solved examples before each document [default: as many as the task's file says]
    #[arg(long, value_name = "K")]
    pub shots: Option<usize>,
    /// Seed of the draw of examples [default: 1234]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Draw the examples as another tool does, to the letter
    #[arg(long, value_name = "TOOL")]
    pub compat: Option<Compat>,
    /// The most tokens of a text that the model writes, where a task allows more
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_gen_toks: Option<u32>,
    /// Words before every prompt
    #[arg(long, value_name = "TEXT")]
    pub system: Option<String>,
    /// Prompts as conversations, by the chat template that the model carries
    #[arg(long)]
    pub chat: bool,
    /// With --chat: examples and question in one message, not each in its own
    #[arg(long, requires = "chat")]
    pub single_turn: bool,
}

impl ShotArgs {
    /// As a run was asked, where nothing else is said here.
    ///
    /// # Errors
    /// The run imitates a tool that this version does not know.
    pub fn like(&self, spec: &RunSpec) -> Result<Self, CliError> {
        let compat = match spec.compat.as_deref() {
            None => None,
            Some(tool) => Some(Compat::from_str(tool, false).map_err(|_| {
                CliError::usage(format!("the run draws its examples as {tool} does, which this version cannot"))
            })?),
        };
        Ok(Self {
            shots: self.shots.or(spec.shots),
            seed: self.seed.or(spec.seed),
            compat: self.compat.or(compat),
            max_gen_toks: self.max_gen_toks.or(spec.max_gen_toks),
            system: self.system.clone().or_else(|| spec.system.clone()),
            chat: self.chat || spec.chat.is_some(),
            single_turn: self.single_turn || spec.chat.as_deref() == Some("single-turn"),
        })
    }

    /// What the task crate is to load for these models.
    ///
    /// # Errors
    /// A conversation for a model without a chat template, or for models with different ones.
    pub fn options(&self, limit: Option<usize>, models: &[Found]) -> Result<LoadOptions, CliError> {
        let draw = match self.compat {
            Some(Compat::LmEval) => DrawMode::LmEval,
            None => DrawMode::Keyed,
        };
        let chat = if self.chat { Some(chat(models, !self.single_turn)?) } else { None };
        let (shots, seed, system) = (self.shots, self.seed.unwrap_or(LoadOptions::SEED), self.system.clone());
        Ok(LoadOptions { limit, shots, draw, seed, system, chat, max_tokens: self.max_gen_toks })
    }
}

/// Tools whose draws can be had.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compat {
    /// lm-evaluation-harness 0.4.13: one stream of Python's random numbers over the documents
    LmEval,
}

impl Compat {
    /// As typed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LmEval => "lm-eval",
        }
    }
}

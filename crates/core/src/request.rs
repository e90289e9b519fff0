//! What a task asks of a model, and what comes back.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One question to a model. Text in, text boundaries only: how it becomes tokens is the runner's business.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// The log-likelihood of `continuation` given `context` (which may be empty).
    LogLikelihood {
        /// The text before; only conditions. Shared by the choices of a document: with few-shot examples it is kilobytes.
        context: Arc<str>,
        /// The text that is scored, with the delimiter that precedes it.
        continuation: String,
    },
    /// The log-likelihood of a whole text, in windows as long as the model's context.
    Rolling {
        /// The text that is scored from its first token on.
        text: String,
    },
    /// The text that the model writes after `context`.
    Generate {
        /// The prompt.
        context: Arc<str>,
        /// How to write, and when to stop. Shared by the documents of a task.
        generation: Arc<Generation>,
        /// Which of several samples of the same prompt this is, counted from 0: each is drawn on its own.
        sample: u32,
    },
}

/// How a model writes, and when it stops: at a stop string, at its end-of-text token, or after `max_tokens`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generation {
    /// Stop strings: the text ends before the first of them.
    pub until: Vec<String>,
    /// Most tokens to write.
    pub max_tokens: u32,
    /// How tokens are drawn; `None` takes the most likely one each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampling: Option<Sampling>,
}

/// A draw from the next token's distribution: temperature first, then the cuts, then one seeded random number a token.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Logits are divided by it; above 0.
    pub temperature: f64,
    /// Only so many of the most likely tokens; 0 is all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Only as many of the most likely tokens as it takes to reach this sum of probabilities, from 0 to 1 (Holtzman et al. 2020, nucleus sampling).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Seed; the numbers depend on it, the prompt and the sample, so that no other request changes a text.
    pub seed: u64,
}

impl Request {
    /// The text that conditions; empty for a rolling request.
    pub fn context(&self) -> &str {
        match self {
            Self::LogLikelihood { context, .. } | Self::Generate { context, .. } => context,
            Self::Rolling { .. } => "",
        }
    }

    /// The text that is scored; empty where the model writes it.
    pub fn scored_text(&self) -> &str {
        match self {
            Self::LogLikelihood { continuation, .. } => continuation,
            Self::Rolling { text } => text,
            Self::Generate { .. } => "",
        }
    }
}

/// A token that was scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TokenLikelihood {
    /// Its own text; U+FFFD for what is a part of a character.
    pub text: String,
    /// Its log-probability after everything before it, nats.
    pub log_prob: f64,
}

/// A model's answer to one [`Request`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Sum of the scored or written tokens' log-probabilities, nats; before temperature and cuts where they were drawn.
    pub log_likelihood: f64,
    /// Whether every scored or written token was the model's first choice.
    pub is_greedy: bool,
    /// Tokens in the scored text, whether scored or not; tokens written, the one that ended the text among them.
    pub n_tokens: u32,
    /// Context tokens cut from the left because the model's context is shorter.
    pub n_truncated: u32,
    /// Leading tokens without a score: the first one of an empty context, for a model without a prefix token.
    pub n_unscored: u32,
    /// Whether the tokenizer merged the whole continuation into the context's last token, so that this token, which holds
    /// both, is what was scored.
    pub is_merged: bool,
    /// Whether a written text was still going on after the most tokens that it may have.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unfinished: bool,
    /// What the model wrote, up to the first stop string; `None` where a text was scored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The scored tokens in the order of the text, where they were asked for; without those that have no score.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenLikelihood>,
}

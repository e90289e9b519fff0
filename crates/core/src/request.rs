//! What a task asks of a model, and what comes back.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One question to a model. Text in, text boundaries only: how it becomes tokens is the runner's business.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
}

impl Request {
    /// The text that conditions; empty for a rolling request.
    pub fn context(&self) -> &str {
        match self {
            Self::LogLikelihood { context, .. } => context,
            Self::Rolling { .. } => "",
        }
    }

    /// The text that is scored.
    pub fn scored_text(&self) -> &str {
        match self {
            Self::LogLikelihood { continuation, .. } => continuation,
            Self::Rolling { text } => text,
        }
    }
}

/// A model's answer to one [`Request`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// Sum of the scored tokens' log-probabilities, nats.
    pub log_likelihood: f64,
    /// Whether every scored token was the model's first choice.
    pub is_greedy: bool,
    /// Tokens in the scored text, whether scored or not.
    pub n_tokens: u32,
    /// Context tokens cut from the left because the model's context is shorter.
    pub n_truncated: u32,
    /// Leading tokens without a score: the first one of an empty context, for a model without a prefix token.
    pub n_unscored: u32,
    /// Whether the tokenizer merged the whole continuation into the context's last token, so that this token, which holds
    /// both, is what was scored.
    pub is_merged: bool,
}

//! The one trait at the bottom: what a language model must be able to do to be measured.

use serde::{Deserialize, Serialize};

/// Anything that gives log-probabilities to tokens.
pub trait LanguageModel: Send + Sync {
    /// What is known about the model before it is run.
    fn card(&self) -> &ModelCard;

    /// Text → token ids, without special tokens.
    ///
    /// # Errors
    /// [`ScoreError::Encode`] when the tokenizer cannot represent the text.
    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError>;

    /// Log-probabilities of each span's last `scored` tokens given all tokens before them in that span.
    ///
    /// Spans do not see one another, and a span's bits do not depend on the others in the batch.
    /// The result has one entry a span, each with `scored` entries.
    ///
    /// # Errors
    /// A span that the model cannot take, or a logit that is not finite.
    fn score(&self, batch: &[Span]) -> Result<Vec<Vec<TokenScore>>, ScoreError>;
}

/// A run of tokens, the last `scored` of which are wanted. `scored < tokens.len() <= n_ctx + 1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Token ids; the model is fed all but the last.
    pub tokens: Vec<u32>,
    /// How many tokens at the end are scored.
    pub scored: usize,
}

/// One scored token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenScore {
    /// ln p(token | tokens before), nats.
    pub log_prob: f64,
    /// Whether no other token has a larger logit (lm-eval's `is_greedy`: the first maximum is the token).
    pub is_greedy: bool,
}

/// What is known about a model before it is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The name in tables: the bundled name or the folder's name.
    pub name: String,
    /// Where it came from: `bundled` or the folder.
    pub source: String,
    /// `model_type` of its config.json.
    pub family: String,
    /// Parameters, tied weights counted once.
    pub n_params: u64,
    /// Layers.
    pub n_layer: u64,
    /// Width.
    pub n_embd: u64,
    /// Attention heads.
    pub n_head: u64,
    /// Longest input in tokens.
    pub n_ctx: usize,
    /// Rows of the token embedding.
    pub vocab_size: usize,
    /// The weights' type on disk: `f32`, `f16` or `bf16`. Arithmetic is f32.
    pub dtype: String,
    /// The token put before an empty context (BOS, else EOS); `None` for a model with neither.
    pub prefix_token: Option<u32>,
    /// sha256 (hex) over the weight files' bytes, in name order.
    pub weights_sha256: String,
    /// sha256 (hex) of the tokenizer's bytes.
    pub tokenizer_sha256: String,
    /// sha256 (hex) of config.json: what the weights alone do not tell (heads, activation, epsilons, windows).
    pub config_sha256: String,
}

/// Why a model could not score.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ScoreError {
    /// The tokenizer refused a text.
    #[error("the tokenizer of {model} cannot encode {text:?}: {reason}")]
    Encode {
        /// Model name.
        model: String,
        /// The beginning of the text.
        text: String,
        /// The tokenizer's own words.
        reason: String,
    },
    /// A token id outside the embedding.
    #[error("{model}: token id {token} is outside the vocabulary of {vocab_size}")]
    Token {
        /// Model name.
        model: String,
        /// The id.
        token: u32,
        /// Rows of the embedding.
        vocab_size: usize,
    },
    /// A span that breaks `scored < tokens.len() <= n_ctx + 1`.
    #[error("{model}: a span of {len} tokens with {scored} scored does not fit a context of {n_ctx}")]
    Span {
        /// Model name.
        model: String,
        /// Tokens in the span.
        len: usize,
        /// Of them to score.
        scored: usize,
        /// The model's context.
        n_ctx: usize,
    },
    /// NaN or infinity among the logits of a scored position.
    #[error(
        "the logits before token {position} are not finite numbers: the weights or activations hold NaN or infinity; check or download the model again"
    )]
    NotFinite {
        /// Model name.
        model: String,
        /// Index of the span in the batch.
        span: usize,
        /// Index of the scored token in the span.
        position: usize,
    },
    /// The arithmetic itself failed.
    #[error("{model}: {reason}")]
    Backend {
        /// Model name.
        model: String,
        /// The backend's own words.
        reason: String,
    },
}

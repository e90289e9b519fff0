//! The one trait at the bottom: what a language model must be able to do to be measured.

use crate::{Costs, Decoder, Scoring, Session, Stretch, TokenScore, Wanted};
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

    /// Token ids → text, of all of them together: bytes that are no UTF-8 become U+FFFD. `skip_special` leaves out special
    /// tokens, such as the one that ends a text.
    ///
    /// # Errors
    /// [`ScoreError::Decode`] when the tokenizer refuses.
    fn decode(&self, tokens: &[u32], skip_special: bool) -> Result<String, ScoreError>;

    /// What its work costs. For a model that reads both sides, where every scored token costs a pass of its own: of a row, a
    /// pair of rows and the masked row of one pass; and bytes of a whole span.
    fn costs(&self) -> Costs;

    /// A session with an empty path that can grow to `positions` (at most the context). Its arithmetic is shared by
    /// `threads` threads of the rayon pool it is called in; 1 keeps it on the calling thread.
    ///
    /// What a session does rests on a token's score depending on the tokens before it alone. Where the card's
    /// [`scoring`](ModelCard::scoring) says that it depends on all others, sessions and decoders refuse whatever they are
    /// asked, with [`ScoreError::BothSides`], and spans go to [`Self::score`] whole.
    fn session(&self, positions: usize, threads: usize) -> Box<dyn Session + '_>;

    /// A decoder with a number of empty paths that can each grow to `positions` (at most the context). Threads are as for
    /// [`Self::session`]. Besides what such sessions would take, a drawn token takes 24 bytes for each row of the embedding.
    fn decoder(&self, paths: usize, positions: usize, threads: usize) -> Box<dyn Decoder + '_>;

    /// Whether all of its arithmetic waits for one device, so that several sessions at a time would gain nothing. What the
    /// processor does beside it (with the logits) is shared by all threads of the rayon pool, whatever a session is given.
    fn is_serial(&self) -> bool {
        false
    }

    /// Log-probabilities of each span's last `scored` tokens given all tokens before them in that span (or, where the card
    /// says so, all others), nothing shared between spans: what the planner's tree must equal bit for bit. Runs on the calling
    /// thread.
    /// The result has one entry a span, each with `scored` entries.
    ///
    /// # Errors
    /// A span that the model cannot take, or a logit that is not finite.
    fn score(&self, batch: &[Span]) -> Result<Vec<Vec<TokenScore>>, ScoreError> {
        batch
            .iter()
            .map(|span| score_span(self.session(span.tokens.len().max(2) - 1, 1).as_mut(), self.card(), span))
            .collect()
    }
}

/// One span in a fresh session with room for it.
///
/// # Errors
/// A span that the model cannot take, or a logit that is not finite.
pub fn score_span(session: &mut dyn Session, card: &ModelCard, span: &Span) -> Result<Vec<TokenScore>, ScoreError> {
    let len = span.tokens.len();
    if span.scored >= len || len > card.longest_span() {
        return Err(ScoreError::Span { model: card.name.clone(), len, scored: span.scored, n_ctx: card.n_ctx });
    }
    let positions: Vec<u32> = (0..len as u32 - 1).collect();
    let wanted: Vec<Wanted> =
        (len - span.scored..len).map(|at| Wanted { row: at as u32 - 1, token: span.tokens[at] }).collect();
    session.advance(&Stretch { tokens: &span.tokens[..len - 1], positions: &positions, wanted: &wanted })
}

/// A run of tokens, the last `scored` of which are wanted, at most [`ModelCard::longest_span`]. `scored < tokens.len()`,
/// except for models that read both sides, which need nothing before the first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Token ids; a causal model is fed all but the last.
    pub tokens: Vec<u32>,
    /// How many tokens at the end are scored.
    pub scored: usize,
}

/// What is known about a model before it is run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelCard {
    /// The name in tables: the bundled name or the folder's name, with how the weights are held where they are rounded.
    pub name: String,
    /// Where it came from: `bundled`, the folder, or the hub id with the commit.
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
    /// How the layers hold their weights for it: `f32` is exact; `bf16`, `int8` and `int4` round them, which is another protocol.
    #[serde(default = "exact")]
    pub storage: String,
    /// The kind of device that computes: `cpu`, or one whose sums are in another order, so that scores differ in their last digits.
    #[serde(default = "cpu", skip_serializing_if = "is_cpu")]
    pub device: String,
    /// What scores are conditioned on.
    #[serde(default, skip_serializing_if = "Scoring::is_causal")]
    pub scoring: Scoring,
    /// The token put before an empty context (BOS, else EOS); `None` for a model with neither.
    pub prefix_token: Option<u32>,
    /// Whether that token stands before every text, not only an empty context: what Gemma was trained on, and what lm-eval does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub prefix_always: bool,
    /// The token that ends a text (EOS); `None` for a model without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_token: Option<u32>,
    /// sha256 (hex) over the weight files' bytes, in name order.
    pub weights_sha256: String,
    /// sha256 (hex) of the tokenizer's bytes.
    pub tokenizer_sha256: String,
    /// sha256 (hex) of config.json: what the weights alone do not tell (heads, activation, epsilons, windows).
    pub config_sha256: String,
}

impl ModelCard {
    /// Tokens around every text that a masked model reads: one before and one behind.
    pub const AROUND: usize = 2;

    /// Most tokens of a span: the last one is not fed; or, of a model that reads both sides, is, between two more.
    pub const fn longest_span(&self) -> usize {
        if self.scoring.is_causal() { self.n_ctx + 1 } else { self.n_ctx.saturating_sub(Self::AROUND) }
    }

    /// Most tokens of a span that can be scored.
    pub const fn most_scored(&self) -> usize {
        if self.scoring.is_causal() { self.n_ctx } else { self.longest_span() }
    }
}

fn cpu() -> String {
    "cpu".to_owned()
}

fn is_cpu(device: &str) -> bool {
    device == "cpu"
}

fn exact() -> String {
    "f32".to_owned()
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
    /// The tokenizer refused tokens.
    #[error("the tokenizer of {model} cannot turn its tokens into text: {reason}")]
    Decode {
        /// Model name.
        model: String,
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
    /// A span that is too long, or has nothing before its first scored token.
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
    /// A stretch that its session cannot take.
    #[error("{model}: a stretch of the token tree does not fit its session: {reason}")]
    Stretch {
        /// Model name.
        model: String,
        /// What does not fit.
        reason: String,
    },
    /// A session or decoder of a model that has none.
    #[error("{model} reads both sides of a token: it scores texts as they are, and has no next token to give")]
    BothSides {
        /// Model name.
        model: String,
    },
    /// NaN or infinity among the logits of a scored row.
    #[error(
        "the logits after position {position} are not finite numbers: the weights or activations hold NaN or infinity; check or download the model again"
    )]
    NotFinite {
        /// Model name.
        model: String,
        /// Index among the stretch's wanted tokens.
        wanted: usize,
        /// The row's position.
        position: usize,
    },
    /// The arithmetic itself failed.
    #[error("{model}: {reason}; where memory is short, a smaller --memory or --context takes less")]
    Backend {
        /// Model name.
        model: String,
        /// The backend's own words.
        reason: String,
    },
}

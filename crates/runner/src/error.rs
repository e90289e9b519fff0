//! What can go wrong between a request and its response.

use std::path::PathBuf;
use yardstick_core::ScoreError;

/// Everything that stops a model's run. `request` is the index in the slice given to [`crate::plan`].
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// A request without anything to score.
    #[error("the continuation has no tokens: there is nothing to score")]
    EmptyContinuation {
        /// Index of the request.
        request: usize,
    },
    /// A continuation of one token with nothing before it.
    #[error("the continuation is one token with nothing before it, and {model} has no prefix token: it has no score")]
    NothingScored {
        /// Index of the request.
        request: usize,
        /// Model name.
        model: String,
    },
    /// A continuation that no truncation of the context can make fit.
    #[error("the continuation has {tokens} tokens, more than {model}'s context of {n_ctx}")]
    ContinuationTooLong {
        /// Index of the request.
        request: usize,
        /// Model name.
        model: String,
        /// Tokens in the continuation.
        tokens: usize,
        /// The model's context.
        n_ctx: usize,
    },
    /// A request to write among those to score.
    #[error("a text to write is no request to score: generation is planned on its own")]
    NotScored {
        /// Index of the request.
        request: usize,
    },
    /// A request to score among those to write.
    #[error("a text to score is no request to write: scores are planned on their own")]
    NotWritten {
        /// Index of the request.
        request: usize,
    },
    /// A text to write by a model that reads both sides.
    #[error("{model} is a masked model: it scores texts and writes none; run this task with a causal model")]
    CannotWrite {
        /// Index of the request.
        request: usize,
        /// Model name.
        model: String,
    },
    /// A comparison of next tokens with a model that has none.
    #[error(
        "{model} is a masked model: it has no distribution of the next token to compare; compare its scores on tasks with `yardstick compare` instead"
    )]
    NoNextToken {
        /// Model name.
        model: String,
    },
    /// A prompt without tokens.
    #[error("the prompt is empty, and {model} has no prefix token to begin a text with")]
    EmptyPrompt {
        /// Index of the request.
        request: usize,
        /// Model name.
        model: String,
    },
    /// A text that leaves no room for its prompt.
    #[error(
        "a text of up to {max_tokens} tokens leaves no room for a prompt in {model}'s context of {n_ctx}: ask for at most {most}",
        most = n_ctx - 1
    )]
    NoRoom {
        /// Index of the request.
        request: usize,
        /// Model name.
        model: String,
        /// Most tokens to write.
        max_tokens: u32,
        /// The model's context.
        n_ctx: usize,
    },
    /// A number that no text can be written by.
    #[error("{key} is {value}: it must be {rule}")]
    Generation {
        /// Index of the request.
        request: usize,
        /// Which of the request's numbers.
        key: &'static str,
        /// What it is.
        value: String,
        /// What it must be.
        rule: &'static str,
    },
    /// The model refused or produced no number.
    #[error("{source}")]
    Score {
        /// Index of the request.
        request: usize,
        /// The model's reason.
        source: ScoreError,
    },
    /// Two models whose distributions are not over the same tokens.
    #[error(
        "{a} and {b} do not have the same tokens ({reason}): their distributions cannot be compared one by one; compare their scores on tasks with `yardstick compare` instead"
    )]
    Vocabulary {
        /// Model name.
        a: String,
        /// Model name.
        b: String,
        /// The first difference.
        reason: String,
    },
    /// A plan whose rows could not be numbered.
    #[error("the requests have {tokens} tokens together, more than a plan can number: run fewer tasks at a time")]
    TooManyTokens {
        /// Tokens of all spans.
        tokens: usize,
    },
    /// The budget is below what one thread with small batches needs.
    #[error(
        "{model} does not fit in the memory given to its arithmetic, {budget} MB: it takes at least {least} MB",
        budget = budget / 1_000_000, least = least.div_ceil(1_000_000)
    )]
    Memory {
        /// Model name.
        model: String,
        /// Bytes that it may take.
        budget: u64,
        /// Bytes that would do.
        least: u64,
    },
    /// The system gave no threads.
    #[error("the threads that compute cannot be started: {reason}")]
    Threads {
        /// The system's own words.
        reason: String,
    },
    /// Two runs at once.
    #[error("{path} is in use: another yardstick writes this run folder", path = path.display())]
    LogInUse {
        /// The log file.
        path: PathBuf,
    },
    /// The log cannot be written or read.
    #[error("{path}: {source}", path = path.display())]
    Log {
        /// The log file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl RunnerError {
    /// The request that it is about, if it is about one.
    pub const fn request(&self) -> Option<usize> {
        match self {
            Self::EmptyContinuation { request }
            | Self::NotScored { request }
            | Self::NotWritten { request }
            | Self::CannotWrite { request, .. }
            | Self::EmptyPrompt { request, .. }
            | Self::NoRoom { request, .. }
            | Self::Generation { request, .. }
            | Self::NothingScored { request, .. }
            | Self::ContinuationTooLong { request, .. }
            | Self::Score { request, .. } => Some(*request),
            Self::Vocabulary { .. }
            | Self::NoNextToken { .. }
            | Self::TooManyTokens { .. }
            | Self::Memory { .. }
            | Self::Threads { .. }
            | Self::LogInUse { .. }
            | Self::Log { .. } => None,
        }
    }
}

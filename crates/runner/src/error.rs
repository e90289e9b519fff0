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
    /// The model refused or produced no number.
    #[error("{source}")]
    Score {
        /// Index of the request.
        request: usize,
        /// The model's reason.
        source: ScoreError,
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
            | Self::NothingScored { request, .. }
            | Self::ContinuationTooLong { request, .. }
            | Self::Score { request, .. } => Some(*request),
            Self::LogInUse { .. } | Self::Log { .. } => None,
        }
    }
}

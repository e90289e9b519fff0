//! How a token tree is computed: a session holds the keys and values of one path, and stretches of the tree's preorder
//! are fed to it one after another.

use crate::ScoreError;
use std::any::Any;
use std::sync::Arc;

/// A model together with the keys and values of one path of tokens: position p holds the last row that was fed there.
pub trait Session: Send {
    /// Feeds the next stretch and scores what it wants; one score for each of [`Stretch::wanted`], in that order.
    ///
    /// A row at position p sees the last row fed at each of the positions before p, and itself; feeding it forgets every
    /// position after p. Its bits depend on the tokens it sees alone: not on the other rows of the stretch, on how the
    /// tree is cut into stretches, nor on threads.
    ///
    /// # Errors
    /// A stretch that does not fit the path, the context or the vocabulary, or a logit that is not finite.
    fn advance(&mut self, stretch: &Stretch) -> Result<Vec<TokenScore>, ScoreError>;

    /// Feeds the next stretch as [`Self::advance`] does, and makes `logits` those of every row that it wants anything of,
    /// `[rows, vocab]`: each such row once, whichever tokens are wanted. The logits whose log-probabilities `advance` gives,
    /// bit for bit.
    ///
    /// A row is a number for each token of the vocabulary: the caller keeps stretches short.
    ///
    /// # Errors
    /// As of [`Self::advance`].
    fn logits(&mut self, stretch: &Stretch, logits: &mut Vec<f32>) -> Result<(), ScoreError>;

    /// A copy of the first `len` positions, for other sessions of the same model. `len` is at most the path's length.
    fn keep(&self, len: usize) -> Past;

    /// Makes the first `len` positions of `past` the path.
    ///
    /// # Errors
    /// `past` is of another model, or shorter.
    fn resume(&mut self, past: &Past, len: usize) -> Result<(), ScoreError>;
}

/// Consecutive rows of a token tree in preorder. The positions alone tell the tree: a row's parent is the last row before
/// it, here or earlier in the session, that is one position up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stretch<'a> {
    /// Token ids `[rows]`.
    pub tokens: &'a [u32],
    /// Absolute positions `[rows]`: each at most one more than the row before, the first at most the path's length.
    pub positions: &'a [u32],
    /// What is to be scored, rows ascending; a row may be named several times, for several tokens.
    pub wanted: &'a [Wanted],
}

/// A token whose log-probability is wanted after a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wanted {
    /// Index of the row in its stretch: the last token before `token`.
    pub row: u32,
    /// The token.
    pub token: u32,
}

/// One scored token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenScore {
    /// ln p(token | tokens before), nats.
    pub log_prob: f64,
    /// Whether no other token has a larger logit (lm-eval's `is_greedy`: the first maximum is the token).
    pub is_greedy: bool,
}

/// Keys and values of the beginning of a path, in the model's own form.
#[derive(Clone)]
pub struct Past {
    /// Positions.
    pub len: usize,
    /// The model's own data.
    pub data: Arc<dyn Any + Send + Sync>,
}

/// What a model's work costs: the planner's only knowledge of its arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Costs {
    /// Floating-point operations for each fed row, without attention and the vocabulary projection.
    pub flop_per_row: u64,
    /// For each pair of a row and a position it sees, at least.
    pub flop_per_pair: u64,
    /// For each row that has something scored.
    pub flop_per_scored_row: u64,
    /// Bytes of keys and values for each position of a path.
    pub bytes_per_position: u64,
    /// Bytes that a path takes beside, however short it is.
    pub bytes_per_path: u64,
    /// Bytes of working memory for each row of a stretch.
    pub bytes_per_row: u64,
    /// Bytes of working memory for each scored row of a stretch.
    pub bytes_per_scored_row: u64,
    /// Bytes of working memory for each thread that computes.
    pub bytes_per_thread: u64,
}

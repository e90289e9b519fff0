//! How texts are written: several paths of tokens, advanced side by side.

use crate::{Sampling, ScoreError};

/// A model together with the keys and values of several paths of tokens, which advance together, so that the weights are
/// read once for all of them.
pub trait Decoder: Send {
    /// Feeds every path its tokens and picks the next token where one is asked for: one [`Next`] for each feed with a
    /// [`Feed::pick`], in that order. Paths ascend, and none is fed twice.
    ///
    /// What is picked depends on the tokens of its own path alone, bit for bit: not on the other paths, on how a path is
    /// cut into feeds, nor on threads.
    ///
    /// # Errors
    /// A feed that does not fit its path, the context or the vocabulary, or a logit that is not finite (`wanted` is then
    /// the index among the feeds that pick).
    fn step(&mut self, feeds: &[Feed]) -> Result<Vec<Next>, ScoreError>;

    /// Makes the first `len` positions of path `from` the whole of path `to`.
    ///
    /// # Errors
    /// A path that does not exist, or is shorter.
    fn copy(&mut self, from: usize, to: usize, len: usize) -> Result<(), ScoreError>;
}

/// Consecutive tokens for one path.
#[derive(Clone, Copy, Debug)]
pub struct Feed<'a> {
    /// Which path.
    pub path: usize,
    /// Position of the first token, at most the path's length; whatever the path has from there on is forgotten.
    pub start: usize,
    /// Token ids, at least one.
    pub tokens: &'a [u32],
    /// How the token after the last one is picked, if it is.
    pub pick: Option<Pick<'a>>,
}

/// How a token is picked.
#[derive(Clone, Copy, Debug)]
pub enum Pick<'a> {
    /// The first of those with the largest logit.
    First,
    /// Drawn: logits are divided by the temperature; the `top_k` largest stay, of equal ones those with the smaller ids
    /// (0 is no cut); of those, in the same order, as few as have `top_p` of their probability; and the token is the
    /// first, by id, at which the sum of probabilities exceeds `uniform`.
    Draw {
        /// Temperature and cuts. The seed is not looked at.
        sampling: &'a Sampling,
        /// From 0 to 1, 1 excluded.
        uniform: f64,
    },
}

/// A picked token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Next {
    /// Its id.
    pub token: u32,
    /// ln p(token | tokens before), nats, by the model itself: before temperature and cuts. The bits that
    /// [`LanguageModel::score`](crate::LanguageModel::score) gives.
    pub log_prob: f64,
    /// Whether it is the first of those with the largest logit.
    pub is_first: bool,
}

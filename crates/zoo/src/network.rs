//! What a family builds: a network that reads from left to right, or one that reads both sides.

use crate::dimensions::Dimensions;
use crate::encoder::Encoder;
use crate::layers::{Head, Rows};
use crate::transformer::{Pass, Transformer};
use std::any::Any;
use yardstick_core::Costs;

/// A network with its weights.
pub enum Network {
    /// A token's probability depends on the tokens before it.
    Causal(Box<dyn Causal>),
    /// A token's probability depends on all others.
    BothSides(Box<Encoder>),
}

impl From<Encoder> for Network {
    fn from(encoder: Encoder) -> Self {
        Self::BothSides(Box::new(encoder))
    }
}

impl<T: Transformer + 'static> From<T> for Network {
    fn from(transformer: T) -> Self {
        Self::Causal(Box::new(transformer))
    }
}

impl Network {
    /// Its sizes.
    pub fn dimensions(&self) -> Dimensions {
        match self {
            Self::Causal(network) => network.dimensions(),
            Self::BothSides(encoder) => encoder.dimensions(),
        }
    }
}

/// A network that reads from left to right: tokens in, hidden states of the scored rows out. Every [`Transformer`] is one.
pub trait Causal: Send + Sync {
    /// Its sizes.
    fn dimensions(&self) -> Dimensions;

    /// What its work costs.
    fn costs(&self) -> Costs;

    /// `count` empty paths with room for `positions` each.
    fn paths(&self, count: usize, positions: usize) -> Box<dyn Paths + '_>;

    /// The projection to the vocabulary.
    fn head(&self) -> &Head;
}

/// What a network remembers of several paths of tokens: keys and values, or states.
pub trait Paths: Send {
    /// Runs a pass that fits the paths, at least one row, and remembers it. The hidden states of its scored rows
    /// `[scored, n_embd]`, ready for [`Causal::head`].
    fn forward(&mut self, pass: &Pass) -> &Rows;

    /// A copy of the first `len` positions of path `path`, which it has.
    fn keep(&self, path: usize, len: usize) -> Box<dyn Any + Send + Sync>;

    /// Makes the first `len` positions of `past`, which has them and is this network's, those of path `path`.
    fn resume(&mut self, path: usize, past: &(dyn Any + Send + Sync), len: usize);

    /// Makes the first `len` positions of path `from`, which has them, those of path `to`, which is another.
    fn copy(&mut self, from: usize, to: usize, len: usize);
}

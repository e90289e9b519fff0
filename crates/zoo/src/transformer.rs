//! What the families have in common: a pass through the layers, and the trait that scoring works through.

use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::layers::{Embedding, Head, Layer, Linear, Rows};
use crate::network::{Causal, Paths};
use crate::nn::{Lane, Team};
use crate::tensors::Accelerator;
use std::any::Any;
use yardstick_core::Costs;

use crate::dimensions::Dimensions;

/// Rows on their way through the layers: a stretch of a token tree, or the next tokens of several paths.
pub struct Pass<'a> {
    /// Token ids `[rows]`.
    pub tokens: &'a [u32],
    /// Absolute positions `[rows]`.
    pub positions: &'a [u32],
    /// The rows, path by path; paths ascend.
    pub lanes: Vec<Lane>,
    /// The rows that are scored, ascending: the only ones that are needed behind the last layer's keys and values.
    pub scored: Vec<u32>,
    /// Who computes.
    pub team: Team,
}

impl Pass<'_> {
    /// The rows whose attention output layer `i` of `n_layer` owes: `None` is all of them.
    pub fn queries(&self, i: usize, n_layer: usize) -> Option<&[u32]> {
        (i + 1 == n_layer).then_some(&self.scored)
    }
}

/// The activations of a pass, each `[rows, …]` row by row; kept from pass to pass so that their memory is.
pub struct Buffers {
    /// The residual stream `[rows, n_embd]`.
    pub x: Rows,
    /// A sublayer's input `[rows, n_embd]`.
    pub h: Rows,
    /// Queries, keys and values `[rows, n_head + 2·n_kv_head, head_dim]`.
    pub qkv: Rows,
    /// Attention output `[rows, n_head, head_dim]`.
    pub a: Rows,
    /// Inside the feed-forward layers `[rows, n_inner]`.
    pub f: Rows,
    /// Cosines and sines of the rows' rotary positions `[rows, rotary]`; of a second kind, where layers differ.
    pub angles: [Rows; 2],
}

impl Buffers {
    /// Empty ones where a network computes.
    pub fn new(on: Option<&Accelerator>) -> Self {
        let rows = || Rows::new(on);
        Self { x: rows(), h: rows(), qkv: rows(), a: rows(), f: rows(), angles: [rows(), rows()] }
    }

    /// Room for `rows` rows; what is in them is left over.
    pub fn resize(&mut self, rows: usize, d: &Dimensions) {
        self.qkv.resize(rows * d.qkv());
        self.resize_stream(rows, d);
    }

    /// The same for all but queries, keys and values.
    fn resize_stream(&mut self, rows: usize, d: &Dimensions) {
        self.x.resize(rows * d.n_embd);
        self.h.resize(rows * d.n_embd);
        self.a.resize(rows * d.attended());
        self.f.resize(rows * d.n_inner);
    }

    /// The residual connection of a sublayer whose output is in `h`: `x += h`.
    pub fn add(&mut self) {
        self.x.add(&self.h);
    }

    /// From attention's output on, only the rows of `queries`: the residual stream and the sublayer's input lose the others.
    /// Queries, keys and values stay.
    pub fn narrow(&mut self, queries: Option<&[u32]>, d: &Dimensions) {
        let Some(queries) = queries else { return };
        self.h.pick(queries, d.n_embd);
        self.narrow_stream(Some(queries), d);
    }

    /// The same where no sublayer has an input of its own, so that what is in `h` is left over.
    pub fn narrow_stream(&mut self, queries: Option<&[u32]>, d: &Dimensions) {
        let Some(queries) = queries else { return };
        self.x.pick(queries, d.n_embd);
        self.resize_stream(queries.len(), d);
    }
}

/// A network: tokens in, hidden states of the scored rows out.
pub trait Transformer: Send + Sync {
    /// Its sizes.
    fn dimensions(&self) -> Dimensions;

    /// What its work costs.
    fn costs(&self) -> Costs {
        self.dimensions().costs()
    }

    /// Runs the pass with the keys and values of its paths, `[layer][path]`, which it brings up to date. `b` has room for
    /// the pass's rows; afterwards `b.h` holds the scored rows' hidden states `[scored, n_embd]`, ready for [`Self::head`].
    fn forward(&self, pass: &Pass, layers: &mut [Layer], b: &mut Buffers);

    /// The projection to the vocabulary.
    fn head(&self) -> &Head;
}

impl<T: Transformer> Causal for T {
    fn dimensions(&self) -> Dimensions {
        Transformer::dimensions(self)
    }

    fn costs(&self) -> Costs {
        Transformer::costs(self)
    }

    fn paths(&self, count: usize, positions: usize) -> Box<dyn Paths + '_> {
        let (d, on) = (Transformer::dimensions(self), Transformer::head(self).accelerator());
        let layers = (0..d.n_layer).map(|_| Layer::new(&d, count, positions, on)).collect();
        Box::new(Attended { network: self, layers, buffers: Buffers::new(on) })
    }

    fn head(&self) -> &Head {
        Transformer::head(self)
    }
}

/// Paths by their keys and values.
struct Attended<'m> {
    network: &'m dyn Transformer,
    /// One a layer, with all paths.
    layers: Vec<Layer>,
    buffers: Buffers,
}

impl Paths for Attended<'_> {
    fn forward(&mut self, pass: &Pass) -> &Rows {
        self.buffers.resize(pass.tokens.len(), &self.network.dimensions());
        let _turn = self.network.head().accelerator().and_then(Accelerator::turn);
        self.network.forward(pass, &mut self.layers, &mut self.buffers);
        &self.buffers.h
    }

    fn keep(&self, path: usize, len: usize) -> Box<dyn Any + Send + Sync> {
        Box::new(self.layers.iter().map(|layer| layer.keep(path, len)).collect::<Vec<Layer>>())
    }

    fn resume(&mut self, path: usize, past: &(dyn Any + Send + Sync), len: usize) {
        let past = past.downcast_ref::<Vec<Layer>>().map_or(&[][..], Vec::as_slice);
        for (layer, past) in self.layers.iter_mut().zip(past) {
            layer.resume(path, past, len);
        }
    }

    fn copy(&mut self, from: usize, to: usize, len: usize) {
        for layer in &mut self.layers {
            layer.copy(from, to, len);
        }
    }
}

/// The head: the token embedding, or `lm_head.weight` where the configuration unties them.
///
/// # Errors
/// A tensor is missing or wrong.
pub fn load_head(config: &Config, checkpoint: &Checkpoint, wte: &Embedding, d: Dimensions) -> Result<Head, ZooError> {
    HeadLayout::TIED.load(config, checkpoint, wte, d)
}

/// How a family's checkpoints hold the head.
#[derive(Clone, Copy)]
pub struct HeadLayout {
    /// What it is called at the top of the checkpoint, where it is not the token embedding.
    pub name: &'static str,
    /// Whether it is the token embedding where the configuration does not say.
    pub tied: bool,
    /// Whether a head of its own has a bias.
    pub bias: bool,
}

impl HeadLayout {
    /// The token embedding, or `lm_head` without a bias.
    pub const TIED: Self = Self { name: "lm_head", tied: true, bias: false };
    /// `lm_head` without a bias, or the token embedding.
    pub const OWN: Self = Self { tied: false, ..Self::TIED };

    /// The head by the configuration's `tie_word_embeddings`.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn load(
        self,
        config: &Config,
        checkpoint: &Checkpoint,
        wte: &Embedding,
        d: Dimensions,
    ) -> Result<Head, ZooError> {
        let weights = checkpoint.top().at(self.name);
        if config.flag("tie_word_embeddings", self.tied)? {
            let head = Head::tied(wte, d.n_embd, &weights)?;
            return if self.bias { head.with_bias(&weights, "bias", d.vocab_size) } else { Ok(head) };
        }
        Ok(Head::of(Linear::dense(&weights, d.n_embd, d.vocab_size, self.bias)?))
    }
}

//! What the families have in common: dimensions, a pass through the layers, and the trait that scoring works through.

use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::network::{Causal, Paths};
use crate::nn::{Embedding, Head, KeyValues, Lane, Team, work_bytes};
use std::any::Any;
use yardstick_core::Costs;

/// The sizes of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Layers.
    pub n_layer: usize,
    /// Attention heads; divides `n_embd`.
    pub n_head: usize,
    /// Width.
    pub n_embd: usize,
    /// Width inside the feed-forward layers.
    pub n_inner: usize,
    /// Longest input, tokens.
    pub n_ctx: usize,
    /// Rows of the token embedding.
    pub vocab_size: usize,
}

impl Dimensions {
    /// From the keys that GPT-1 and GPT-2 configurations use.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn gpt(config: &Config) -> Result<Self, ZooError> {
        let n_embd = config.size("n_embd")?;
        let context = if config.get("n_positions").is_some() { "n_positions" } else { "n_ctx" };
        let n_ctx = config.optional_size(context)?.ok_or_else(|| config.wrong("n_positions", "an integer"))?;
        Ok(Self {
            n_layer: config.size("n_layer")?,
            n_head: config.heads("n_head", n_embd)?,
            n_embd,
            n_inner: 4 * n_embd,
            n_ctx,
            vocab_size: config.size("vocab_size")?,
        })
    }

    /// What the work costs. The last layer's attention output and feed-forward are computed for scored rows alone: the
    /// feed-forward counts there, and the few pairs of scored rows in the last layer's attention are not counted. Local
    /// attention counts as if it were global.
    pub fn costs(&self) -> Costs {
        let [layers, d, inner, vocab] = [self.n_layer, self.n_embd, self.n_inner, self.vocab_size].map(|n| n as u64);
        let (qkv, rest) = (6 * d * d, 2 * d * d + 4 * d * inner);
        Costs {
            flop_per_row: layers * qkv + (layers - 1) * rest,
            flop_per_pair: 4 * d * (layers - 1),
            flop_per_scored_row: rest + 2 * d * vocab,
            bytes_per_position: layers * KeyValues::bytes_per_position(self.n_head, self.n_embd / self.n_head),
            bytes_per_path: layers * KeyValues::bytes_beside(self.n_embd),
            bytes_per_row: 4 * (7 * d + inner),
            bytes_per_scored_row: 4 * d,
            bytes_per_thread: work_bytes(d.max(inner), vocab),
        }
    }
}

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
#[derive(Default)]
pub struct Buffers {
    /// The residual stream `[rows, n_embd]`.
    pub x: Vec<f32>,
    /// A sublayer's input `[rows, n_embd]`.
    pub h: Vec<f32>,
    /// Queries, keys and values `[rows, 3·n_embd]`.
    pub qkv: Vec<f32>,
    /// Attention output `[rows, n_embd]`.
    pub a: Vec<f32>,
    /// Inside the feed-forward layers `[rows, n_inner]`.
    pub f: Vec<f32>,
}

impl Buffers {
    /// Room for `rows` rows; what is in them is left over.
    pub fn resize(&mut self, rows: usize, d: &Dimensions) {
        self.qkv.resize(rows * 3 * d.n_embd, 0.0);
        self.resize_stream(rows, d);
    }

    /// The same for all but queries, keys and values.
    fn resize_stream(&mut self, rows: usize, d: &Dimensions) {
        self.x.resize(rows * d.n_embd, 0.0);
        self.h.resize(rows * d.n_embd, 0.0);
        self.a.resize(rows * d.n_embd, 0.0);
        self.f.resize(rows * d.n_inner, 0.0);
    }

    /// From attention's output on, only the rows of `queries`: the residual stream loses the others. Queries, keys and
    /// values stay.
    pub fn narrow(&mut self, queries: Option<&[u32]>, d: &Dimensions) {
        let Some(queries) = queries else { return };
        for (to, &from) in queries.iter().enumerate() {
            let from = from as usize * d.n_embd;
            self.x.copy_within(from..from + d.n_embd, to * d.n_embd);
        }
        self.resize_stream(queries.len(), d);
    }
}

/// Keys and values of one layer, one entry a path.
pub type Layer = Vec<KeyValues>;

/// A network: tokens in, hidden states of the scored rows out.
pub trait Transformer: Send + Sync {
    /// Its sizes.
    fn dimensions(&self) -> Dimensions;

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
        Transformer::dimensions(self).costs()
    }

    fn paths(&self, count: usize, positions: usize) -> Box<dyn Paths + '_> {
        let d = Transformer::dimensions(self);
        let path = |_| KeyValues::new(d.n_head, d.n_embd / d.n_head, positions);
        let layers = (0..d.n_layer).map(|_| (0..count).map(path).collect()).collect();
        Box::new(Attended { network: self, layers, buffers: Buffers::default() })
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
    fn forward(&mut self, pass: &Pass) -> &[f32] {
        self.buffers.resize(pass.tokens.len(), &self.network.dimensions());
        self.network.forward(pass, &mut self.layers, &mut self.buffers);
        &self.buffers.h
    }

    fn keep(&self, path: usize, len: usize) -> Box<dyn Any + Send + Sync> {
        Box::new(self.layers.iter().map(|layer| layer[path].keep(len)).collect::<Vec<KeyValues>>())
    }

    fn resume(&mut self, path: usize, past: &(dyn Any + Send + Sync), len: usize) {
        let past = past.downcast_ref::<Vec<KeyValues>>().map_or(&[][..], Vec::as_slice);
        for (layer, past) in self.layers.iter_mut().zip(past) {
            layer[path].resume(past, len);
        }
    }

    fn copy(&mut self, from: usize, to: usize, len: usize) {
        for layer in &mut self.layers {
            if let Ok([from, to]) = layer.get_disjoint_mut([from, to]) {
                to.resume(from, len);
            }
        }
    }
}

/// The head: the token embedding, or `lm_head.weight` where the configuration unties them.
///
/// # Errors
/// A tensor is missing or wrong.
pub fn load_head(config: &Config, checkpoint: &Checkpoint, wte: &Embedding, d: Dimensions) -> Result<Head, ZooError> {
    if config.flag("tie_word_embeddings", true)? {
        return Ok(Head::new(wte.table(), d.n_embd, checkpoint.storage()));
    }
    let weight = checkpoint.top().at("lm_head").get("weight", &[d.vocab_size, d.n_embd])?;
    Ok(Head::new(&weight, d.n_embd, checkpoint.storage()))
}

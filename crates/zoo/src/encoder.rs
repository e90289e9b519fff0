//! The encoder that BERT's kind has in common: every token of an input sees all others, and the head gives a distribution
//! for each place of it. Families say what their tensors are called.

use crate::ZooError;
use crate::checkpoint::{Checkpoint, Weights};
use crate::dimensions::Dimensions;
use crate::layers::{Activation, Attention, Embedding, Head, LayerNorm, Linear, Rows, Scratch};
use crate::nn::Team;
use crate::tensors::Accelerator;
use crate::transformer::Buffers;
use std::ops::Range;
use yardstick_core::Costs;

/// What a configuration says of an encoder.
#[derive(Clone, Copy)]
pub struct EncoderHyper {
    /// Sizes; `n_ctx` counts the special tokens around a text.
    pub dims: Dimensions,
    /// Position embedding of an input's first token.
    pub first_position: u32,
    /// Rows of the token-type embedding; 0 for a network without.
    pub n_types: usize,
    /// Of the feed-forward layers and of the head.
    pub activation: Activation,
    /// Of all layer norms.
    pub eps: f32,
    /// Whether the head is the token embedding.
    pub is_tied: bool,
}

/// What a family calls its tensors.
pub struct EncoderNames {
    /// What all but the head's names begin with.
    pub root: &'static str,
    /// The layers.
    pub layers: &'static str,
    /// Queries, keys and values.
    pub qkv: [&'static str; 3],
    /// What follows attention, and the norm behind it.
    pub attended: [&'static str; 2],
    /// The feed-forward layers, and the norm behind them.
    pub inner: [&'static str; 3],
    /// The head's transformation, and the norm behind it.
    pub transform: [&'static str; 2],
    /// The head's matrix where it is not the token embedding.
    pub decoder: &'static str,
    /// The head's bias.
    pub bias: &'static str,
}

/// A network that reads both sides: layer norm after each residual sum (Devlin et al. 2019), learned positions.
pub struct Encoder {
    hyper: EncoderHyper,
    words: Embedding,
    positions: Embedding,
    types: Option<Embedding>,
    norm: LayerNorm,
    layers: Vec<Block>,
    transform: Linear,
    transform_norm: LayerNorm,
    head: Head,
}

/// Inputs on their way through the layers, one after another.
pub struct Inputs<'a> {
    /// Token ids `[rows]`.
    pub tokens: &'a [u32],
    /// The rows of each input.
    pub ranges: &'a [Range<usize>],
    /// The rows whose distribution is wanted, ascending.
    pub wanted: &'a [u32],
}

/// Memory that is kept from pass to pass.
pub struct EncoderBuffers {
    stream: Buffers,
    /// Of one input and layer at a time.
    scratch: Scratch,
}

impl EncoderBuffers {
    /// Empty ones where a network computes.
    pub fn new(on: Option<&Accelerator>) -> Self {
        Self { stream: Buffers::new(on), scratch: Scratch::default() }
    }
}

impl Encoder {
    /// Reads the tensors.
    ///
    /// # Errors
    /// A tensor is missing or wrong, or a layer has more than it should.
    pub fn load(hyper: EncoderHyper, names: &EncoderNames, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let EncoderHyper { dims, first_position, n_types, activation, eps, is_tied } = hyper;
        let Dimensions { n_layer, n_embd, n_ctx, vocab_size, .. } = dims;
        let (w, top) = (checkpoint.root(names.root), checkpoint.top());
        let embeddings = w.at("embeddings");
        let words = Embedding::load(&embeddings.at("word_embeddings"), vocab_size, n_embd)?;
        let n_positions = n_ctx + first_position as usize;
        let types = embeddings.at("token_type_embeddings");
        let layers = w.at(names.layers);
        let layer = |i| Block::load(&dims, activation, eps, names, &layers.at(i));
        let decoder = top.at(names.decoder);
        let head = if is_tied {
            Head::tied(&words, n_embd, &w)?
        } else {
            Head::of(Linear::dense(&decoder, n_embd, vocab_size, false)?)
        };
        let encoder = Self {
            hyper,
            positions: Embedding::load(&embeddings.at("position_embeddings"), n_positions, n_embd)?,
            types: if n_types > 0 { Some(Embedding::load(&types, n_types, n_embd)?) } else { None },
            norm: LayerNorm::load(&embeddings.at("LayerNorm"), n_embd, eps)?,
            layers: (0..n_layer).map(layer).collect::<Result<_, _>>()?,
            transform: Linear::transposed(&top.at(names.transform[0]), n_embd, n_embd)?,
            transform_norm: LayerNorm::load(&top.at(names.transform[1]), n_embd, eps)?,
            head: head.with_bias(&top, names.bias, vocab_size)?,
            words,
        };
        checkpoint.check_all_used(&layers, n_layer)?;
        Ok(encoder)
    }

    /// Sizes.
    pub const fn dimensions(&self) -> Dimensions {
        self.hyper.dims
    }

    /// What the work costs, for each row that is fed, pair of rows of an input, and row that is wanted. Keys and values are
    /// those of one layer at a time.
    pub fn costs(&self) -> Costs {
        let d = self.hyper.dims;
        let (costs, layers) = (d.costs(), d.n_layer as u64);
        Costs {
            flop_per_scored_row: costs.flop_per_scored_row + 2 * (d.n_embd * d.n_embd) as u64,
            bytes_per_position: costs.bytes_per_position / layers,
            bytes_per_path: costs.bytes_per_path / layers,
            ..costs
        }
    }

    /// Reads inputs, each at most `n_ctx` tokens of the vocabulary, on the calling thread. The hidden states of the wanted
    /// rows `[wanted, n_embd]`, ready for [`Self::head`]. An input's bits do not depend on the others.
    pub fn forward<'b>(&self, inputs: &Inputs, b: &'b mut EncoderBuffers) -> &'b Rows {
        let dims = &self.hyper.dims;
        let _turn = self.head.accelerator().and_then(Accelerator::turn);
        self.embed(inputs, &mut b.stream);
        let all: Vec<u32> = (0..inputs.tokens.len() as u32).collect();
        for (i, layer) in self.layers.iter().enumerate() {
            let last = i + 1 == self.layers.len();
            let wanted = if last { inputs.wanted } else { &all };
            layer.forward(inputs.ranges, wanted, last, &mut b.scratch, &mut b.stream, dims);
        }
        let stream = &mut b.stream;
        self.transform.activate(&stream.x, self.hyper.activation, &mut stream.h, Team::ONE);
        self.transform_norm.in_place(&mut stream.h, Team::ONE);
        &stream.h
    }

    /// The projection to the vocabulary.
    pub const fn head(&self) -> &Head {
        &self.head
    }

    fn embed(&self, inputs: &Inputs, b: &mut Buffers) {
        b.resize(inputs.tokens.len(), &self.hyper.dims);
        self.words.forward(inputs.tokens, &mut b.x);
        if let Some(types) = &self.types {
            types.add(&vec![0; inputs.tokens.len()], &mut b.x);
        }
        let first = self.hyper.first_position;
        let positions = inputs.ranges.iter().flat_map(|input| first..first + input.len() as u32);
        self.positions.add(&positions.collect::<Vec<_>>(), &mut b.x);
        self.norm.in_place(&mut b.x, Team::ONE);
    }
}

struct Block {
    qkv: Linear,
    attention: Attention,
    out: Linear,
    norm_1: LayerNorm,
    fc: Linear,
    activation: Activation,
    proj: Linear,
    norm_2: LayerNorm,
}

impl Block {
    fn load(
        d: &Dimensions,
        activation: Activation,
        eps: f32,
        names: &EncoderNames,
        w: &Weights,
    ) -> Result<Self, ZooError> {
        let n = d.n_embd;
        Ok(Self {
            qkv: Linear::side_by_side(&names.qkv.map(|name| (w.at(name), n)), n, true)?,
            attention: Attention::new(d.n_head, d.scale()),
            out: Linear::transposed(&w.at(names.attended[0]), n, n)?,
            norm_1: LayerNorm::load(&w.at(names.attended[1]), n, eps)?,
            fc: Linear::transposed(&w.at(names.inner[0]), n, d.n_inner)?,
            activation,
            proj: Linear::transposed(&w.at(names.inner[1]), d.n_inner, n)?,
            norm_2: LayerNorm::load(&w.at(names.inner[2]), n, eps)?,
        })
    }

    /// `wanted` names the rows whose output is owed, all of them unless this is the last layer.
    fn forward(
        &self,
        inputs: &[Range<usize>],
        wanted: &[u32],
        last: bool,
        scratch: &mut Scratch,
        b: &mut Buffers,
        d: &Dimensions,
    ) {
        self.qkv.forward(&b.x, &mut b.qkv, Team::ONE);
        b.narrow_stream(last.then_some(wanted), d);
        self.attention.attend_whole(&b.qkv, inputs, wanted, d, scratch, &mut b.a);
        self.out.add(&b.a, &mut b.x, Team::ONE);
        self.norm_1.in_place(&mut b.x, Team::ONE);
        self.fc.activate(&b.x, self.activation, &mut b.f, Team::ONE);
        self.proj.add(&b.f, &mut b.x, Team::ONE);
        self.norm_2.in_place(&mut b.x, Team::ONE);
    }
}

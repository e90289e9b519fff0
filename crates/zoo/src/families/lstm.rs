//! A recurrent language model: embedding, layers of long short-term memory, projection to the vocabulary (Mikolov et al.
//! 2010; Zaremba et al. 2014). What recurrent networks were before the transformer, in the charts beside it.
//!
//! `model_type` is `lstm`, and the layout is this project's own. Tensors are called, shaped and ordered as in PyTorch's
//! `nn.LSTM` and its word-language-model example, so that the state of such a module is a checkpoint as it is:
//!
//! ```text
//! encoder.weight              [vocab_size, n_embd]
//! rnn.weight_ih_l{i}          [4·n_hidden, n_embd or n_hidden]   gates i, f, g, o
//! rnn.weight_hh_l{i}          [4·n_hidden, n_hidden]
//! rnn.bias_{ih,hh}_l{i}       [4·n_hidden]                       added to each other
//! decoder.weight              [vocab_size, n_hidden]             not there with tie_word_embeddings
//! decoder.bias                [vocab_size]                       not there with "head_bias": false
//! ```
//!
//! config.json: `vocab_size`, `n_layer`, `n_embd`, `n_hidden` (default `n_embd`), `n_positions` (default 65,536),
//! `tie_word_embeddings` (default false; needs `n_hidden` = `n_embd`), `head_bias` (default true). The tokenizer is any
//! tokenizer.json, of characters too. A state needs no context length: `n_positions` is the longest text that is read in one
//! piece, and what a window of a longer one does not see is forgotten, as for every other family.

use super::Family;
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::layers::{Embedding, Head, Linear, Lstm, LstmBuffers, Rows, States};
use crate::network::{Causal, Network, Paths};
use crate::nn::work_bytes;
use crate::tensors::Accelerator;
use crate::tokenizer::Bpe;
use crate::transformer::Pass;
use std::any::Any;
use yardstick_core::Costs;

/// Positions where the configuration does not say: a long chapter of characters.
const N_POSITIONS: usize = 1 << 16;

pub struct LstmFamily;

impl Family for LstmFamily {
    fn model_type(&self) -> &'static str {
        "lstm"
    }

    fn about(&self) -> &'static str {
        "LSTM: recurrent network of any number of layers, tied or not, over characters or subwords"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(Hyper::read(config)?.n_positions)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        Ok(Network::Causal(Box::new(Model::load(Hyper::read(config)?, checkpoint)?)))
    }
}

#[derive(Clone, Copy)]
struct Hyper {
    vocab_size: usize,
    n_layer: usize,
    n_embd: usize,
    n_hidden: usize,
    n_positions: usize,
    is_tied: bool,
    has_bias: bool,
}

impl Hyper {
    fn read(config: &Config) -> Result<Self, ZooError> {
        let n_embd = config.size("n_embd")?;
        let hyper = Self {
            vocab_size: config.size("vocab_size")?,
            n_layer: config.size("n_layer")?,
            n_embd,
            n_hidden: config.optional_size("n_hidden")?.unwrap_or(n_embd),
            n_positions: config.optional_size("n_positions")?.unwrap_or(N_POSITIONS),
            is_tied: config.flag("tie_word_embeddings", false)?,
            has_bias: config.flag("head_bias", true)?,
        };
        if hyper.is_tied && hyper.n_hidden != n_embd {
            return Err(config.wrong("n_hidden", &format!("n_embd, {n_embd}, where the head is the embedding")));
        }
        Ok(hyper)
    }
}

struct Model {
    hyper: Hyper,
    encoder: Embedding,
    layers: Vec<Lstm>,
    head: Head,
}

impl Model {
    fn load(hyper: Hyper, checkpoint: &Checkpoint) -> Result<Self, ZooError> {
        let Hyper { vocab_size, n_layer, n_embd, n_hidden, .. } = hyper;
        let w = checkpoint.top();
        let encoder = Embedding::load(&w.at("encoder"), vocab_size, n_embd)?;
        let layer = |i| Lstm::load(&w.at("rnn"), i, if i == 0 { n_embd } else { n_hidden }, n_hidden);
        let layers = (0..n_layer).map(layer).collect::<Result<_, _>>()?;
        checkpoint.check_all_used(&w.at("rnn"), n_layer)?;
        let decoder = w.at("decoder");
        let head = if hyper.is_tied {
            Head::tied(&encoder, n_hidden, &w)?
        } else {
            Head::of(Linear::dense(&decoder, n_hidden, vocab_size, false)?)
        };
        let head = if hyper.has_bias { head.with_bias(&decoder, "bias", vocab_size)? } else { head };
        Ok(Self { hyper, encoder, layers, head })
    }
}

impl Causal for Model {
    fn dimensions(&self) -> Dimensions {
        let Hyper { vocab_size, n_layer, n_hidden, n_positions, .. } = self.hyper;
        Dimensions { n_layer, n_ctx: n_positions, vocab_size, ..Dimensions::multi_head(0, n_hidden) }
    }

    fn costs(&self) -> Costs {
        let Hyper { vocab_size, n_layer, n_embd, n_hidden, .. } = self.hyper;
        let [layers, embd, hidden, vocab] = [n_layer, n_embd, n_hidden, vocab_size].map(|n| n as u64);
        Costs {
            flop_per_row: (0..n_layer).map(|i| Lstm::flop(if i == 0 { n_embd } else { n_hidden }, n_hidden)).sum(),
            flop_per_pair: 0,
            flop_per_scored_row: 2 * hidden * vocab,
            bytes_per_position: layers * States::bytes_per_position(n_hidden),
            bytes_per_path: layers * States::bytes_per_position(n_hidden),
            bytes_per_row: 4 * (embd.max(hidden) + 4 * hidden),
            bytes_per_scored_row: 4 * hidden,
            bytes_per_thread: work_bytes(embd.max(hidden), vocab),
        }
    }

    fn paths(&self, count: usize, positions: usize) -> Box<dyn Paths + '_> {
        let on = self.head.accelerator();
        let layers = self.layers.iter().map(|_| States::new(self.hyper.n_hidden, count, positions, on)).collect();
        Box::new(Recurrent { model: self, layers, x: Rows::new(on), buffers: LstmBuffers::default() })
    }

    fn head(&self) -> &Head {
        &self.head
    }
}

/// Paths by their states.
struct Recurrent<'m> {
    model: &'m Model,
    /// One a layer, with all paths.
    layers: Vec<States>,
    /// A layer's input, then its output, `[rows, width]`.
    x: Rows,
    buffers: LstmBuffers,
}

impl Paths for Recurrent<'_> {
    fn forward(&mut self, pass: &Pass) -> &Rows {
        let Hyper { n_embd, n_hidden, .. } = self.model.hyper;
        let _turn = self.model.head.accelerator().and_then(Accelerator::turn);
        self.x.resize(pass.tokens.len() * n_embd);
        self.model.encoder.forward(pass.tokens, &mut self.x);
        for (layer, states) in self.model.layers.iter().zip(&mut self.layers) {
            layer.forward(&mut self.x, &pass.lanes, states, &mut self.buffers, pass.team);
        }
        self.x.pick(&pass.scored, n_hidden);
        &self.x
    }

    fn keep(&self, path: usize, len: usize) -> Box<dyn Any + Send + Sync> {
        Box::new(self.layers.iter().map(|layer| layer.keep(path, len)).collect::<Vec<States>>())
    }

    fn resume(&mut self, path: usize, past: &(dyn Any + Send + Sync), len: usize) {
        let past = past.downcast_ref::<Vec<States>>().map_or(&[][..], Vec::as_slice);
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

//! DistilBERT: Sanh et al. 2019, "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter".
//!
//! BERT's network with half of the layers, without token types, and with names of its own.

use super::{Family, activation};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::encoder::{Encoder, EncoderHyper, EncoderNames};
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct DistilBert;

impl Family for DistilBert {
    fn model_type(&self) -> &'static str {
        "distilbert"
    }

    fn about(&self) -> &'static str {
        "DistilBERT: masked model that reads both sides, scored by its pseudo-log-likelihood; WordPiece"
    }

    fn bpe(&self) -> Bpe {
        Bpe::LowerCased
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(read(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        Ok(Encoder::load(read(config)?, &NAMES, checkpoint)?.into())
    }
}

const NAMES: EncoderNames = EncoderNames {
    root: "distilbert",
    layers: "transformer.layer",
    qkv: ["attention.q_lin", "attention.k_lin", "attention.v_lin"],
    attended: ["attention.out_lin", "sa_layer_norm"],
    inner: ["ffn.lin1", "ffn.lin2", "output_layer_norm"],
    transform: ["vocab_transform", "vocab_layer_norm"],
    decoder: "vocab_projector",
    bias: "vocab_projector.bias",
};

fn read(config: &Config) -> Result<EncoderHyper, ZooError> {
    let n_embd = config.size("dim")?;
    let n_ctx = config.size("max_position_embeddings")?;
    if n_ctx < 3 {
        return Err(config.wrong("max_position_embeddings", "an integer above 2"));
    }
    Ok(EncoderHyper {
        dims: Dimensions {
            n_layer: config.size("n_layers")?,
            n_inner: config.size("hidden_dim")?,
            n_ctx,
            vocab_size: config.size("vocab_size")?,
            ..Dimensions::multi_head(config.heads("n_heads", n_embd)?, n_embd)
        },
        first_position: 0,
        n_types: 0,
        activation: activation(config, "activation", "gelu")?,
        eps: 1e-12,
        is_tied: config.flag("tie_word_embeddings", true)?,
    })
}

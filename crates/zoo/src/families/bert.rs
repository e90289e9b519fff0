//! BERT: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding".
//!
//! Reads both sides; layer norm after each residual sum, learned positions and token types, a head of its own transformation
//! over the tied embedding. It has no probability of a text: what it is scored by is a pseudo-log-likelihood (`masked`).

use super::{Family, activation};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::dimensions::Dimensions;
use crate::encoder::{Encoder, EncoderHyper, EncoderNames};
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct Bert;

impl Family for Bert {
    fn model_type(&self) -> &'static str {
        "bert"
    }

    fn about(&self) -> &'static str {
        "BERT: masked model that reads both sides, scored by its pseudo-log-likelihood; WordPiece"
    }

    fn bpe(&self) -> Bpe {
        Bpe::LowerCased
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(hyper(config, 0)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        let names = EncoderNames {
            root: "bert",
            transform: ["cls.predictions.transform.dense", "cls.predictions.transform.LayerNorm"],
            decoder: "cls.predictions.decoder",
            bias: "cls.predictions.bias",
            ..NAMES
        };
        Ok(Encoder::load(hyper(config, 0)?, &names, checkpoint)?.into())
    }
}

/// What BERT and RoBERTa call the tensors of their layers.
pub const NAMES: EncoderNames = EncoderNames {
    root: "",
    layers: "encoder.layer",
    qkv: ["attention.self.query", "attention.self.key", "attention.self.value"],
    attended: ["attention.output.dense", "attention.output.LayerNorm"],
    inner: ["intermediate.dense", "output.dense", "output.LayerNorm"],
    transform: ["", ""],
    decoder: "",
    bias: "",
};

/// From the keys that BERT and RoBERTa use; of the positions the first `unused` are never read.
pub fn hyper(config: &Config, unused: usize) -> Result<EncoderHyper, ZooError> {
    if config.flag("is_decoder", false)? {
        return Err(config.wrong("is_decoder", "false: only what reads both sides is known"));
    }
    if config.text("position_embedding_type", "absolute")? != "absolute" {
        return Err(config.wrong("position_embedding_type", "absolute"));
    }
    let n_embd = config.size("hidden_size")?;
    let n_positions = config.size("max_position_embeddings")?;
    let n_ctx = n_positions.checked_sub(unused).filter(|n| *n > 2);
    let expected = || config.wrong("max_position_embeddings", &format!("an integer above {}", unused + 2));
    Ok(EncoderHyper {
        dims: Dimensions {
            n_layer: config.size("num_hidden_layers")?,
            n_inner: config.size("intermediate_size")?,
            n_ctx: n_ctx.ok_or_else(expected)?,
            vocab_size: config.size("vocab_size")?,
            ..Dimensions::multi_head(config.heads("num_attention_heads", n_embd)?, n_embd)
        },
        first_position: unused as u32,
        n_types: config.size("type_vocab_size")?,
        activation: activation(config, "hidden_act", "gelu")?,
        eps: config.epsilon("layer_norm_eps", 1e-12)?,
        is_tied: config.flag("tie_word_embeddings", true)?,
    })
}

//! Gemma: Gemma Team 2024, "Gemma: Open Models Based on Gemini Research and Technology": Llama's network with a GELU gate,
//! a scaled embedding that is also the head, and norms stored around one.

use super::{Family, activation, llama};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::layers::Activation;
use crate::network::Network;
use crate::tokenizer::Bpe;
use crate::transformer::HeadLayout;

pub struct Gemma;

impl Family for Gemma {
    fn model_type(&self) -> &'static str {
        "gemma"
    }

    fn about(&self) -> &'static str {
        "Gemma 1: Llama with a GELU gate and a scaled embedding"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn prefix_always(&self) -> bool {
        true
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(hyper(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        llama::build(config, hyper(config)?, checkpoint)
    }
}

fn hyper(config: &Config) -> Result<llama::Hyper, ZooError> {
    refuse_both_sides(config)?;
    let hyper = llama::Hyper::read(config)?;
    let bias = config.flag("attention_bias", false)?;
    Ok(llama::Hyper {
        activation: gelu(config)?,
        qkv_bias: bias,
        o_bias: bias,
        norms_around_one: true,
        normalizer: Some(normalizer(hyper.dims.n_embd)),
        head: HeadLayout::TIED,
        ..hyper
    })
}

/// The feed-forward layer's activation. Where the first releases say "gelu" they mean its tanh approximation.
pub fn gelu(config: &Config) -> Result<Activation, ZooError> {
    let key = if config.get("hidden_activation").is_some() { "hidden_activation" } else { "hidden_act" };
    match config.text(key, "gelu")? {
        "gelu" => Ok(Activation::GeluTanh),
        _ => activation(config, key, "gelu_pytorch_tanh"),
    }
}

/// The factor on the token embedding, √`n_embd`, in f32 as in the reference.
pub fn normalizer(n_embd: usize) -> f32 {
    (n_embd as f64).sqrt() as f32
}

/// Embedding models of these families read both sides.
pub fn refuse_both_sides(config: &Config) -> Result<(), ZooError> {
    if config.flag("use_bidirectional_attention", false)? {
        let expected = "false: a model that reads both sides gives no probabilities from left to right";
        return Err(config.wrong("use_bidirectional_attention", expected));
    }
    Ok(())
}

//! Qwen 3: Yang et al. 2025, "Qwen3 Technical Report": Llama's network with a norm on each head's query and key.

use super::{Family, llama, qwen2};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct Qwen3;

impl Family for Qwen3 {
    fn model_type(&self) -> &'static str {
        "qwen3"
    }

    fn about(&self) -> &'static str {
        "Qwen 3 (dense): Llama with norms on queries and keys, byte-level BPE"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(hyper(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        llama::build(config, hyper(config)?, checkpoint)
    }
}

fn hyper(config: &Config) -> Result<llama::Hyper, ZooError> {
    let hyper = llama::Hyper::read(config)?;
    let bias = config.flag("attention_bias", false)?;
    let windows = qwen2::upper_windows(config, hyper.dims.n_layer)?;
    Ok(llama::Hyper { qkv_bias: bias, o_bias: bias, qk_norm: true, windows, ..hyper })
}

//! Qwen 2: Yang et al. 2024, "Qwen2 Technical Report": Llama's network with biases on queries, keys and values, and where the
//! configuration asks for it a sliding window in the upper layers.

use super::{Family, llama, windows::windows};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::layers::Window;
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct Qwen2;

impl Family for Qwen2 {
    fn model_type(&self) -> &'static str {
        "qwen2"
    }

    fn about(&self) -> &'static str {
        "Qwen 2 and 2.5: Llama with biases on queries, keys and values, byte-level BPE"
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
    Ok(llama::Hyper { qkv_bias: true, windows: upper_windows(config, hyper.dims.n_layer)?, ..hyper })
}

/// Layers from `max_window_layers` on slide, where `use_sliding_window` asks for it.
pub fn upper_windows(config: &Config, n_layer: usize) -> Result<Vec<Window>, ZooError> {
    if !config.flag("use_sliding_window", false)? || config.get("sliding_window").is_none() {
        return Ok(vec![Window::Global; n_layer]);
    }
    let first = config.optional_size("max_window_layers")?.unwrap_or(28);
    windows(config, n_layer, |i| i >= first)
}

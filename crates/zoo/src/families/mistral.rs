//! Mistral: Jiang et al. 2023, "Mistral 7B": Llama's network with a sliding window in every layer (3, "Sliding Window
//! Attention"); later versions have none.

use super::{Family, llama};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::layers::Window;
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct Mistral;

impl Family for Mistral {
    fn model_type(&self) -> &'static str {
        "mistral"
    }

    fn about(&self) -> &'static str {
        "Mistral: Llama with a sliding window"
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

/// The first version's window, which a configuration without the key means; null means none.
const WINDOW: usize = 4096;

fn hyper(config: &Config) -> Result<llama::Hyper, ZooError> {
    let hyper = llama::Hyper::read(config)?;
    let window = match config.optional_size("sliding_window")? {
        Some(size) => Window::Local(size),
        None if config.is_null("sliding_window") => Window::Global,
        None => Window::Local(WINDOW),
    };
    let windows = vec![window; hyper.dims.n_layer];
    Ok(llama::Hyper { windows, ..hyper })
}

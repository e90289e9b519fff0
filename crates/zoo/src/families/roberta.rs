//! RoBERTa: Liu et al. 2019, "RoBERTa: A Robustly Optimized BERT Pretraining Approach".
//!
//! BERT's network with one token type, positions that are counted from behind that of the padding token, and byte-level BPE.

use super::Family;
use super::bert::{NAMES, hyper};
use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::encoder::{Encoder, EncoderHyper, EncoderNames};
use crate::network::Network;
use crate::tokenizer::Bpe;

pub struct Roberta;

impl Family for Roberta {
    fn model_type(&self) -> &'static str {
        "roberta"
    }

    fn about(&self) -> &'static str {
        "RoBERTa: masked model that reads both sides, scored by its pseudo-log-likelihood; byte-level BPE"
    }

    fn bpe(&self) -> Bpe {
        Bpe::ByteLevel
    }

    fn context(&self, config: &Config) -> Result<usize, ZooError> {
        Ok(read(config)?.dims.n_ctx)
    }

    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError> {
        let names = EncoderNames {
            root: "roberta",
            transform: ["lm_head.dense", "lm_head.layer_norm"],
            decoder: "lm_head.decoder",
            bias: "lm_head.bias",
            ..NAMES
        };
        Ok(Encoder::load(read(config)?, &names, checkpoint)?.into())
    }
}

fn read(config: &Config) -> Result<EncoderHyper, ZooError> {
    let vocab_size = config.size("vocab_size")?;
    let padding = config.token("pad_token_id", vocab_size)?.unwrap_or(1);
    hyper(config, padding as usize + 1)
}

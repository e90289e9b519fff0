//! What the families have in common: dimensions, a packed batch, and the trait that scoring works through.

use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::nn::{Embedding, Head, Result};
use candle_core::{Device, Tensor};
use std::ops::Range;

/// The sizes of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimensions {
    /// Layers.
    pub n_layer: usize,
    /// Attention heads; divides `n_embd`.
    pub n_head: usize,
    /// Width.
    pub n_embd: usize,
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
            n_ctx,
            vocab_size: config.size("vocab_size")?,
        })
    }
}

/// The inputs of several spans one after another, unpadded.
pub struct Batch {
    /// Token ids `[rows]`.
    pub ids: Tensor,
    /// Position of each row in its span `[rows]`.
    pub positions: Tensor,
    /// The rows of each span.
    pub spans: Vec<Range<usize>>,
}

impl Batch {
    /// Packs inputs, none of them empty.
    ///
    /// # Errors
    /// The backend's.
    pub fn pack(inputs: &[&[u32]]) -> Result<Self> {
        let ids = inputs.concat();
        let positions: Vec<u32> = inputs.iter().flat_map(|input| 0..input.len() as u32).collect();
        let mut end = 0;
        let spans = inputs.iter().map(|input| {
            end += input.len();
            end - input.len()..end
        });
        Ok(Self {
            spans: spans.collect(),
            ids: Tensor::new(ids, &Device::Cpu)?,
            positions: Tensor::new(positions, &Device::Cpu)?,
        })
    }
}

/// A network: token ids in, hidden states and logits out.
pub trait Transformer: Send + Sync {
    /// Its sizes.
    fn dimensions(&self) -> Dimensions;

    /// Hidden states `[rows, n_embd]`, ready for [`Self::head`].
    ///
    /// # Errors
    /// The backend's.
    fn forward(&self, batch: &Batch) -> Result<Tensor>;

    /// Hidden states `[rows, n_embd]` → logits `[rows, vocab]`.
    ///
    /// # Errors
    /// The backend's.
    fn head(&self, hidden: &Tensor) -> Result<Tensor>;
}

/// The head: the token embedding, or `lm_head.weight` where the configuration unties them.
///
/// # Errors
/// A tensor is missing or wrong.
pub fn load_head(config: &Config, checkpoint: &Checkpoint, wte: &Embedding, d: Dimensions) -> Result<Head, ZooError> {
    if config.flag("tie_word_embeddings", true)? {
        return Ok(Head::new(wte.weight()));
    }
    Ok(Head::new(checkpoint.top().at("lm_head").get("weight", &[d.vocab_size, d.n_embd])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_spans_apart() {
        let batch = Batch::pack(&[&[7, 8, 9], &[5], &[1, 2]]).unwrap();
        assert_eq!(batch.ids.to_vec1::<u32>().unwrap(), [7, 8, 9, 5, 1, 2]);
        assert_eq!(batch.positions.to_vec1::<u32>().unwrap(), [0, 1, 2, 0, 0, 1]);
        assert_eq!(batch.spans, [0..3, 3..4, 4..6]);
    }
}

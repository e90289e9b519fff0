//! Rows of a table.

use super::values;
use candle_core::Tensor;

/// A learned vector for each id.
pub struct Embedding {
    /// `[ids, n_embd]`
    weight: Tensor,
    n_embd: usize,
}

impl Embedding {
    /// From a table `[ids, n_embd]`, contiguous f32 on the processor.
    pub fn new(weight: Tensor) -> Self {
        Self { n_embd: weight.dims()[1], weight }
    }

    /// Writes the vectors of `ids`, all in the table, to `out` `[ids.len(), n_embd]`.
    pub fn forward(&self, ids: &[u32], out: &mut [f32]) {
        values(&self.weight, |table| {
            for (&id, out) in ids.iter().zip(out.chunks_exact_mut(self.n_embd)) {
                out.copy_from_slice(&table[id as usize * self.n_embd..][..self.n_embd]);
            }
        });
    }

    /// Adds the vectors of `ids` to `out` `[ids.len(), n_embd]`.
    pub fn add(&self, ids: &[u32], out: &mut [f32]) {
        values(&self.weight, |table| {
            for (&id, out) in ids.iter().zip(out.chunks_exact_mut(self.n_embd)) {
                for (out, x) in out.iter_mut().zip(&table[id as usize * self.n_embd..]) {
                    *out += x;
                }
            }
        });
    }

    /// The table `[ids, n_embd]`.
    pub const fn table(&self) -> &Tensor {
        &self.weight
    }
}

//! Rows of a table.

use super::values;
use crate::ZooError;
use crate::checkpoint::Weights;
use candle_core::Tensor;

/// A learned vector for each id.
pub struct Embedding {
    /// `[ids, n_embd]`
    weight: Tensor,
    n_embd: usize,
}

impl Embedding {
    /// Reads `weight` `[ids, n_embd]`.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn load(weights: &Weights, ids: usize, n_embd: usize) -> Result<Self, ZooError> {
        Ok(Self { weight: weights.get("weight", &[ids, n_embd])?, n_embd })
    }

    /// Reads `weight` `[skipped + ids, n_embd]` without its first `skipped` rows.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn behind(weights: &Weights, skipped: usize, ids: usize, n_embd: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[skipped + ids, n_embd])?;
        Ok(Self { weight: weight.narrow(0, skipped, ids)?.contiguous()?, n_embd })
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

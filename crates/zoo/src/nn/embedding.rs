//! Rows of a table.

use super::Result;
use crate::ZooError;
use crate::checkpoint::Weights;
use candle_core::Tensor;

/// A learned vector for each id.
pub struct Embedding {
    /// `[rows, n_embd]`
    weight: Tensor,
}

impl Embedding {
    /// Reads `weight` `[rows, n_embd]`.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn load(weights: &Weights, rows: usize, n_embd: usize) -> Result<Self, ZooError> {
        Ok(Self { weight: weights.get("weight", &[rows, n_embd])? })
    }

    /// Ids `[n]` → vectors `[n, n_embd]`.
    ///
    /// # Errors
    /// The backend's; an id outside the table.
    pub fn forward(&self, ids: &Tensor) -> Result<Tensor> {
        self.weight.index_select(ids, 0)
    }

    /// The table `[rows, n_embd]`, shared and not copied.
    pub fn weight(&self) -> Tensor {
        self.weight.clone()
    }
}

//! Rows of a table, from a checkpoint.

use super::Rows;
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::nn;
use crate::tensors::{Accelerator, Grid};
use candle_core::Tensor;

/// A learned vector for each id.
pub enum Embedding {
    /// On the processor.
    Host(nn::Embedding),
    /// On a device, `[ids, n_embd]`.
    Device(Tensor, Accelerator),
}

impl Embedding {
    /// Reads `weight` `[ids, n_embd]`.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn load(weights: &Weights, ids: usize, n_embd: usize) -> Result<Self, ZooError> {
        Self::place(weights.get("weight", &[ids, n_embd])?, weights)
    }

    /// Reads `weight` `[skipped + ids, n_embd]` without its first `skipped` rows.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn behind(weights: &Weights, skipped: usize, ids: usize, n_embd: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[skipped + ids, n_embd])?;
        Self::place(weight.narrow(0, skipped, ids)?.contiguous()?, weights)
    }

    fn place(table: Tensor, weights: &Weights) -> Result<Self, ZooError> {
        let Some(on) = weights.accelerator() else { return Ok(Self::Host(nn::Embedding::new(table))) };
        let table = on.place(&table).map_err(|fault| weights.does_not_fit(&fault))?;
        Ok(Self::Device(table, on.clone()))
    }

    /// Writes the vectors of `ids`, all in the table, to `out` `[ids.len(), n_embd]`.
    pub fn forward(&self, ids: &[u32], out: &mut Rows) {
        match self {
            Self::Host(table) => table.forward(ids, out.host_mut()),
            Self::Device(table, on) => out.compute(|_| Grid::gather(table, ids, on)),
        }
    }

    /// Adds the vectors of `ids` to `out` `[ids.len(), n_embd]`.
    pub fn add(&self, ids: &[u32], out: &mut Rows) {
        match self {
            Self::Host(table) => table.add(ids, out.host_mut()),
            Self::Device(table, on) => {
                out.compute(|out| out?.join(&Grid::gather(table, ids, on)?, |out, vectors| out + vectors));
            }
        }
    }

    /// The table `[ids, n_embd]`, where it is.
    pub const fn table(&self) -> &Tensor {
        match self {
            Self::Host(table) => table.table(),
            Self::Device(table, _) => table,
        }
    }
}

//! Products with a weight matrix.

use super::{Result, product, slice, slice_mut};
use crate::ZooError;
use crate::checkpoint::Weights;
use candle_core::{CpuStorage, InplaceOp2, Layout, Tensor};

/// x·W + b with W held as `[in, out]`.
pub struct Linear {
    weight: Tensor,
    bias: Option<Tensor>,
}

impl Linear {
    /// Reads a layer stored `[in, out]`, as GPT-1 and GPT-2 do (there a one-wide convolution), with its bias.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn conv1d(weights: &Weights, n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[n_in, n_out])?;
        Ok(Self { weight, bias: Some(weights.get("bias", &[n_out])?) })
    }

    /// Reads a layer stored `[out, in]` with its bias.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn transposed(weights: &Weights, n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let weight = weights.get("weight", &[n_out, n_in])?.t()?.contiguous()?;
        Ok(Self { weight, bias: Some(weights.get("bias", &[n_out])?) })
    }

    /// One layer from several without bias, each stored `[n_out, n_in]`: their outputs side by side.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn joined(parts: &[Weights], n_in: usize, n_out: usize) -> Result<Self, ZooError> {
        let parts = parts.iter().map(|part| part.get("weight", &[n_out, n_in])).collect::<Result<Vec<_>, _>>()?;
        let weight = Tensor::cat(&parts, 0)?.t()?.contiguous()?;
        Ok(Self { weight, bias: None })
    }

    /// `[rows, in]` → `[rows, out]`.
    ///
    /// # Errors
    /// The backend's.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let y = product(x, &self.weight)?;
        if let Some(bias) = &self.bias {
            y.inplace_op2(bias, &AddBias)?;
        }
        Ok(y)
    }
}

/// The projection from the last hidden state to the vocabulary.
pub struct Head {
    /// `[vocab, n_embd]`
    weight: Tensor,
}

impl Head {
    /// A head over `weight` `[vocab, n_embd]`, usually the token embedding itself.
    pub const fn new(weight: Tensor) -> Self {
        Self { weight }
    }

    /// `[rows, n_embd]` → logits `[rows, vocab]`.
    ///
    /// # Errors
    /// The backend's.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        product(x, &self.weight.t()?)
    }
}

struct AddBias;

impl InplaceOp2 for AddBias {
    fn name(&self) -> &'static str {
        "add_bias"
    }

    fn cpu_fwd(&self, x: &mut CpuStorage, x_layout: &Layout, bias: &CpuStorage, bias_layout: &Layout) -> Result<()> {
        let bias = slice(bias, bias_layout)?;
        for row in slice_mut(x, x_layout)?.chunks_exact_mut(bias.len()) {
            for (x, b) in row.iter_mut().zip(bias) {
                *x += b;
            }
        }
        Ok(())
    }
}

//! Normalisation of rows; see [`crate::nn::LayerNorm`] and [`crate::nn::RmsNorm`].

use super::grid::{columns, side_by_side};
use super::{Accelerator, Fault, Grid};
use candle_core::{Result as TensorResult, Tensor};
use std::ops::Range;

/// (x − mean) / √(variance + ε) · weight + bias.
#[derive(Debug)]
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f32,
}

impl LayerNorm {
    /// From `weight` and `bias`, both `[n]`.
    ///
    /// # Errors
    /// They do not fit on the device.
    pub fn new(weight: &[f32], bias: &[f32], eps: f32, on: &Accelerator) -> Result<Self, Fault> {
        let [weight, bias] = [weight, bias].map(|vector| on.upload(vector, &[vector.len()]));
        Ok(Self { weight: weight?, bias: bias?, eps })
    }

    /// Rows normalised.
    pub fn forward(&self, x: &Grid) -> Result<Grid, Fault> {
        x.map(|x| {
            let centred = x.broadcast_sub(&x.mean_keepdim(1)?)?;
            let variance = centred.sqr()?.mean_keepdim(1)?;
            let normal = centred.broadcast_div(&(variance + f64::from(self.eps))?.sqrt()?)?;
            normal.broadcast_mul(&self.weight)?.broadcast_add(&self.bias)
        })
    }
}

/// x / √(mean of x² + ε) · weight.
#[derive(Debug)]
pub struct RmsNorm {
    weight: Tensor,
    eps: f32,
}

impl RmsNorm {
    /// From `weight` `[n]`.
    ///
    /// # Errors
    /// It does not fit on the device.
    pub fn new(weight: &[f32], eps: f32, on: &Accelerator) -> Result<Self, Fault> {
        Ok(Self { weight: on.upload(weight, &[weight.len()])?, eps })
    }

    /// Rows normalised.
    pub fn forward(&self, x: &Grid) -> Result<Grid, Fault> {
        x.map(|x| self.last(x))
    }

    /// Each of `heads`, of `n` numbers, in every row normalised.
    pub fn heads(&self, x: &Grid, heads: Range<usize>) -> Result<Grid, Fault> {
        let n = self.weight.dims1()?;
        x.map(|x| {
            let (rows, width) = x.dims2()?;
            let normal =
                self.last(&x.narrow(1, heads.start * n, heads.len() * n)?.reshape((rows, heads.len(), n))?)?;
            let normal = normal.reshape((rows, heads.len() * n))?;
            side_by_side([columns(x, 0..heads.start * n)?, Some(normal), columns(x, heads.end * n..width)?], 1)
        })
    }

    /// Over the last dimension.
    fn last(&self, x: &Tensor) -> TensorResult<Tensor> {
        let last = x.rank() - 1;
        let mean = x.sqr()?.mean_keepdim(last)?;
        x.broadcast_div(&(mean + f64::from(self.eps))?.sqrt()?)?.broadcast_mul(&self.weight)
    }
}

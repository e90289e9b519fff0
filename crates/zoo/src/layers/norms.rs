//! Normalisation, from a checkpoint.

use super::Rows;
use crate::ZooError;
use crate::checkpoint::Weights;
use crate::nn::{self, Team, values};
use crate::tensors;
use std::ops::Range;

/// (x − mean) / √(variance + ε) · weight + bias over the last dimension (Ba et al. 2016).
pub enum LayerNorm {
    /// On the processor.
    Host(nn::LayerNorm),
    /// On a device.
    Device(tensors::LayerNorm),
}

impl LayerNorm {
    /// Reads `weight` and `bias`, both `[n]`; `gamma` and `beta` in checkpoints that TensorFlow made, BERT's own among them.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn load(weights: &Weights, n: usize, eps: f32) -> Result<Self, ZooError> {
        let vector = |name| Ok::<_, ZooError>(values(&weights.get(name, &[n])?, <[f32]>::to_vec));
        let [weight, bias] = if weights.has("gamma") { ["gamma", "beta"] } else { ["weight", "bias"] };
        Self::place(vector(weight)?, vector(bias)?, eps, weights)
    }

    /// A norm over `n` numbers without weight and bias.
    ///
    /// # Errors
    /// It does not fit on the device.
    pub fn plain(weights: &Weights, n: usize, eps: f32) -> Result<Self, ZooError> {
        Self::place(vec![1.0; n], vec![0.0; n], eps, weights)
    }

    fn place(weight: Vec<f32>, bias: Vec<f32>, eps: f32, weights: &Weights) -> Result<Self, ZooError> {
        let Some(on) = weights.accelerator() else {
            return Ok(Self::Host(nn::LayerNorm::new(weight, bias, eps)));
        };
        let norm = tensors::LayerNorm::new(&weight, &bias, eps, on);
        Ok(Self::Device(norm.map_err(|fault| weights.does_not_fit(&fault))?))
    }

    /// `x` `[rows, n]` normalised into `out` `[rows, n]`. NaN or infinity anywhere in a row makes all of it NaN.
    pub fn forward(&self, x: &Rows, out: &mut Rows, team: Team) {
        match self {
            Self::Host(norm) => norm.forward(x.host(), out.host_mut(), team),
            Self::Device(norm) => out.compute(|_| norm.forward(x.device()?)),
        }
    }

    /// The same, written over `x`.
    pub fn in_place(&self, x: &mut Rows, team: Team) {
        match self {
            Self::Host(norm) => norm.in_place(x.host_mut(), team),
            Self::Device(norm) => x.compute(|x| norm.forward(x?)),
        }
    }
}

/// x / √(mean of x² + ε) · weight over the last dimension (Zhang & Sennrich 2019).
pub enum RmsNorm {
    /// On the processor.
    Host(nn::RmsNorm),
    /// On a device.
    Device(tensors::RmsNorm),
}

impl RmsNorm {
    /// Reads `weight` `[n]`.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn load(weights: &Weights, n: usize, eps: f32) -> Result<Self, ZooError> {
        Self::place(values(&weights.get("weight", &[n])?, <[f32]>::to_vec), eps, weights)
    }

    /// The same where a checkpoint holds weight − 1, as those of Gemma do.
    ///
    /// # Errors
    /// The tensor is missing or wrong.
    pub fn around_one(weights: &Weights, n: usize, eps: f32) -> Result<Self, ZooError> {
        let weight = values(&weights.get("weight", &[n])?, |stored| stored.iter().map(|w| w + 1.0).collect());
        Self::place(weight, eps, weights)
    }

    fn place(weight: Vec<f32>, eps: f32, weights: &Weights) -> Result<Self, ZooError> {
        let Some(on) = weights.accelerator() else { return Ok(Self::Host(nn::RmsNorm::new(weight, eps))) };
        let norm = tensors::RmsNorm::new(&weight, eps, on);
        Ok(Self::Device(norm.map_err(|fault| weights.does_not_fit(&fault))?))
    }

    /// `x` `[rows, n]` normalised into `out` `[rows, n]`. NaN or infinity anywhere in a row makes NaN of it.
    pub fn forward(&self, x: &Rows, out: &mut Rows, team: Team) {
        match self {
            Self::Host(norm) => norm.forward(x.host(), out.host_mut(), team),
            Self::Device(norm) => out.compute(|_| norm.forward(x.device()?)),
        }
    }

    /// The same, written over `x`.
    pub fn in_place(&self, x: &mut Rows, team: Team) {
        match self {
            Self::Host(norm) => norm.in_place(x.host_mut(), team),
            Self::Device(norm) => x.compute(|x| norm.forward(x?)),
        }
    }

    /// Normalises each of `heads`, of `n` numbers, in every row of `x` `[rows, width]`.
    pub fn heads(&self, x: &mut Rows, width: usize, heads: Range<usize>, team: Team) {
        match self {
            Self::Host(norm) => norm.heads(x.host_mut(), width, heads, team),
            Self::Device(norm) => x.compute(|x| norm.heads(x?, heads)),
        }
    }
}

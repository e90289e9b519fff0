//! Activation functions; see [`Activation`].

use crate::nn::Activation;
use candle_core::{Result, Tensor};

/// Applies the function to every element.
pub fn apply(activation: Activation, x: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::GeluTanh => x.gelu(),
        Activation::GeluErf => x.gelu_erf(),
        Activation::GeluSigmoid => x * sigmoid(&(x * 1.702)?)?,
        // A device's own ReLU makes 0 of NaN.
        Activation::Relu => (x + x.abs()?)? * 0.5,
        Activation::Silu => x.silu(),
        Activation::Tanh => x.tanh(),
    }
}

/// 1 / (1 + e⁻ˣ)
pub fn sigmoid(x: &Tensor) -> Result<Tensor> {
    (x.neg()?.exp()? + 1.0)?.recip()
}

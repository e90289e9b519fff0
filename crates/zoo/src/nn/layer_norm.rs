//! Layer normalisation (Ba et al. 2016).

use super::{Team, simd, values};
use crate::ZooError;
use crate::checkpoint::Weights;
use candle_core::Tensor;

/// (x − mean) / √(variance + ε) · weight + bias over the last dimension.
pub struct LayerNorm {
    weight: Tensor,
    bias: Tensor,
    eps: f32,
}

impl LayerNorm {
    /// Reads `weight` and `bias`, both `[n]`.
    ///
    /// # Errors
    /// A tensor is missing or wrong.
    pub fn load(weights: &Weights, n: usize, eps: f32) -> Result<Self, ZooError> {
        Ok(Self { weight: weights.get("weight", &[n])?, bias: weights.get("bias", &[n])?, eps })
    }

    /// `x` `[rows, n]` normalised into `out`.
    pub fn forward(&self, x: &[f32], out: &mut [f32], _team: Team) {
        out.copy_from_slice(x);
        self.in_place(out, _team);
    }

    /// The same, written over `x`.
    pub fn in_place(&self, x: &mut [f32], _team: Team) {
        values(&self.weight, |weight| {
            values(&self.bias, |bias| {
                for row in x.chunks_exact_mut(weight.len()) {
                    let mean = simd::sum(row, |x| x) / row.len() as f32;
                    let variance = simd::sum(row, |x| (x - mean) * (x - mean)) / row.len() as f32;
                    let scale = 1.0 / (variance + self.eps).sqrt();
                    for ((x, w), b) in row.iter_mut().zip(weight).zip(bias) {
                        *x = (*x - mean) * scale * w + b;
                    }
                }
            })
        });
    }
}

//! Layer normalisation (Ba et al. 2016).

use super::{Result, simd, slice};
use crate::ZooError;
use crate::checkpoint::Weights;
use candle_core::{CpuStorage, CustomOp3, Layout, Shape, Tensor};

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

    /// `[rows, n]` → `[rows, n]`.
    ///
    /// # Errors
    /// The backend's.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        x.apply_op3_no_bwd(&self.weight, &self.bias, &Normalize { eps: self.eps })
    }
}

struct Normalize {
    eps: f32,
}

impl CustomOp3 for Normalize {
    fn name(&self) -> &'static str {
        "layer_norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        weight: &CpuStorage,
        weight_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, weight, bias) = (slice(x, x_layout)?, slice(weight, weight_layout)?, slice(bias, bias_layout)?);
        let mut out = Vec::with_capacity(x.len());
        for row in x.chunks_exact(weight.len()) {
            let mean = simd::sum(row, |x| x) / row.len() as f32;
            let variance = simd::sum(row, |x| (x - mean) * (x - mean)) / row.len() as f32;
            let scale = 1.0 / (variance + self.eps).sqrt();
            out.extend(row.iter().zip(weight).zip(bias).map(|((x, w), b)| (x - mean) * scale * w + b));
        }
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn equals_the_definition() {
        let (rows, n, eps) = (3, 37, 1e-5);
        let values = |seed: usize, len: usize| -> Vec<f32> {
            (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1000) as f32 / 250.0 - 2.0).collect()
        };
        let (x, weight, bias) = (values(1, rows * n), values(2, n), values(3, n));
        let tensor = |v: &[f32], shape: &[usize]| Tensor::from_slice(v, shape, &Device::Cpu).unwrap();
        let norm = LayerNorm { weight: tensor(&weight, &[n]), bias: tensor(&bias, &[n]), eps };
        let out = norm.forward(&tensor(&x, &[rows, n])).unwrap().to_vec2::<f32>().unwrap();
        for (row, out) in x.chunks(n).zip(out) {
            let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
            let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n as f64;
            for (i, y) in out.iter().enumerate() {
                let unit = (f64::from(row[i]) - mean) / (variance + f64::from(eps)).sqrt();
                let wanted = unit * f64::from(weight[i]) + f64::from(bias[i]);
                assert!((f64::from(*y) - wanted).abs() < 1e-5, "element {i}: {y}, not {wanted}");
            }
        }
    }
}

//! Causal self-attention over the spans of a packed batch.

use super::{Result, product, simd, slice_mut};
use candle_core::{CpuStorage, InplaceOp1, Layout, Tensor};
use std::ops::Range;

/// Which earlier positions a position sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// All of them.
    Global,
    /// Itself and the ones before it, this many in all (Child et al. 2019; Brown et al. 2020, 2.1).
    Local(usize),
}

/// Multi-head scaled dot-product attention (Vaswani et al. 2017, 3.2), without its projections.
pub struct Attention {
    /// Number of heads.
    pub n_head: usize,
    /// Factor on q·k before the softmax.
    pub scale: f32,
    /// Reach of a position.
    pub window: Window,
}

impl Attention {
    /// Queries, keys and values side by side `[rows, 3·n_embd]` → `[rows, n_embd]`; rows of one span see only that span.
    ///
    /// # Errors
    /// The backend's.
    pub fn forward(&self, qkv: &Tensor, spans: &[Range<usize>]) -> Result<Tensor> {
        let outputs = spans
            .iter()
            .map(|span| self.one_span(&qkv.narrow(0, span.start, span.len())?))
            .collect::<Result<Vec<_>>>()?;
        Tensor::cat(&outputs, 0)
    }

    /// `[time, 3·n_embd]` → `[time, n_embd]`
    fn one_span(&self, qkv: &Tensor) -> Result<Tensor> {
        let (time, width) = qkv.dims2()?;
        let n_embd = width / 3;
        let qkv = qkv.reshape((time, 3, self.n_head, n_embd / self.n_head))?;
        let heads = |at: usize| qkv.narrow(1, at, 1)?.squeeze(1)?.transpose(0, 1); // a view [n_head, time, head_dim]
        let (q, k, v) = (heads(0)?, heads(1)?, heads(2)?);
        let weights = product(&q, &k.t()?)?; // [n_head, time, time]
        weights.inplace_op1(&CausalSoftmax { scale: self.scale, window: self.window })?;
        product(&weights, &v)?.transpose(0, 1)?.reshape((time, n_embd))
    }
}

/// Rows of `[n_head, time, time]` → probabilities over the visible keys, exactly zero elsewhere.
struct CausalSoftmax {
    scale: f32,
    window: Window,
}

impl InplaceOp1 for CausalSoftmax {
    fn name(&self) -> &'static str {
        "causal_softmax"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let time = layout.dims()[2];
        for (i, row) in slice_mut(storage, layout)?.chunks_exact_mut(time).enumerate() {
            self.row(row, i % time);
        }
        Ok(())
    }
}

impl CausalSoftmax {
    fn row(&self, row: &mut [f32], position: usize) {
        let first = match self.window {
            Window::Global => 0,
            Window::Local(reach) => (position + 1).saturating_sub(reach),
        };
        let (seen, future) = row.split_at_mut(position + 1);
        let (past, seen) = seen.split_at_mut(first);
        past.fill(0.0);
        future.fill(0.0);
        softmax(seen, self.scale);
    }
}

fn softmax(row: &mut [f32], scale: f32) {
    for x in &mut *row {
        *x *= scale;
    }
    let max = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for x in &mut *row {
        *x = simd::exp(*x - max);
    }
    let norm = 1.0 / simd::sum(row, |x| x);
    for x in row {
        *x *= norm;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn probabilities(window: Window, time: usize) -> Vec<Vec<f32>> {
        let scores: Vec<f32> = (0..time * time).map(|i| (i * 31 % 17) as f32 / 4.0).collect();
        let scores = Tensor::from_vec(scores, (1, time, time), &Device::Cpu).unwrap();
        scores.inplace_op1(&CausalSoftmax { scale: 0.5, window }).unwrap();
        scores.squeeze(0).unwrap().to_vec2().unwrap()
    }

    #[test]
    fn only_the_window_has_weight() {
        for (window, reach) in [(Window::Global, 9), (Window::Local(1), 1), (Window::Local(4), 4)] {
            for (i, row) in probabilities(window, 9).into_iter().enumerate() {
                for (j, p) in row.iter().enumerate() {
                    assert_eq!(*p > 0.0, j <= i && i - j < reach, "{window:?}: query {i}, key {j}: {p}");
                }
                assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn nan_spreads() {
        let mut row = [1.0, f32::NAN, 0.0];
        softmax(&mut row, 1.0);
        assert!(row.iter().all(|p| p.is_nan()));
    }
}

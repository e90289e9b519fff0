//! Root mean square normalisation (Zhang & Sennrich 2019).

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::Team;
use super::simd::{Isa, Simd, WithSimd, sum};
use std::ops::Range;

/// Numbers that are worth another thread.
const NUMBERS_PER_PIECE: usize = 1 << 15;

/// x / √(mean of x² + ε) · weight over the last dimension.
pub struct RmsNorm {
    weight: Vec<f32>,
    eps: f32,
}

impl RmsNorm {
    /// From `weight` `[n]`.
    pub const fn new(weight: Vec<f32>, eps: f32) -> Self {
        Self { weight, eps }
    }

    /// `x` `[rows, n]` normalised into `out` `[rows, n]`. NaN or infinity anywhere in a row makes NaN of it.
    ///
    /// # Panics
    /// When the sizes differ.
    pub fn forward(&self, x: &[f32], out: &mut [f32], team: Team) {
        out.copy_from_slice(x);
        self.in_place(out, team);
    }

    /// The same, written over `x`.
    pub fn in_place(&self, x: &mut [f32], team: Team) {
        self.heads(x, self.weight.len(), 0..1, team);
    }

    /// Normalises each of `heads`, of `n` numbers, in every row of `x` `[rows, width]`.
    pub fn heads(&self, x: &mut [f32], width: usize, heads: Range<usize>, team: Team) {
        let n = self.weight.len();
        let rows = (x.len() / width).div_ceil(team.threads()).max(NUMBERS_PER_PIECE / width).max(1);
        let part = heads.start * n..heads.end * n;
        team.each(x.chunks_mut(rows * width), |x| {
            Isa::best().run(Normalise { norm: self, x, width, part: part.clone() });
        });
    }
}

struct Normalise<'a> {
    norm: &'a RmsNorm,
    x: &'a mut [f32],
    width: usize,
    /// Of a row, whole heads.
    part: Range<usize>,
}

impl WithSimd for Normalise<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let RmsNorm { weight, eps } = self.norm;
        for row in self.x.chunks_exact_mut(self.width) {
            for head in row[self.part.clone()].chunks_exact_mut(weight.len()) {
                let mean = sum(head, |x| x * x) / head.len() as f32;
                let scale = 1.0 / (mean + eps).sqrt();
                for (x, w) in head.iter_mut().zip(weight) {
                    *x = *x * scale * w;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(seed: usize, len: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1000) as f32 / 250.0 - 2.0).collect()
    }

    fn bits(xs: &[f32]) -> Vec<u32> {
        xs.iter().map(|x| x.to_bits()).collect()
    }

    #[test]
    fn equals_the_definition() {
        for n in [2, 37, 64, 100, 768] {
            let (norm, x) = (RmsNorm::new(numbers(2, n), 1e-5), numbers(1, 3 * n));
            let mut out = vec![f32::NAN; 3 * n];
            norm.forward(&x, &mut out, Team::ONE);
            for (row, out) in x.chunks(n).zip(out.chunks(n)) {
                let mean = row.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / n as f64;
                for (i, y) in out.iter().enumerate() {
                    let wanted = f64::from(row[i]) / (mean + 1e-5).sqrt() * f64::from(norm.weight[i]);
                    assert!((f64::from(*y) - wanted).abs() < 1e-5, "{n}: element {i}: {y}, not {wanted}");
                }
            }
        }
    }

    #[test]
    fn bits_are_a_rows_own() {
        for n in [5, 48, 130, 768] {
            let (norm, x) = (RmsNorm::new(numbers(2, n), 1e-6), numbers(7, 200 * n));
            let mut whole = x.clone();
            norm.in_place(&mut whole, Team::ONE);
            for isa in Isa::all() {
                let mut out = x.clone();
                isa.run(Normalise { norm: &norm, x: &mut out, width: n, part: 0..n });
                assert_eq!(bits(&out), bits(&whole), "{n} on {isa:?}");
            }
            let mut shared = x.clone();
            norm.in_place(&mut shared, Team::new(3));
            assert_eq!(bits(&shared), bits(&whole), "{n}, three threads");
            let mut alone = x[37 * n..38 * n].to_vec();
            norm.in_place(&mut alone, Team::ONE);
            assert_eq!(bits(&alone), bits(&whole[37 * n..38 * n]), "{n}, a row alone");
        }
    }

    #[test]
    fn heads_are_normalised_each_by_itself() {
        let (norm, width) = (RmsNorm::new(numbers(2, 8), 1e-6), 5 * 8 + 3);
        let before = numbers(9, 4 * width);
        let mut after = before.clone();
        norm.heads(&mut after, width, 1..4, Team::new(2));
        for (before, after) in before.chunks(width).zip(after.chunks(width)) {
            let mut wanted = before.to_vec();
            wanted[8..32].chunks_mut(8).for_each(|head| norm.in_place(head, Team::ONE));
            assert_eq!(bits(after), bits(&wanted));
        }
        norm.heads(&mut [], width, 1..4, Team::ONE);
    }
}

//! Layer normalisation (Ba et al. 2016).

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::Team;
use super::simd::{Isa, Simd, WithSimd, sum};

/// Rows that are worth another thread.
const ROWS_PER_PIECE: usize = 64;

/// (x − mean) / √(variance + ε) · weight + bias over the last dimension.
pub struct LayerNorm {
    weight: Vec<f32>,
    bias: Vec<f32>,
    eps: f32,
}

impl LayerNorm {
    /// From `weight` and `bias`, both `[n]`.
    pub const fn new(weight: Vec<f32>, bias: Vec<f32>, eps: f32) -> Self {
        Self { weight, bias, eps }
    }

    /// `x` `[rows, n]` normalised into `out` `[rows, n]`. NaN or infinity anywhere in a row makes all of it NaN.
    ///
    /// # Panics
    /// When the sizes differ.
    pub fn forward(&self, x: &[f32], out: &mut [f32], team: Team) {
        assert_eq!(x.len(), out.len(), "sizes");
        let piece = self.piece(out.len(), team);
        let pieces = x.chunks(piece).zip(out.chunks_mut(piece));
        team.each(pieces, |(x, out)| Isa::best().run(Apart { norm: self, x, out }));
    }

    /// The same, written over `x`.
    pub fn in_place(&self, x: &mut [f32], team: Team) {
        let piece = self.piece(x.len(), team);
        team.each(x.chunks_mut(piece), |x| Isa::best().run(Over { norm: self, x }));
    }

    /// Elements for each thread: whole rows, and enough of them.
    fn piece(&self, len: usize, team: Team) -> usize {
        let n = self.weight.len();
        (len / n).div_ceil(team.threads()).max(ROWS_PER_PIECE) * n
    }

    /// Mean and 1/√(variance + ε) of a row. The second reading is from the first-level cache; it keeps the digits that
    /// Σx² − (Σx)² would lose.
    #[inline(always)]
    fn statistics(&self, row: &[f32]) -> (f32, f32) {
        let n = row.len() as f32;
        let mean = sum(row, |x| x) / n;
        let variance = sum(row, |x| (x - mean) * (x - mean)) / n;
        (mean, 1.0 / (variance + self.eps).sqrt())
    }

    #[inline(always)]
    fn parameters(&self) -> impl Iterator<Item = (&f32, &f32)> {
        self.weight.iter().zip(&self.bias)
    }
}

struct Apart<'a> {
    norm: &'a LayerNorm,
    x: &'a [f32],
    out: &'a mut [f32],
}

impl WithSimd for Apart<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let n = self.norm.weight.len();
        for (row, out) in self.x.chunks_exact(n).zip(self.out.chunks_exact_mut(n)) {
            let (mean, scale) = self.norm.statistics(row);
            for ((y, x), (w, b)) in out.iter_mut().zip(row).zip(self.norm.parameters()) {
                *y = ((x - mean) * scale).mul_add(*w, *b);
            }
        }
    }
}

struct Over<'a> {
    norm: &'a LayerNorm,
    x: &'a mut [f32],
}

impl WithSimd for Over<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        for row in self.x.chunks_exact_mut(self.norm.weight.len()) {
            let (mean, scale) = self.norm.statistics(row);
            for (x, (w, b)) in row.iter_mut().zip(self.norm.parameters()) {
                *x = ((*x - mean) * scale).mul_add(*w, *b);
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

    fn norm(n: usize) -> LayerNorm {
        LayerNorm::new(numbers(2, n), numbers(3, n), 1e-5)
    }

    fn bits(xs: &[f32]) -> Vec<u32> {
        xs.iter().map(|x| x.to_bits()).collect()
    }

    fn check(n: usize, offset: f32) {
        let (rows, norm) = (3, norm(n));
        let x: Vec<f32> = numbers(1, rows * n).iter().map(|x| x + offset).collect();
        let mut out = vec![f32::NAN; rows * n];
        norm.forward(&x, &mut out, Team::ONE);
        for (row, out) in x.chunks(n).zip(out.chunks(n)) {
            let mean = row.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
            let variance = row.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n as f64;
            for (i, y) in out.iter().enumerate() {
                let unit = (f64::from(row[i]) - mean) / (variance + f64::from(norm.eps)).sqrt();
                let wanted = unit * f64::from(norm.weight[i]) + f64::from(norm.bias[i]);
                let tolerance = 1e-5 * f64::from(offset.abs().max(1.0));
                assert!((f64::from(*y) - wanted).abs() < tolerance, "{n} + {offset}: element {i}: {y}, not {wanted}");
            }
        }
    }

    #[test]
    fn equals_the_definition() {
        for n in [2, 37, 64, 100, 128, 768, 1601] {
            check(n, 0.0);
            check(n, 100.0);
        }
    }

    #[test]
    fn bits_are_a_rows_own() {
        for n in [5, 48, 130, 768] {
            let (rows, norm) = (200, norm(n));
            let x = numbers(7, rows * n);
            let mut whole = vec![0.0; rows * n];
            norm.forward(&x, &mut whole, Team::ONE);
            for isa in Isa::all() {
                let mut out = vec![0.0; rows * n];
                isa.run(Apart { norm: &norm, x: &x, out: &mut out });
                assert_eq!(bits(&out), bits(&whole), "{n} on {isa:?}");
            }
            for team in [1, 2, 7] {
                let mut over = x.clone();
                norm.in_place(&mut over, Team::new(team));
                assert_eq!(bits(&over), bits(&whole), "{n} in place, {team} threads");
            }
            for (row, wanted) in x.chunks(n).zip(whole.chunks(n)).step_by(37) {
                let mut alone = row.to_vec();
                norm.in_place(&mut alone, Team::ONE);
                assert_eq!(bits(&alone), bits(wanted), "{n}, a row alone");
            }
        }
    }

    #[test]
    fn nan_takes_its_row_and_no_other() {
        let norm = norm(50);
        for poison in [f32::NAN, f32::INFINITY] {
            let mut x = numbers(4, 150);
            x[70] = poison;
            norm.in_place(&mut x, Team::ONE);
            let nan: Vec<bool> = x.chunks(50).map(|row| row.iter().all(|y| y.is_nan())).collect();
            let finite: Vec<bool> = x.chunks(50).map(|row| row.iter().all(|y| y.is_finite())).collect();
            assert_eq!((nan, finite), (vec![false, true, false], vec![true, false, true]));
        }
    }
}

//! Attention that sees all of its input, before and behind.

use super::Attention;
use super::kernel::{Score, TILE, Weigh};
use super::softmax::Softmax;
use crate::nn::path::{BLOCK, HeadPath, KeyValues};
use crate::nn::simd::{Isa, Simd, WithSimd};
use std::ops::Range;

/// Most queries that go through the input together, as on a path.
const GROUP: usize = 32;

impl Attention {
    /// Every row of `input` sees every row of it, whatever the window says. `qkv` holds queries, keys and values side by side
    /// `[rows, 3·n_embd]`; `queries` names the rows whose output is wanted, all in `input`; `out` becomes their
    /// `[queries, n_embd]`. `scratch` has room for the input, and what was in it does not matter.
    ///
    /// Keys come in blocks in their order, as on a path: a query's bits depend on the input's rows alone.
    ///
    /// # Panics
    /// When sizes do not fit each other.
    pub fn whole(&self, qkv: &[f32], input: Range<usize>, queries: &[u32], scratch: &mut KeyValues, out: &mut [f32]) {
        self.whole_on(Isa::best(), qkv, input, queries, scratch, out);
    }

    pub(super) fn whole_on(
        &self,
        isa: Isa,
        qkv: &[f32],
        input: Range<usize>,
        queries: &[u32],
        scratch: &mut KeyValues,
        out: &mut [f32],
    ) {
        let (n_head, dim) = (scratch.n_head(), scratch.head_dim());
        assert!(self.n_head == n_head && input.len() <= scratch.positions(), "heads and positions");
        assert_eq!(out.len(), queries.len() * n_head * dim, "outputs");
        for (head, path) in scratch.heads().enumerate() {
            let qkv = &qkv[3 * input.start * n_head * dim..3 * input.end * n_head * dim];
            isa.run(Whole { scale: self.scale, n_head, head, qkv, first: input.start, queries, path, out });
        }
    }
}

/// One head's part.
struct Whole<'a> {
    scale: f32,
    n_head: usize,
    head: usize,
    /// Of the input's rows `[rows, 3·n_embd]`.
    qkv: &'a [f32],
    /// Number of its first row.
    first: usize,
    queries: &'a [u32],
    path: HeadPath<'a>,
    /// `[queries, n_embd]`
    out: &'a mut [f32],
}

impl WithSimd for Whole<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let (dim, n_head, head) = (self.path.dim, self.n_head, self.head);
        let qkv = self.qkv;
        let part = |row: usize, which: usize| &qkv[((3 * row + which) * n_head + head) * dim..][..dim];
        let rows = qkv.len() / (3 * n_head * dim);
        self.path.store(0, rows, |i| (part(i, 1), part(i, 2)));
        let mut softmax = Softmax::new(self.queries.len().min(GROUP), dim, self.path.width);
        for (group, queries) in self.queries.chunks(GROUP).enumerate() {
            for (i, &query) in queries.iter().enumerate() {
                softmax.begin(i, part(query as usize - self.first, 0), self.scale);
            }
            for block in 0..rows.div_ceil(BLOCK) {
                self.attend(simd, queries.len(), block, (rows - block * BLOCK).min(BLOCK), &mut softmax);
            }
            for i in 0..queries.len() {
                let at = ((group * GROUP + i) * n_head + head) * dim;
                self.out[at..at + dim].copy_from_slice(softmax.finish(i));
            }
        }
    }
}

impl Whole<'_> {
    /// Takes `count` queries through the first `keys` keys of a block.
    #[inline(always)]
    fn attend<S: Simd>(&self, simd: S, count: usize, block: usize, keys: usize, softmax: &mut Softmax) {
        let tiles = || (0..count).step_by(TILE).map(|at| at..count.min(at + TILE));
        for tile in tiles() {
            let (q, scores) = softmax.scoring(tile);
            simd.vectorize(Score { q, keys: self.path.keys(block), within: 0..keys, scores });
        }
        for i in 0..count {
            softmax.update(i, &(0..keys));
        }
        for tile in tiles() {
            let (weights, sums) = softmax.weighing(tile);
            let values = self.path.values(block * BLOCK..block * BLOCK + keys);
            simd.vectorize(Weigh { weights, values, within: 0..keys, sums });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const N_HEAD: usize = 3;

    fn numbers(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 250.0 - 2.0).collect()
    }

    /// Softmax(q·kᵀ·scale)·v of one row and head, in double precision.
    fn reference(qkv: &[f32], dim: usize, input: Range<usize>, row: usize, head: usize) -> Vec<f64> {
        let part = |row: usize, which: usize| &qkv[((3 * row + which) * N_HEAD + head) * dim..][..dim];
        let dot = |other: usize| {
            let terms = part(row, 0).iter().zip(part(other, 1)).map(|(a, b)| f64::from(*a) * f64::from(*b));
            0.25 * terms.sum::<f64>()
        };
        let most = input.clone().map(dot).fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = input.clone().map(|other| (dot(other) - most).exp()).collect();
        let total: f64 = weights.iter().sum();
        let value = |d: usize| input.clone().zip(&weights).map(|(row, w)| w * f64::from(part(row, 2)[d])).sum::<f64>();
        (0..dim).map(|d| value(d) / total).collect()
    }

    fn check(dim: usize, before: usize, rows: usize) {
        let attention = Attention::new(N_HEAD, 0.25);
        let qkv = numbers((before + rows + 2) * 3 * N_HEAD * dim, rows);
        let input = before..before + rows;
        let run = |isa, queries: &[u32]| {
            let mut scratch = KeyValues::new(N_HEAD, dim, rows + 70);
            // What an earlier, longer input left.
            attention.whole_on(
                isa,
                &vec![9.0; (rows + 70) * 3 * N_HEAD * dim],
                0..rows + 70,
                &[],
                &mut scratch,
                &mut [],
            );
            let mut out = vec![f32::NAN; queries.len() * N_HEAD * dim];
            attention.whole_on(isa, &qkv, input.clone(), queries, &mut scratch, &mut out);
            out
        };
        let all: Vec<u32> = input.clone().map(|row| row as u32).collect();
        let wanted = run(Isa::best(), &all);
        for (i, head) in (0..rows).flat_map(|i| (0..N_HEAD).map(move |head| (i, head))) {
            let reference = reference(&qkv, dim, input.clone(), before + i, head);
            for (found, wanted) in wanted[(i * N_HEAD + head) * dim..].iter().zip(reference) {
                assert!(
                    (f64::from(*found) - wanted).abs() < 1e-5,
                    "{rows} rows of {dim}: row {i}: {found}, not {wanted}"
                );
            }
        }
        let bits = |out: &[f32]| out.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        for isa in Isa::all() {
            assert_eq!(bits(&run(isa, &all)), bits(&wanted), "{isa:?}");
            let some: Vec<u32> = all.iter().copied().step_by(3).collect();
            let rows = wanted.chunks(N_HEAD * dim).step_by(3).flatten().copied().collect::<Vec<_>>();
            assert_eq!(bits(&run(isa, &some)), bits(&rows), "{isa:?}: every third row");
        }
    }

    #[test]
    fn equals_the_definition_in_any_company() {
        for (dim, before, rows) in [(8, 0, 1), (12, 3, 7), (16, 1, 64), (20, 0, 65), (64, 5, 130)] {
            check(dim, before, rows);
        }
    }
}

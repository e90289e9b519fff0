//! The running softmax of a group of queries.

use super::kernel::Row;
use crate::nn::path::LANES;
use crate::nn::simd::exp;
use std::ops::Range;

/// Queries on their way along the path, each with the largest score so far, and with the weights and the weighted values
/// summed relative to it.
pub struct Softmax {
    dim: usize,
    width: usize,
    /// Scaled queries `[queries, dim]`.
    q: Vec<f32>,
    /// Scores, later weights, of the present block, `[queries, BLOCK]`.
    pub scores: Vec<Row>,
    max: Vec<f32>,
    /// Sums of weights: key j adds to lane j mod [`LANES`].
    norm: Vec<[f32; LANES]>,
    /// Sums of weighted values `[queries, width]`.
    sums: Vec<f32>,
}

impl Softmax {
    /// Room for `queries` of `dim` components, whose values are `width` apart.
    pub fn new(queries: usize, dim: usize, width: usize) -> Self {
        Self {
            dim,
            width,
            q: vec![0.0; queries * dim],
            scores: vec![[0.0; _]; queries],
            max: vec![0.0; queries],
            norm: vec![[0.0; LANES]; queries],
            sums: vec![0.0; queries * width],
        }
    }

    /// Query `i` starts anew, before its first key.
    #[inline(always)]
    pub fn begin(&mut self, i: usize, q: &[f32], scale: f32) {
        for (to, from) in self.q[i * self.dim..][..self.dim].iter_mut().zip(q) {
            *to = from * scale;
        }
        self.max[i] = f32::NEG_INFINITY;
        self.norm[i] = [0.0; LANES];
        self.sums[i * self.width..][..self.width].fill(0.0);
    }

    /// Queries `[tile, dim]` and their scores, to be filled in.
    #[inline(always)]
    pub fn scoring(&mut self, tile: Range<usize>) -> (&[f32], &mut [Row]) {
        (&self.q[tile.start * self.dim..tile.end * self.dim], &mut self.scores[tile])
    }

    /// Weights and the sums `[tile, width]` that they add to.
    #[inline(always)]
    pub fn weighing(&mut self, tile: Range<usize>) -> (&[Row], &mut [f32]) {
        (&self.scores[tile.clone()], &mut self.sums[tile.start * self.width..tile.end * self.width])
    }

    /// Turns the scores of the `visible` keys of a block into weights, and brings what was summed before to their scale.
    #[inline(always)]
    pub fn update(&mut self, i: usize, visible: &Range<usize>) {
        if visible.is_empty() {
            return;
        }
        let whole = visible.start / LANES * LANES..visible.end.next_multiple_of(LANES);
        let row = &mut self.scores[i][whole.clone()];
        row[..visible.start - whole.start].fill(f32::NEG_INFINITY);
        row[visible.end - whole.start..].fill(f32::NEG_INFINITY);
        let row = row.as_chunks_mut::<LANES>().0;
        let (before, mut norm) = (self.max[i], self.norm[i]);
        let max = largest(before, row);
        if max > before {
            self.max[i] = max;
            let factor = exp(before - max);
            scale(&mut norm, factor);
            scale(&mut self.sums[i * self.width..][..self.width], factor);
        }
        for lanes in row {
            for (sum, x) in norm.iter_mut().zip(lanes) {
                *x = weight(*x, max);
                *sum += *x;
            }
        }
        self.norm[i] = norm;
    }

    /// Query `i`'s output `[dim]`.
    #[inline(always)]
    pub fn finish(&mut self, i: usize) -> &[f32] {
        let output = &mut self.sums[i * self.width..][..self.dim];
        scale(output, 1.0 / fold(self.norm[i], |a, b| a + b));
        output
    }
}

#[inline(always)]
fn scale(xs: &mut [f32], factor: f32) {
    for x in xs {
        *x *= factor;
    }
}

/// A score's weight, exactly 0 for what is masked.
#[inline(always)]
fn weight(score: f32, max: f32) -> f32 {
    if score == f32::NEG_INFINITY { 0.0 } else { exp(score - max) }
}

/// The largest of `first` and all scores. NaN is passed over here: it reaches the output through its weight.
#[inline(always)]
fn largest(first: f32, scores: &[[f32; LANES]]) -> f32 {
    let mut lanes = [first; LANES];
    for scores in scores {
        for (max, &x) in lanes.iter_mut().zip(scores) {
            *max = larger(*max, x);
        }
    }
    fold(lanes, larger)
}

#[inline(always)]
const fn larger(max: f32, x: f32) -> f32 {
    if x > max { x } else { max }
}

/// Halves against each other until one lane is left.
#[inline(always)]
fn fold(mut lanes: [f32; LANES], f: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] = f(lanes[i], lanes[i + half]);
        }
        half /= 2;
    }
    lanes[0]
}

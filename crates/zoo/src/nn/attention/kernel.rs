//! The two products of attention as register tiles: queries × keys and weights × values.
//!
//! Each element of a product is one chain of fused multiply-adds in ascending order, whatever the tile's shape or the
//! machine's vectors: a tile only decides which chains run side by side.

#![allow(clippy::needless_range_loop, reason = "with iterators in the innermost loops the tiles leave the registers")]

use crate::nn::path::{BLOCK, LANES};
use crate::nn::simd::{Simd, WithSimd};
use std::ops::Range;

/// Queries in a tile: enough independent chains to hide a multiply-add's latency, few enough to keep them in registers.
pub const TILE: usize = 4;

/// A query's scores, later weights, for the keys of a block.
pub type Row = [f32; BLOCK];

/// Vectors in a row's part of a tile.
#[inline(always)]
fn columns<S: Simd>(rows: usize) -> usize {
    if rows <= 2 { TILE } else { S::REGISTER_COUNT / 8 }
}

/// q·k of up to [`TILE`] queries with some keys of a block.
pub struct Score<'a> {
    /// `[rows, dim]`
    pub q: &'a [f32],
    /// The block's keys `[dim, BLOCK]`.
    pub keys: &'a [f32],
    /// Which of them, rounded out to [`LANES`].
    pub within: Range<usize>,
    /// Where the scores go, one row a query.
    pub scores: &'a mut [Row],
}

impl WithSimd for Score<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.scores.len() {
            1 => score_rows::<S, 1>(simd, self.q, self.keys, &self.within, self.scores),
            2 => score_rows::<S, 2>(simd, self.q, self.keys, &self.within, self.scores),
            3 => score_rows::<S, 3>(simd, self.q, self.keys, &self.within, self.scores),
            _ => score_rows::<S, TILE>(simd, self.q, self.keys, &self.within, self.scores),
        }
    }
}

#[inline(always)]
fn score_rows<S: Simd, const R: usize>(simd: S, q: &[f32], keys: &[f32], within: &Range<usize>, scores: &mut [Row]) {
    let per_lanes = LANES / S::F32_LANES;
    let (mut at, end) = (within.start / LANES * per_lanes, within.end.div_ceil(LANES) * per_lanes);
    while at < end {
        at += match (end - at).min(columns::<S>(R)) {
            1 => score_tile::<S, R, 1>(simd, q, keys, at, scores),
            2 | 3 => score_tile::<S, R, 2>(simd, q, keys, at, scores),
            _ => score_tile::<S, R, 4>(simd, q, keys, at, scores),
        };
    }
}

/// The scores of `C` vectors of keys from vector `at` on. Returns `C`.
#[inline(always)]
fn score_tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    q: &[f32],
    keys: &[f32],
    at: usize,
    scores: &mut [Row],
) -> usize {
    let dim = q.len() / R;
    let mut tile = [[simd.splat_f32s(0.0); C]; R];
    for (d, key) in S::as_simd_f32s(keys).0.chunks_exact(BLOCK / S::F32_LANES).enumerate() {
        let key = &key[at..at + C];
        for r in 0..R {
            let x = simd.splat_f32s(q[r * dim + d]);
            for c in 0..C {
                tile[r][c] = simd.mul_add_f32s(x, key[c], tile[r][c]);
            }
        }
    }
    for (row, scores) in tile.iter().zip(&mut scores[..R]) {
        put(row, &mut S::as_mut_simd_f32s(scores).0[at..at + C]);
    }
    C
}

/// Adds Σ weight·value over some keys of a block to up to [`TILE`] rows of sums.
pub struct Weigh<'a> {
    /// One row a query.
    pub weights: &'a [Row],
    /// Those keys' values `[keys, width]`.
    pub values: &'a [f32],
    /// Which keys of the block.
    pub within: Range<usize>,
    /// `[rows, width]`
    pub sums: &'a mut [f32],
}

impl WithSimd for Weigh<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.weights.len() {
            1 => weigh_rows::<S, 1>(simd, self.weights, self.values, &self.within, self.sums),
            2 => weigh_rows::<S, 2>(simd, self.weights, self.values, &self.within, self.sums),
            3 => weigh_rows::<S, 3>(simd, self.weights, self.values, &self.within, self.sums),
            _ => weigh_rows::<S, TILE>(simd, self.weights, self.values, &self.within, self.sums),
        }
    }
}

#[inline(always)]
fn weigh_rows<S: Simd, const R: usize>(
    simd: S,
    weights: &[Row],
    values: &[f32],
    within: &Range<usize>,
    sums: &mut [f32],
) {
    let end = sums.len() / R / S::F32_LANES;
    let mut at = 0;
    while at < end {
        at += match (end - at).min(columns::<S>(R)) {
            1 => weigh_tile::<S, R, 1>(simd, weights, values, within, at, sums),
            2 | 3 => weigh_tile::<S, R, 2>(simd, weights, values, within, at, sums),
            _ => weigh_tile::<S, R, 4>(simd, weights, values, within, at, sums),
        };
    }
}

/// The sums of `C` vectors of components from vector `at` on. Returns `C`.
#[inline(always)]
fn weigh_tile<S: Simd, const R: usize, const C: usize>(
    simd: S,
    weights: &[Row],
    values: &[f32],
    within: &Range<usize>,
    at: usize,
    sums: &mut [f32],
) -> usize {
    let width = sums.len() / R / S::F32_LANES;
    let sums = S::as_mut_simd_f32s(sums).0;
    let mut tile = [[simd.splat_f32s(0.0); C]; R];
    for (r, row) in tile.iter_mut().enumerate() {
        put(&sums[r * width + at..][..C], row);
    }
    for (key, value) in within.clone().zip(S::as_simd_f32s(values).0.chunks_exact(width)) {
        let value = &value[at..at + C];
        for r in 0..R {
            let x = simd.splat_f32s(weights[r][key]);
            for c in 0..C {
                tile[r][c] = simd.mul_add_f32s(x, value[c], tile[r][c]);
            }
        }
    }
    for (r, row) in tile.iter().enumerate() {
        put(row, &mut sums[r * width + at..][..C]);
    }
    C
}

/// Copies vectors one by one: a copy of a slice would call `memmove`, which costs more than a tile's few registers.
#[inline(always)]
fn put<V: Copy>(from: &[V], to: &mut [V]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

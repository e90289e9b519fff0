//! The work of one head of keys and values: a plan's queries along the path, block by block, with a softmax that is brought up to date at each block
//! (Milakov & Gimelshein 2018; Dao et al. 2022, algorithm 1).
//!
//! A query meets the blocks of its path in ascending order and skips what it does not see. Blocks lie at absolute positions,
//! so its sums are grouped the same way whatever is computed beside it.

use super::kernel::{Score, TILE, Weigh};
use super::plan::{Group, Piece, Plan, Query};
use super::softmax::Softmax;
use super::{Attention, Scores, Window};
use crate::nn::activation::soft_cap;
use crate::nn::path::{BLOCK, HeadPath};
use crate::nn::simd::{Simd, WithSimd};
use std::ops::Range;

/// Everything one head of keys and values needs.
pub struct HeadPass<'a> {
    pub attention: &'a Attention,
    pub plan: &'a Plan,
    /// `[rows, heads of queries, keys and values, dim]`
    pub qkv: &'a [f32],
    /// Heads of queries for each of keys and values.
    pub share: usize,
    /// Which head of keys and values.
    pub head: usize,
    pub path: HeadPath<'a>,
    /// Takes a query's output `[dim]`, by its index among the plan's queries.
    pub emit: &'a mut dyn FnMut(usize, &[f32]),
}

impl WithSimd for HeadPass<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        let plan = self.plan;
        let mut softmax = Softmax::new(plan.most_queries(), self.path.dim, self.path.width);
        for group in &plan.groups {
            self.group(simd, group, &mut softmax);
        }
    }
}

impl<'a> HeadPass<'a> {
    /// All queries through the blocks that no piece changes, then each piece's through the rest.
    #[inline(always)]
    fn group<S: Simd>(&mut self, simd: S, group: &Group, softmax: &mut Softmax) {
        let plan = self.plan;
        let first = group.queries.start;
        for (i, query) in plan.queries[group.queries.clone()].iter().enumerate() {
            softmax.begin(i, self.part(query.row, self.head * self.share + query.head), self.attention.scale);
        }
        self.attend(simd, first, &group.queries, 0..group.shared, softmax);
        for piece in &plan.pieces[group.pieces.clone()] {
            self.store(piece);
            let end = (piece.start + piece.rows.len()).div_ceil(BLOCK);
            self.attend(simd, first, &piece.queries, group.shared..end, softmax);
        }
        for i in 0..group.queries.len() {
            (self.emit)(first + i, softmax.finish(i));
        }
    }

    /// Puts the piece's keys and values on the path.
    #[inline(always)]
    fn store(&mut self, piece: &Piece) {
        let (qkv, dim, heads) = (self.qkv, self.path.dim, self.heads());
        let key = self.attention.n_head + self.head;
        let value = key + self.attention.n_head / self.share;
        let row = |i: usize| {
            let part = |which: usize| &qkv[((piece.rows.start + i) * heads + which) * dim..][..dim];
            (part(key), part(value))
        };
        self.path.store(piece.start, piece.rows.len(), row);
    }

    /// Takes `queries` of the plan through `blocks`; `first` is the plan's query that is the softmax's number 0.
    #[inline(always)]
    fn attend<S: Simd>(
        &self,
        simd: S,
        first: usize,
        queries: &Range<usize>,
        blocks: Range<usize>,
        softmax: &mut Softmax,
    ) {
        let tiles = || queries.clone().step_by(TILE).map(|at| at..queries.end.min(at + TILE));
        for block in blocks {
            for tile in tiles() {
                self.score(simd, first, tile, block, softmax);
            }
            for i in queries.clone() {
                let query = &self.plan.queries[i];
                let visible = self.visible(query, block);
                self.reshape(query, block * BLOCK + visible.start, &mut softmax.scores[i - first][visible.clone()]);
                softmax.update(i - first, &visible);
            }
            for tile in tiles() {
                self.weigh(simd, first, tile, block, softmax);
            }
        }
    }

    #[inline(always)]
    fn score<S: Simd>(&self, simd: S, first: usize, tile: Range<usize>, block: usize, softmax: &mut Softmax) {
        let seen = self.plan.queries[tile.clone()].iter().map(|query| self.visible(query, block));
        let any = seen.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or_default();
        let (q, scores) = softmax.scoring(tile.start - first..tile.end - first);
        simd.vectorize(Score { q, keys: self.path.keys(block), within: any, scores });
    }

    /// The scores of keys from position `start` on, as the softmax gets them.
    #[inline(always)]
    fn reshape(&self, query: &Query, start: usize, scores: &mut [f32]) {
        match &self.attention.scores {
            Scores::Plain => {}
            Scores::Capped(cap) => {
                for x in scores {
                    *x = soft_cap(*x, *cap);
                }
            }
            Scores::Sloped(slopes) => {
                let slope = slopes[self.head * self.share + query.head];
                let distance = start as f32 - query.position as f32;
                for (j, x) in scores.iter_mut().enumerate() {
                    *x = (distance + j as f32).mul_add(slope, *x);
                }
            }
        }
    }

    /// What all of the tile see goes together, what some see beside it row by row: each row's keys in ascending order.
    #[inline(always)]
    fn weigh<S: Simd>(&self, simd: S, first: usize, tile: Range<usize>, block: usize, softmax: &mut Softmax) {
        let seen = |i: usize| self.visible(&self.plan.queries[i], block);
        let all = tile.clone().map(seen).reduce(|a, b| a.start.max(b.start)..a.end.min(b.end)).unwrap_or_default();
        let mut add = |rows: Range<usize>, within: Range<usize>| {
            if !within.is_empty() {
                let (weights, sums) = softmax.weighing(rows.start - first..rows.end - first);
                let values = self.path.values(block * BLOCK + within.start..block * BLOCK + within.end);
                simd.vectorize(Weigh { weights, values, within, sums });
            }
        };
        if all.is_empty() {
            tile.for_each(|i| add(i..i + 1, seen(i)));
        } else {
            tile.clone().for_each(|i| add(i..i + 1, seen(i).start..all.start));
            add(tile.clone(), all.clone());
            tile.for_each(|i| add(i..i + 1, all.end..seen(i).end));
        }
    }

    /// The keys of a block that a query sees.
    #[inline(always)]
    fn visible(&self, query: &Query, block: usize) -> Range<usize> {
        let first = match self.attention.window {
            Window::Global => 0,
            Window::Local(reach) => (query.position + 1).saturating_sub(reach),
        };
        let inside = |position: usize| position.saturating_sub(block * BLOCK).min(BLOCK);
        inside(first)..inside(query.position + 1)
    }

    /// A head of a row, `[dim]`: queries' come first, then keys', then values'.
    #[inline(always)]
    fn part(&self, row: usize, head: usize) -> &'a [f32] {
        &self.qkv[(row * self.heads() + head) * self.path.dim..][..self.path.dim]
    }

    /// Heads of queries, keys and values in a row.
    #[inline(always)]
    const fn heads(&self) -> usize {
        self.attention.n_head + 2 * (self.attention.n_head / self.share)
    }
}

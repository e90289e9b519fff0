//! Keys and values of one layer along one path.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use std::array;
use std::ops::{Deref, DerefMut, Range};

/// Positions in a block of keys. Blocks lie at absolute positions, and so does every regrouping of attention's sums.
pub const BLOCK: usize = 64;

/// Neighbouring keys that are stored together.
const QUAD: usize = 4;

/// What the width of a head's values is padded to: the widest vector register, in f32.
pub const LANES: usize = 16;

/// Consecutive rows of a stretch at consecutive positions of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Rows of the stretch.
    pub rows: Range<usize>,
    /// Position of the first.
    pub start: usize,
}

/// The rows of a pass that advance one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// Which path.
    pub path: usize,
    /// Its rows, which are neighbours, as runs of consecutive positions.
    pub runs: Vec<Run>,
}

impl Lane {
    /// All of its rows.
    pub fn rows(&self) -> Range<usize> {
        let end = self.runs.last().map_or(0, |run| run.rows.end);
        self.runs.first().map_or(end, |run| run.rows.start)..end
    }
}

/// The keys and values that one layer has computed for the positions of one path. What a position holds is what was last
/// stored there; only the caller knows how many positions count.
///
/// Each head's keys lie transposed in blocks, `[block, head_dim, BLOCK]`, so that a vector holds one component of 16
/// neighbouring keys; its values lie in rows, `[position, width]`, with `width` the head's padded to whole vectors.
pub struct KeyValues {
    n_head: usize,
    head_dim: usize,
    positions: usize,
    keys: Aligned,
    values: Aligned,
}

impl KeyValues {
    /// Room for `positions`. Memory that is never written is not taken from the system.
    pub fn new(n_head: usize, head_dim: usize, positions: usize) -> Self {
        Self {
            n_head,
            head_dim,
            positions,
            keys: Aligned::zeros(n_head * key_elements(head_dim, positions)),
            values: Aligned::zeros(n_head * positions * width(head_dim)),
        }
    }

    /// Bytes for each position.
    pub fn bytes_per_position(n_head: usize, head_dim: usize) -> u64 {
        (n_head * (head_dim + width(head_dim)) * size_of::<f32>()) as u64
    }

    /// Bytes that come on top, at most, for keys of `width` components in all heads: they fill whole blocks.
    pub const fn bytes_beside(width: usize) -> u64 {
        (width * BLOCK * size_of::<f32>()) as u64
    }

    /// A copy of the first `len` positions, with room for no more.
    ///
    /// # Panics
    /// With less than `len` positions.
    #[must_use]
    pub fn keep(&self, len: usize) -> Self {
        let mut kept = Self::new(self.n_head, self.head_dim, len);
        kept.resume(self, len);
        kept
    }

    /// Takes over the first `len` positions of `past`.
    ///
    /// # Panics
    /// When either has less than `len` positions, or `past` belongs to other heads.
    pub fn resume(&mut self, past: &Self, len: usize) {
        assert_eq!((self.n_head, self.head_dim), (past.n_head, past.head_dim), "heads and their width");
        assert!(len <= self.positions && len <= past.positions, "{len} of {} positions", past.positions);
        let (keys, values) = (key_elements(self.head_dim, len), len * width(self.head_dim));
        for (head, from) in self.heads().zip(past.shares()) {
            head.keys[..keys].copy_from_slice(&from.0[..keys]);
            head.values[..values].copy_from_slice(&from.1[..values]);
        }
    }

    /// Number of heads.
    pub const fn n_head(&self) -> usize {
        self.n_head
    }

    /// Width of a head.
    pub const fn head_dim(&self) -> usize {
        self.head_dim
    }

    /// Positions there is room for.
    pub const fn positions(&self) -> usize {
        self.positions
    }

    /// Each head's share, to work on at the same time.
    pub(super) fn heads(&mut self) -> impl Iterator<Item = HeadPath<'_>> {
        let (keys, values, dim) = (self.key_share(), self.value_share(), self.head_dim);
        let shares = self.keys.chunks_exact_mut(keys).zip(self.values.chunks_exact_mut(values));
        shares.map(move |(keys, values)| HeadPath { dim, width: width(dim), keys, values })
    }

    fn shares(&self) -> impl Iterator<Item = (&[f32], &[f32])> {
        self.keys.chunks_exact(self.key_share()).zip(self.values.chunks_exact(self.value_share()))
    }

    /// At least one, so that an empty path can be divided too.
    fn key_share(&self) -> usize {
        key_elements(self.head_dim, self.positions).max(1)
    }

    fn value_share(&self) -> usize {
        (self.positions * width(self.head_dim)).max(1)
    }
}

/// One head's keys and values.
pub struct HeadPath<'a> {
    /// Width of a key.
    pub dim: usize,
    /// Distance between values, a multiple of [`LANES`].
    pub width: usize,
    keys: &'a mut [f32],
    values: &'a mut [f32],
}

impl HeadPath<'_> {
    /// Writes the keys and values `[dim]` of positions from `start` on; `row` gives the i-th of each.
    #[inline(always)]
    pub fn store<'r>(&mut self, start: usize, count: usize, row: impl Fn(usize) -> (&'r [f32], &'r [f32])) {
        for i in 0..count {
            self.values[(start + i) * self.width..][..self.dim].copy_from_slice(row(i).1);
        }
        let mut i = 0;
        while i < count {
            let lane = (start + i) % BLOCK;
            let block = &mut self.keys[(start + i) / BLOCK * BLOCK * self.dim..][..BLOCK * self.dim];
            if lane.is_multiple_of(QUAD) && i + QUAD <= count {
                transpose::<QUAD>(array::from_fn(|j| row(i + j).0), lane, block);
                i += QUAD;
            } else {
                transpose([row(i).0], lane, block);
                i += 1;
            }
        }
    }

    /// Keys `[dim, BLOCK]` of a block.
    #[inline(always)]
    pub fn keys(&self, block: usize) -> &[f32] {
        &self.keys[block * BLOCK * self.dim..][..BLOCK * self.dim]
    }

    /// Values `[positions, width]`.
    #[inline(always)]
    pub fn values(&self, positions: Range<usize>) -> &[f32] {
        &self.values[positions.start * self.width..positions.end * self.width]
    }
}

/// Puts `N` keys `[dim]` into neighbouring lanes of a block `[dim, BLOCK]`: neighbours together, since single lanes are many
/// small stores.
#[inline(always)]
fn transpose<const N: usize>(keys: [&[f32]; N], lane: usize, block: &mut [f32]) {
    for (d, lanes) in block.chunks_exact_mut(BLOCK).enumerate() {
        for (to, key) in lanes[lane..lane + N].iter_mut().zip(keys) {
            *to = key[d];
        }
    }
}

const fn width(head_dim: usize) -> usize {
    head_dim.next_multiple_of(LANES)
}

const fn key_elements(head_dim: usize, positions: usize) -> usize {
    positions.next_multiple_of(BLOCK) * head_dim
}

/// A buffer that begins on a cache line, so that no vector straddles two.
struct Aligned {
    /// Zeroed by the system and not by a loop, which a type of larger alignment would cost.
    data: Vec<f32>,
    start: usize,
    len: usize,
}

impl Aligned {
    fn zeros(len: usize) -> Self {
        const LINE: usize = 64;
        let data = vec![0.0; len + LINE / size_of::<f32>()];
        let start = data.as_ptr().align_offset(LINE).min(LINE / size_of::<f32>());
        Self { data, start, len }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.data[self.start..self.start + self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(path: &mut KeyValues, positions: Range<usize>, seed: f32) {
        let dim = path.head_dim();
        for (h, mut head) in path.heads().enumerate() {
            for position in positions.clone() {
                let of = |d: usize| seed + (h * 10_000 + position * 100 + d) as f32;
                let key: Vec<f32> = (0..dim).map(of).collect();
                let value: Vec<f32> = (0..dim).map(|d| -of(d)).collect();
                head.store(position, 1, |_| (&key, &value));
            }
        }
    }

    fn check(path: &mut KeyValues, positions: Range<usize>, seed: f32) {
        for (h, head) in path.heads().enumerate() {
            for position in positions.clone() {
                for d in 0..head.dim {
                    let wanted = seed + (h * 10_000 + position * 100 + d) as f32;
                    let key = head.keys(position / BLOCK)[d * BLOCK + position % BLOCK];
                    let value = head.values(position..position + 1)[d];
                    assert_eq!(
                        [key, -value].map(f32::to_bits),
                        [wanted; 2].map(f32::to_bits),
                        "head {h}, position {position}, component {d}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_past_is_what_was_kept() {
        for (n_head, head_dim, len) in [(1, 8, 1), (3, 20, 64), (2, 16, 65), (12, 5, 130)] {
            let mut path = KeyValues::new(n_head, head_dim, 150);
            numbered(&mut path, 0..150, 0.5);
            let mut past = path.keep(len);
            assert_eq!(past.positions(), len);
            check(&mut past, 0..len, 0.5);
            let mut other = KeyValues::new(n_head, head_dim, 140);
            numbered(&mut other, 0..140, 0.25);
            other.resume(&past, len - 1);
            check(&mut other, 0..len - 1, 0.5);
            check(&mut other, len.next_multiple_of(BLOCK).min(140)..140, 0.25);
        }
    }

    #[test]
    fn an_empty_past_is_one() {
        let mut path = KeyValues::new(2, 8, 10);
        let empty = path.keep(0);
        path.resume(&empty, 0);
        assert_eq!(KeyValues::new(2, 8, 0).heads().count(), 0);
    }

    #[test]
    fn buffers_begin_on_a_cache_line() {
        for len in [0, 1, 100, 100_000] {
            let buffer = Aligned::zeros(len);
            assert_eq!((buffer.len(), buffer.as_ptr().align_offset(64)), (len, 0));
        }
    }

    #[test]
    #[should_panic(expected = "positions")]
    fn a_past_is_not_longer_than_it_is() {
        let past = KeyValues::new(2, 8, 70).keep(65);
        KeyValues::new(2, 8, 80).resume(&past, 66);
    }
}

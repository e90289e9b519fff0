//! The product of rows with packed weights.
//!
//! An element of the result is Σ over blocks of `DEPTH` inputs, in order, of Σ over the block's inputs, in order, of fused
//! multiply-adds in f32. Nothing else: not the number of rows, the tile, the threads nor the instruction set changes the
//! chain, so nothing else changes the bits.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::pack::{COLUMNS, DEPTH, GROUP, Line, Panels};
use super::simd::{Isa, Simd, WithSimd};
use crate::native::prefetch;
use std::cell::Cell;
use std::ops::Range;

/// Rows that are multiplied with a block of weights before the next block.
pub const ROWS: usize = 256;

/// Rows of a register tile: with two vectors of columns 24 of 32 registers, or 12 of 16.
const fn tile_rows<S: Simd>() -> usize {
    if S::REGISTER_COUNT >= 32 { 12 } else { 6 }
}

/// Memory that a thread keeps from product to product.
#[derive(Default)]
struct Scratch {
    /// A block of rows, `[depth block, row]`.
    rows: Vec<[f32; DEPTH]>,
    /// A block of weights that are not held in f32.
    weights: Vec<Line>,
    /// Products of a group, `[panel, row]`.
    products: Vec<Line>,
}

/// Memory that products and what comes of them take on a thread, bytes, for rows of at most `widest` numbers and a
/// vocabulary of `vocab`: a block of rows, its products with a group of panels, and two numbers a row and group of the
/// vocabulary.
pub fn work_bytes(widest: u64, vocab: u64) -> u64 {
    let (rows, columns) = (ROWS as u64, (GROUP * COLUMNS) as u64);
    4 * rows * (widest.next_multiple_of(DEPTH as u64) + columns) + 8 * rows * vocab.div_ceil(columns) + (1 << 18)
}

thread_local! {
    static SCRATCH: Cell<Scratch> = Cell::default();
}

/// The products of a block of rows with the panels of one group.
pub struct Products<'a> {
    /// The rows of the whole product that these are.
    pub rows: Range<usize>,
    /// The panels, all of one group.
    pub panels: Range<usize>,
    /// `[panel, row]`
    pub lines: &'a mut [Line],
}

impl Products<'_> {
    /// The lines of one row (counted in the block), panel by panel.
    pub fn row(&self, row: usize) -> impl Iterator<Item = &Line> + Clone {
        self.lines[row..].iter().step_by(self.rows.len())
    }
}

/// Multiplies `x` `[rows, n_in]` with some panels of the weights. `finish` gets the products block by block.
pub fn product(isa: Isa, x: &[f32], weights: &Panels, panels: Range<usize>, mut finish: impl FnMut(Products)) {
    let mut scratch = SCRATCH.take();
    scratch.weights.resize(DEPTH, Line([0.0; COLUMNS]));
    for (at, x) in (0..).step_by(ROWS).zip(x.chunks(ROWS * weights.n_in())) {
        let rows = x.len() / weights.n_in();
        copy_rows(x, weights, &mut scratch.rows);
        for panels in groups(panels.clone()) {
            let size = panels.len() * rows;
            if scratch.products.len() < size {
                scratch.products.resize(size, Line([0.0; COLUMNS]));
            }
            let lines = &mut scratch.products[..size];
            isa.run(Multiply {
                rows: &scratch.rows,
                weights,
                panels: panels.clone(),
                unpacked: &mut scratch.weights,
                lines,
            });
            finish(Products { rows: at..at + rows, panels, lines });
        }
    }
    SCRATCH.set(scratch);
}

/// The parts of a range of panels that lie in one group each.
fn groups(panels: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let first = panels.start / GROUP * GROUP;
    let parts = (first..panels.end).step_by(GROUP).map(move |g| g.max(panels.start)..(g + GROUP).min(panels.end));
    parts.filter(|part| !part.is_empty())
}

/// Cuts rows into blocks of inputs. A block's rows then are neighbours, so a tile reads few pages, and no cache set gets
/// more than its share when `n_in` is a multiple of a large power of two.
fn copy_rows(x: &[f32], weights: &Panels, blocks: &mut Vec<[f32; DEPTH]>) {
    let rows = x.len() / weights.n_in();
    blocks.resize(weights.depths().count() * rows, [0.0; DEPTH]);
    for (depth, blocks) in weights.depths().zip(blocks.chunks_exact_mut(rows)) {
        for (row, block) in x.chunks_exact(weights.n_in()).zip(blocks) {
            block[..depth.len()].copy_from_slice(&row[depth.clone()]);
        }
    }
}

struct Multiply<'a> {
    /// `[depth block, row]`
    rows: &'a [[f32; DEPTH]],
    weights: &'a Panels,
    panels: Range<usize>,
    unpacked: &'a mut [Line],
    /// `[panel, row]`
    lines: &'a mut [Line],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n_rows = self.lines.len() / self.panels.len();
        for (depth, rows) in self.weights.depths().zip(self.rows.chunks_exact(n_rows)) {
            let first = depth.start == 0;
            for (panel, lines) in self.panels.clone().zip(self.lines.chunks_exact_mut(n_rows)) {
                let (block, next) = self.weights.block(panel, depth.clone(), self.unpacked);
                multiply_block(simd, rows, block, next, lines, first);
            }
        }
    }
}

/// All rows with one block of weights, in tiles as even as they can be.
#[inline(always)]
fn multiply_block<S: Simd>(
    simd: S,
    rows: &[[f32; DEPTH]],
    block: &[Line],
    next: &[Line],
    lines: &mut [Line],
    first: bool,
) {
    let tiles = rows.len().div_ceil(tile_rows::<S>());
    let height = rows.len().div_ceil(tiles);
    let share = block.len().div_ceil(tiles);
    let next = &next[..next.len().min(block.len())];
    let mut nexts = next.chunks(share);
    for (rows, lines) in rows.chunks(height).zip(lines.chunks_mut(height)) {
        let next = nexts.next().unwrap_or_default();
        match rows.len() {
            1 => tile::<S, 1>(simd, rows, block, next, lines, first),
            2 => tile::<S, 2>(simd, rows, block, next, lines, first),
            3 => tile::<S, 3>(simd, rows, block, next, lines, first),
            4 => tile::<S, 4>(simd, rows, block, next, lines, first),
            5 => tile::<S, 5>(simd, rows, block, next, lines, first),
            6 => tile::<S, 6>(simd, rows, block, next, lines, first),
            7 => tile::<S, 7>(simd, rows, block, next, lines, first),
            8 => tile::<S, 8>(simd, rows, block, next, lines, first),
            9 => tile::<S, 9>(simd, rows, block, next, lines, first),
            10 => tile::<S, 10>(simd, rows, block, next, lines, first),
            11 => tile::<S, 11>(simd, rows, block, next, lines, first),
            _ => tile::<S, 12>(simd, rows, block, next, lines, first),
        }
    }
}

/// `M` rows with one block of weights, two vectors of columns at a time.
#[inline(always)]
fn tile<S: Simd, const M: usize>(
    simd: S,
    rows: &[[f32; DEPTH]],
    block: &[Line],
    next: &[Line],
    lines: &mut [Line],
    first: bool,
) {
    let (Some(rows), Some(lines)) = (rows.first_chunk::<M>(), lines.first_chunk_mut::<M>()) else { return };
    for pair in 0..COLUMNS / (2 * S::F32_LANES) {
        let next = if pair == 0 { next } else { &[] };
        let mut sums = [[simd.splat_f32s(0.0); 2]; M];
        for (k, line) in block.iter().enumerate().take(DEPTH) {
            if let Some(line) = next.get(k) {
                prefetch(line);
            }
            let [w0, w1] = two::<S>(line, pair);
            for (sums, row) in sums.iter_mut().zip(rows) {
                let x = simd.splat_f32s(row[k]);
                sums[0] = simd.mul_add_f32s(x, w0, sums[0]);
                sums[1] = simd.mul_add_f32s(x, w1, sums[1]);
            }
        }
        for (line, sums) in lines.iter_mut().zip(sums) {
            let (to, _) = S::as_mut_simd_f32s(&mut line.0);
            let to = &mut to[2 * pair..2 * pair + 2];
            for (to, sum) in to.iter_mut().zip(sums) {
                *to = if first { sum } else { simd.add_f32s(*to, sum) };
            }
        }
    }
}

/// The `pair`-th two vectors of a line.
#[inline(always)]
fn two<S: Simd>(line: &Line, pair: usize) -> [S::f32s; 2] {
    let (vectors, _) = S::as_simd_f32s(&line.0);
    [vectors[2 * pair], vectors[2 * pair + 1]]
}

#[cfg(test)]
mod tests {
    use super::super::pack::{Source, Storage};
    use super::*;
    use proptest::prelude::*;

    fn values(len: usize, seed: usize) -> Vec<f32> {
        (0..len).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f32 / 500.0 - 1.0).collect()
    }

    /// The one chain of operations that every element is.
    fn reference(x: &[f32], w: &[f32], n_out: usize, column: usize) -> f32 {
        let block = |(x, w): (&[f32], &[f32])| {
            let terms = x.iter().zip(w[column..].iter().step_by(n_out));
            terms.fold(0.0, |sum: f32, (x, w)| x.mul_add(*w, sum))
        };
        x.chunks(DEPTH).zip(w.chunks(DEPTH * n_out)).map(block).reduce(|total, sum| total + sum).unwrap()
    }

    /// All products `[rows, n_out]`.
    fn products(isa: Isa, x: &[f32], weights: &Panels, cuts: &[usize]) -> Vec<f32> {
        let n_out = weights.n_out();
        let mut out = vec![f32::NAN; x.len() / weights.n_in() * n_out];
        for cut in cuts.windows(2) {
            product(isa, x, weights, cut[0]..cut[1], |products| {
                let start = products.panels.start * COLUMNS;
                for (i, row) in products.rows.clone().enumerate() {
                    let to = out[row * n_out + start..(row + 1) * n_out].chunks_mut(COLUMNS);
                    to.zip(products.row(i)).for_each(|(to, line)| to.copy_from_slice(&line.0[..to.len()]));
                }
            });
        }
        out
    }

    fn check(rows: usize, n_in: usize, n_out: usize, cut: usize) -> Result<(), TestCaseError> {
        let (x, w) = (values(rows * n_in, 1), values(n_in * n_out, 2));
        let source = Source { values: &w, n_in, n_out, transposed: false };
        Storage::ALL.into_iter().try_for_each(|storage| check_weights(&x, &Panels::pack(source, storage), cut))
    }

    fn check_weights(x: &[f32], weights: &Panels, cut: usize) -> Result<(), TestCaseError> {
        let (n_in, n_out, w) = (weights.n_in(), weights.n_out(), weights.held());
        for isa in Isa::all() {
            let out = products(isa, x, weights, &[0, cut.min(weights.len()), weights.len()]);
            for (x, out) in x.chunks(n_in).zip(out.chunks(n_out)) {
                for (column, got) in out.iter().enumerate() {
                    let wanted = reference(x, &w, n_out, column);
                    prop_assert_eq!(
                        got.to_bits(),
                        wanted.to_bits(),
                        "{:?}, column {}: {} {}",
                        isa,
                        column,
                        got,
                        wanted
                    );
                }
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn every_instruction_set_gives_the_bits_of_the_definition(
            rows in 1_usize..41, n_in in 1_usize..600, n_out in 1_usize..400, cut in 0_usize..13,
        ) {
            check(rows, n_in, n_out, cut)?;
        }
    }

    #[test]
    fn borders_of_blocks() -> Result<(), TestCaseError> {
        check(ROWS + 1, 2, 3, 1)?;
        check(1, DEPTH, COLUMNS, 0)?;
        check(12, DEPTH + 1, COLUMNS + 1, 1)?;
        check(13, 2 * DEPTH, GROUP * COLUMNS, 3)?;
        check(2, 1, 2 * GROUP * COLUMNS + 1, GROUP + 1)
    }
}

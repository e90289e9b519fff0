//! Weights in the order in which the product kernel reads them.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

mod rounding;
mod storage;

pub use storage::Storage;

use rounding::{
    Nibbles, SHARED, from_bf16, from_int4, from_int8, int4_scale, int8_scales, larger, to_bf16, to_int4, to_int8,
};
use std::ops::Range;

/// Columns of a panel: two AVX-512 registers, four AVX2, eight NEON.
pub const COLUMNS: usize = 32;
/// Rows of the weight matrix in a block: a block of a panel (32 KB) fits the first-level cache.
pub const DEPTH: usize = 256;
/// Panels of a group: what is computed for a block of rows before the next step of the layer sees it.
pub const GROUP: usize = 8;

/// One row of a panel: `COLUMNS` neighbouring outputs.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub struct Line(pub [f32; COLUMNS]);

/// A weight matrix as a checkpoint has it.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The elements.
    pub values: &'a [f32],
    /// Inputs.
    pub n_in: usize,
    /// Outputs.
    pub n_out: usize,
    /// Whether `values` is `[n_out, n_in]` and not `[n_in, n_out]`.
    pub transposed: bool,
}

impl Source<'_> {
    /// The largest magnitude of each output's weights; NaN where there is one.
    fn largest(&self) -> Vec<f32> {
        if self.transposed {
            return self.values.chunks_exact(self.n_in).map(|row| row.iter().copied().fold(0.0, larger)).collect();
        }
        let mut largest = vec![0.0; self.n_out];
        for row in self.values.chunks_exact(self.n_out) {
            largest.iter_mut().zip(row).for_each(|(m, x)| *m = larger(*m, *x));
        }
        largest
    }

    /// Rows `depth` of the panel that begins at output `column`; columns that do not exist are zero.
    fn read(&self, depth: Range<usize>, column: usize, lines: &mut [Line]) {
        let width = COLUMNS.min(self.n_out - column);
        lines.fill(Line([0.0; COLUMNS]));
        if self.transposed {
            for i in 0..width {
                let row = &self.values[(column + i) * self.n_in..][depth.clone()];
                lines.iter_mut().zip(row).for_each(|(line, x)| line.0[i] = *x);
            }
        } else {
            for (line, k) in lines.iter_mut().zip(depth) {
                line.0[..width].copy_from_slice(&self.values[k * self.n_out + column..][..width]);
            }
        }
    }
}

/// A weight matrix `[n_in, n_out]`, cut into panels of `COLUMNS` outputs, those into blocks of `DEPTH` inputs.
///
/// Blocks lie in the order in which the kernel takes them: group by group, in a group depth by depth, at a depth panel by
/// panel. The last panel is filled up with zeros.
pub struct Panels {
    n_in: usize,
    n_out: usize,
    lines: Lines,
}

enum Lines {
    F32(Vec<Line>),
    Bf16(Vec<[u16; COLUMNS]>),
    /// With the scales `[panel]`.
    Int8(Vec<[i8; COLUMNS]>, Vec<Line>),
    /// With a line of scales for every [`SHARED`] lines of a block, in the order of the blocks.
    Int4(Vec<Nibbles>, Vec<Line>),
}

impl Panels {
    /// Packs a matrix.
    pub fn pack(source: Source, storage: Storage) -> Self {
        let Source { n_in, n_out, .. } = source;
        assert_eq!(source.values.len(), n_in * n_out, "a weight matrix of {n_in} × {n_out}");
        let mut panels = Self { n_in, n_out, lines: Lines::F32(Vec::new()) };
        panels.lines = match storage {
            Storage::F32 => Lines::F32(panels.each_line(source, |line, _| *line)),
            Storage::Bf16 => Lines::Bf16(panels.each_line(source, |line, _| line.0.map(to_bf16))),
            Storage::Int8 => {
                let scales = int8_scales(&source.largest());
                let lines = panels.each_line(source, |line, panel| to_int8(line, &scales[panel]));
                Lines::Int8(lines, scales)
            }
            Storage::Int4 => panels.int4(source),
        };
        panels
    }

    /// Lines in four bits with their scales.
    fn int4(&self, source: Source) -> Lines {
        let (mut lines, mut scales) = (Vec::with_capacity(self.len() * self.n_in), Vec::new());
        self.each_block(source, |block, _| {
            for shared in block.chunks(SHARED) {
                let scale = int4_scale(shared);
                lines.extend(shared.iter().map(|line| to_int4(line, &scale)));
                scales.push(scale);
            }
        });
        Lines::Int4(lines, scales)
    }

    /// All lines in packed order, through `convert`, which also gets the panel.
    fn each_line<T>(&self, source: Source, convert: impl Fn(&Line, usize) -> T) -> Vec<T> {
        let mut packed = Vec::with_capacity(self.len() * self.n_in);
        self.each_block(source, |block, panel| packed.extend(block.iter().map(|line| convert(line, panel))));
        packed
    }

    /// Gives `take` all blocks in packed order, each with its panel.
    fn each_block(&self, source: Source, mut take: impl FnMut(&[Line], usize)) {
        let mut block = vec![Line([0.0; COLUMNS]); DEPTH];
        for group in (0..self.len()).step_by(GROUP) {
            for depth in self.depths() {
                for panel in group..self.len().min(group + GROUP) {
                    let block = &mut block[..depth.len()];
                    source.read(depth.clone(), panel * COLUMNS, block);
                    take(block, panel);
                }
            }
        }
    }

    /// Inputs.
    pub const fn n_in(&self) -> usize {
        self.n_in
    }

    /// Outputs.
    pub const fn n_out(&self) -> usize {
        self.n_out
    }

    /// Panels.
    pub const fn len(&self) -> usize {
        self.n_out.div_ceil(COLUMNS)
    }

    /// The outputs of a panel.
    pub fn columns(&self, panel: usize) -> Range<usize> {
        panel * COLUMNS..self.n_out.min((panel + 1) * COLUMNS)
    }

    /// The blocks' ranges of inputs.
    pub fn depths(&self) -> impl Iterator<Item = Range<usize>> + use<> {
        let n_in = self.n_in;
        (0..n_in).step_by(DEPTH).map(move |start| start..n_in.min(start + DEPTH))
    }

    /// Memory of the packed weights.
    pub fn bytes(&self) -> usize {
        match &self.lines {
            Lines::F32(lines) => size_of_val(&lines[..]),
            Lines::Bf16(lines) => size_of_val(&lines[..]),
            Lines::Int8(lines, scales) => size_of_val(&lines[..]) + size_of_val(&scales[..]),
            Lines::Int4(lines, scales) => size_of_val(&lines[..]) + size_of_val(&scales[..]),
        }
    }

    /// The block of `panel` at `depth` in f32 and, where they are held like that, the lines behind it, which are probably
    /// read next. `unpacked` has room for `DEPTH` lines.
    #[inline(always)]
    pub fn block<'a>(
        &'a self,
        panel: usize,
        depth: Range<usize>,
        unpacked: &'a mut [Line],
    ) -> (&'a [Line], &'a [Line]) {
        let start = self.position(panel, &depth, 1);
        let end = start + depth.len();
        match &self.lines {
            Lines::F32(lines) => return (&lines[start..end], &lines[end..]),
            Lines::Bf16(lines) => {
                for (to, from) in unpacked.iter_mut().zip(&lines[start..end]) {
                    *to = Line(from.map(from_bf16));
                }
            }
            Lines::Int8(lines, scales) => {
                for (to, from) in unpacked.iter_mut().zip(&lines[start..end]) {
                    *to = from_int8(from, &scales[panel]);
                }
            }
            Lines::Int4(lines, scales) => {
                let scales = &scales[self.position(panel, &depth, SHARED)..];
                let shared = unpacked.chunks_mut(SHARED).zip(lines[start..end].chunks(SHARED));
                for ((to, from), scale) in shared.zip(scales) {
                    for (to, from) in to.iter_mut().zip(from) {
                        *to = from_int4(from, scale);
                    }
                }
            }
        }
        (&unpacked[..depth.len()], &[])
    }

    /// Where a block begins, counted in pieces of `size` lines, a block's last of which may be shorter.
    const fn position(&self, panel: usize, depth: &Range<usize>, size: usize) -> usize {
        let first = panel / GROUP * GROUP;
        let in_group = if self.len() - first < GROUP { self.len() - first } else { GROUP };
        let in_block = (depth.end - depth.start).div_ceil(size);
        first * self.n_in.div_ceil(size) + in_group * (depth.start / size) + (panel - first) * in_block
    }

    /// The matrix that is held, `[n_in, n_out]`, as the kernel reads it.
    pub fn held(&self) -> Vec<f32> {
        let mut held = vec![f32::NAN; self.n_in * self.n_out];
        let mut unpacked = vec![Line([0.0; COLUMNS]); DEPTH];
        for panel in 0..self.len() {
            let columns = self.columns(panel);
            for depth in self.depths() {
                let (block, _) = self.block(panel, depth.clone(), &mut unpacked);
                assert_eq!(block.len(), depth.len());
                for (k, line) in depth.zip(block) {
                    let (real, filling) = line.0.split_at(columns.len());
                    held[k * self.n_out..][columns.clone()].copy_from_slice(real);
                    assert!(filling.iter().all(|x| *x == 0.0), "zeros behind the last column");
                }
            }
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn packed_weights_are_the_weights(n_in in 1_usize..600, n_out in 1_usize..700, seed in 0_usize..1000) {
            let w: Vec<f32> = (0..n_in * n_out).map(|i| ((i * 7919 + seed) % 1009) as f32 / 500.0 - 1.0).collect();
            let turned: Vec<f32> = (0..n_out).flat_map(|j| w[j..].iter().step_by(n_out).copied()).collect();
            for storage in Storage::ALL {
                let pack = |values, transposed| Panels::pack(Source { values, n_in, n_out, transposed }, storage);
                let packed = pack(&w, false);
                let held = packed.held();
                prop_assert_eq!(&held, &pack(&turned, true).held(), "{:?}", storage);
                let step = match storage {
                    Storage::F32 => 0.0,
                    Storage::Bf16 => 1.0 / 256.0, // half a step between 1 and 2
                    Storage::Int8 => 1.02 / 254.0,
                    Storage::Int4 => 1.02 / 14.0,
                };
                for (held, x) in held.iter().zip(&w) {
                    prop_assert!((held - x).abs() <= step, "{:?} holds {} for {}", storage, held, x);
                }
            }
        }
    }

    #[test]
    fn smaller_kinds_are_smaller() {
        let w = vec![1.0; 64 * 64];
        let bytes =
            |storage| Panels::pack(Source { values: &w, n_in: 64, n_out: 64, transposed: false }, storage).bytes();
        assert_eq!(Storage::ALL.map(bytes), [16384, 8192, 4096 + 256, 2048 + 2 * 256]);
    }

    #[test]
    fn int8_is_exact_on_its_own_grid_and_keeps_what_is_not_a_number() {
        let w: Vec<f32> = (0..3)
            .flat_map(|i| [i as f32 * 63.5, 0.0, [1.0, f32::NAN, 2.0][i], [1.0, 0.0, f32::INFINITY][i]])
            .collect();
        let held = Panels::pack(Source { values: &w, n_in: 3, n_out: 4, transposed: false }, Storage::Int8).held();
        for (held, x) in held.chunks(4).zip([0.0_f32, 64.0, 127.0]) {
            assert_eq!([held[0], held[1]].map(f32::to_bits), [x, 0.0].map(f32::to_bits));
            assert!(held[2].is_nan() && held[3].is_nan(), "{held:?}");
        }
    }

    /// One output with `inputs`, held in four bits.
    fn int4(inputs: &[f32]) -> Vec<f32> {
        let source = Source { values: inputs, n_in: inputs.len(), n_out: 1, transposed: true };
        Panels::pack(source, Storage::Int4).held()
    }

    #[test]
    fn int4_has_a_scale_for_every_32_inputs() {
        // Whole numbers from -7 to 7 times a scale that changes at 32, 64, and at the block of 256.
        let scale = |i: usize| [0.5, 8.0, 0.001_953_125][i / 32 % 3];
        let on_grid: Vec<f32> = (0..300).map(|i| (i % 15) as f32 - 7.0).collect();
        let on_grid: Vec<f32> = on_grid.iter().enumerate().map(|(i, q)| q * scale(i)).collect();
        assert_eq!(int4(&on_grid), on_grid);
        // 7, 3.4, 3.5, 4.5 and -0.5 with a scale of 1.
        assert_eq!(int4(&[7.0, 3.4, 3.5, 4.5, -0.5]), [7.0, 3.0, 4.0, 4.0, 0.0]);
        assert_eq!(int4(&[0.0; 40]), [0.0; 40]);
    }

    #[test]
    fn int4_keeps_what_is_not_a_number_to_its_32_inputs() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut inputs = vec![1.0; 96];
            inputs[40] = bad;
            let held = int4(&inputs);
            assert!(held[32..64].iter().all(|x| x.is_nan()), "{bad}: {held:?}");
            assert!(held[..32].iter().chain(&held[64..]).all(|x| x.to_bits() == 1.0_f32.to_bits()), "{bad}: {held:?}");
        }
    }
}

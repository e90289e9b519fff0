//! Weights in the order in which the product kernel reads them.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

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

/// How weights are held in memory. Arithmetic is f32 whatever the kind, on exactly the numbers that are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Storage {
    /// As they are.
    #[default]
    F32,
    /// Rounded to bfloat16, to nearest even: half the memory, 8 bits of precision.
    Bf16,
    /// Whole numbers from -127 to 127 times one f32 for each output, its largest weight / 127: a quarter of the memory.
    Int8,
}

impl Storage {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::F32, Self::Bf16, Self::Int8];

    /// Its name in the model's card.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::Int8 => "int8",
        }
    }
}

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
        let larger = |m: f32, x: &f32| if m.is_nan() || m >= x.abs() { m } else { x.abs() };
        if self.transposed {
            return self.values.chunks_exact(self.n_in).map(|row| row.iter().fold(0.0, larger)).collect();
        }
        let mut largest = vec![0.0; self.n_out];
        for row in self.values.chunks_exact(self.n_out) {
            largest.iter_mut().zip(row).for_each(|(m, x)| *m = larger(*m, x));
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
}

impl Panels {
    /// Packs a matrix.
    pub fn pack(source: Source, storage: Storage) -> Self {
        let Source { n_in, n_out, .. } = source;
        assert_eq!(source.values.len(), n_in * n_out, "a weight matrix of {n_in} × {n_out}");
        let mut panels = Self { n_in, n_out, lines: Lines::F32(Vec::new()) };
        panels.lines = match storage {
            Storage::F32 => Lines::F32(panels.each_line(source, |line, _| line)),
            Storage::Bf16 => Lines::Bf16(panels.each_line(source, |line, _| line.0.map(to_bf16))),
            Storage::Int8 => {
                let scales = scales(&source.largest());
                let lines = panels.each_line(source, |line, panel| to_int8(line, scales[panel]));
                Lines::Int8(lines, scales)
            }
        };
        panels
    }

    /// All lines in packed order, through `convert`, which also gets the panel.
    fn each_line<T>(&self, source: Source, convert: impl Fn(Line, usize) -> T) -> Vec<T> {
        let mut packed = Vec::with_capacity(self.len() * self.n_in);
        let mut block = vec![Line([0.0; COLUMNS]); DEPTH];
        for group in (0..self.len()).step_by(GROUP) {
            for depth in self.depths() {
                for panel in group..self.len().min(group + GROUP) {
                    let block = &mut block[..depth.len()];
                    source.read(depth.clone(), panel * COLUMNS, block);
                    packed.extend(block.iter().map(|line| convert(*line, panel)));
                }
            }
        }
        packed
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
        let start = self.position(panel, &depth);
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
        }
        (&unpacked[..depth.len()], &[])
    }

    /// Where a block begins.
    const fn position(&self, panel: usize, depth: &Range<usize>) -> usize {
        let first = panel / GROUP * GROUP;
        let in_group = if self.len() - first < GROUP { self.len() - first } else { GROUP };
        first * self.n_in + in_group * depth.start + (panel - first) * (depth.end - depth.start)
    }
}

fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    if x.is_nan() {
        return (bits >> 16) as u16 | 0x40; // rounding could carry a NaN into infinity
    }
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

#[inline(always)]
fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// A scale for each output, panel by panel. Where an output has a NaN or an infinity so does its scale, and so all it gives.
fn scales(largest: &[f32]) -> Vec<Line> {
    let panel = |largest: &[f32]| {
        let mut line = Line([0.0; COLUMNS]);
        line.0.iter_mut().zip(largest).for_each(|(scale, x)| *scale = x / 127.0);
        line
    };
    largest.chunks(COLUMNS).map(panel).collect()
}

fn to_int8(line: Line, scale: Line) -> [i8; COLUMNS] {
    let mut to = [0; COLUMNS];
    for ((to, x), scale) in to.iter_mut().zip(line.0).zip(scale.0) {
        *to = if scale == 0.0 { 0 } else { (x / scale).round_ties_even() as i8 };
    }
    to
}

#[inline(always)]
fn from_int8(line: &[i8; COLUMNS], scale: &Line) -> Line {
    let mut to = Line([0.0; COLUMNS]);
    for ((to, q), scale) in to.0.iter_mut().zip(*line).zip(scale.0) {
        *to = f32::from(q) * scale;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The matrix as the kernel reads it, `[n_in, n_out]`; everything behind the last column must be zero.
    fn unpack(panels: &Panels) -> Vec<f32> {
        let mut out = vec![f32::NAN; panels.n_in() * panels.n_out()];
        let mut unpacked = vec![Line([0.0; COLUMNS]); DEPTH];
        for panel in 0..panels.len() {
            let columns = panels.columns(panel);
            for depth in panels.depths() {
                let (block, _) = panels.block(panel, depth.clone(), &mut unpacked);
                assert_eq!(block.len(), depth.len());
                for (k, line) in depth.zip(block) {
                    let (real, filling) = line.0.split_at(columns.len());
                    out[k * panels.n_out()..][columns.clone()].copy_from_slice(real);
                    assert!(filling.iter().all(|x| *x == 0.0));
                }
            }
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn packed_weights_are_the_weights(n_in in 1_usize..600, n_out in 1_usize..700, seed in 0_usize..1000) {
            let w: Vec<f32> = (0..n_in * n_out).map(|i| ((i * 7919 + seed) % 1009) as f32 / 500.0 - 1.0).collect();
            let turned: Vec<f32> = (0..n_out).flat_map(|j| w[j..].iter().step_by(n_out).copied()).collect();
            for storage in Storage::ALL {
                let pack = |values, transposed| Panels::pack(Source { values, n_in, n_out, transposed }, storage);
                let packed = pack(&w, false);
                let held = unpack(&packed);
                prop_assert_eq!(&held, &unpack(&pack(&turned, true)), "{:?}", storage);
                let step = match storage {
                    Storage::F32 => 0.0,
                    Storage::Bf16 => 1.0 / 256.0, // half a step between 1 and 2
                    Storage::Int8 => 1.02 / 254.0,
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
        assert_eq!(Storage::ALL.map(bytes), [16384, 8192, 4096 + 256]);
    }

    #[test]
    fn bf16_rounds_to_nearest_even() {
        for (x, wanted) in [
            (1.0, 1.0),
            (1.0 + 1.0 / 256.0, 1.0),
            (1.0 + 3.0 / 256.0, 1.0 + 4.0 / 256.0),
            (-1.0 - 1.01 / 256.0, -1.0 - 2.0 / 256.0),
            (f32::from_bits(0x0001_7fff), f32::from_bits(0x0001_0000)),
            (f32::MAX, f32::INFINITY),
            (f32::NEG_INFINITY, f32::NEG_INFINITY),
        ] {
            assert_eq!(from_bf16(to_bf16(x)).to_bits(), f32::to_bits(wanted), "{x}");
        }
        for bits in [0x7f80_0001, 0x7fff_ffff, 0xff80_0001] {
            assert!(from_bf16(to_bf16(f32::from_bits(bits))).is_nan(), "{bits:x}");
        }
    }

    #[test]
    fn int8_is_exact_on_its_own_grid_and_keeps_what_is_not_a_number() {
        let w: Vec<f32> = (0..3)
            .flat_map(|i| [i as f32 * 63.5, 0.0, [1.0, f32::NAN, 2.0][i], [1.0, 0.0, f32::INFINITY][i]])
            .collect();
        let held = unpack(&Panels::pack(Source { values: &w, n_in: 3, n_out: 4, transposed: false }, Storage::Int8));
        for (held, x) in held.chunks(4).zip([0.0_f32, 64.0, 127.0]) {
            assert_eq!([held[0], held[1]].map(f32::to_bits), [x, 0.0].map(f32::to_bits));
            assert!(held[2].is_nan() && held[3].is_nan(), "{held:?}");
        }
    }
}

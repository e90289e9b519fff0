//! From the numbers of a checkpoint to those that are held, a line of a panel at a time, and back.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

use super::{COLUMNS, Line};

/// Inputs of one output that share a scale where weights are held in four bits.
pub const SHARED: usize = 32;

/// A line in four bits: byte i holds output i in its low half and output i + 16 in its high half, each as its whole number
/// + 8.
pub type Nibbles = [u8; COLUMNS / 2];

/// The largest whole number of each kind.
const MOST_INT8: f32 = 127.0;
const MOST_INT4: f32 = 7.0;
/// What is added to a whole number of four bits, so that none is negative.
const OFFSET: i8 = 8;

pub fn to_bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    if x.is_nan() {
        return (bits >> 16) as u16 | 0x40; // rounding could carry a NaN into infinity
    }
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

#[inline(always)]
pub fn from_bf16(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

/// The larger magnitude; NaN where there is one.
pub fn larger(magnitude: f32, x: f32) -> f32 {
    if magnitude.is_nan() || magnitude >= x.abs() { magnitude } else { x.abs() }
}

/// A scale for each output, panel by panel. Where an output has a NaN or an infinity so does its scale, and so all it gives.
pub fn int8_scales(largest: &[f32]) -> Vec<Line> {
    let panel = |largest: &[f32]| {
        let mut line = Line([0.0; COLUMNS]);
        line.0.iter_mut().zip(largest).for_each(|(scale, x)| *scale = x / MOST_INT8);
        line
    };
    largest.chunks(COLUMNS).map(panel).collect()
}

/// The scale of each output for at most [`SHARED`] lines. A NaN or an infinity makes its scale one, and so what it gives.
pub fn int4_scale(lines: &[Line]) -> Line {
    let mut largest = [0.0; COLUMNS];
    for line in lines {
        largest.iter_mut().zip(line.0).for_each(|(largest, x)| *largest = larger(*largest, x));
    }
    Line(largest.map(|x| x / MOST_INT4))
}

/// x / scale as a whole number, halfway to even. A scale that is too small for an f32 may be off by more than its last bit,
/// so the quotient is held to the range.
fn whole(x: f32, scale: f32, most: f32) -> i8 {
    if scale == 0.0 { 0 } else { (x / scale).round_ties_even().clamp(-most, most) as i8 }
}

pub fn to_int8(line: &Line, scale: &Line) -> [i8; COLUMNS] {
    std::array::from_fn(|i| whole(line.0[i], scale.0[i], MOST_INT8))
}

#[inline(always)]
pub fn from_int8(line: &[i8; COLUMNS], scale: &Line) -> Line {
    let mut to = Line([0.0; COLUMNS]);
    for ((to, q), scale) in to.0.iter_mut().zip(*line).zip(scale.0) {
        *to = f32::from(q) * scale;
    }
    to
}

pub fn to_int4(line: &Line, scale: &Line) -> Nibbles {
    let nibble = |i: usize| (whole(line.0[i], scale.0[i], MOST_INT4) + OFFSET).cast_unsigned();
    std::array::from_fn(|i| nibble(i) | nibble(i + COLUMNS / 2) << 4)
}

#[inline(always)]
pub fn from_int4(line: &Nibbles, scale: &Line) -> Line {
    let mut to = Line([0.0; COLUMNS]);
    let (low, high) = to.0.split_at_mut(COLUMNS / 2);
    let (low_scale, high_scale) = scale.0.split_at(COLUMNS / 2);
    for ((to, byte), scale) in low.iter_mut().zip(line).zip(low_scale) {
        *to = f32::from((byte & 15).cast_signed() - OFFSET) * scale;
    }
    for ((to, byte), scale) in high.iter_mut().zip(line).zip(high_scale) {
        *to = f32::from((byte >> 4).cast_signed() - OFFSET) * scale;
    }
    to
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn whole_numbers_round_halfway_to_even_and_stay_in_range() {
        for (x, scale, wanted) in [
            (2.5, 1.0, 2),
            (3.5, 1.0, 4),
            (-2.5, 1.0, -2),
            (7.0, 1.0, 7),
            (1.0, 0.0, 0),
            (f32::NAN, f32::NAN, 0),
            (f32::INFINITY, f32::INFINITY, 0),
            (f32::from_bits(10), f32::from_bits(1), 7), // the smallest numbers there are
        ] {
            assert_eq!(whole(x, scale, MOST_INT4), wanted, "{x} / {scale}");
        }
    }

    #[test]
    fn every_number_of_four_bits_comes_back() {
        let line = Line(std::array::from_fn(|i| (i % 15) as f32 - 7.0));
        let packed = to_int4(&line, &Line([1.0; COLUMNS]));
        assert_eq!(packed[0], 1 | 2 << 4, "outputs 0 and 16 are -7 and -6");
        assert_eq!(from_int4(&packed, &Line([1.0; COLUMNS])).0.map(f32::to_bits), line.0.map(f32::to_bits));
    }
}

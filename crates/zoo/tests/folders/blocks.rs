//! GGML's block formats, written and read by their definitions (`ggml-quants.c`) and not by the library under test.
#![expect(clippy::cast_sign_loss, reason = "sizes and clamped numbers")]

use half::{bf16, f16};

/// A way to store numbers: its name on a card, GGML's number, and the writer and reader of a row.
pub struct Blocks {
    pub name: &'static str,
    pub number: u32,
    pub write: fn(&[f32]) -> Vec<u8>,
    pub read: fn(&[u8]) -> Vec<f32>,
}

pub const F32: Blocks = Blocks { name: "f32", number: 0, write: |x| flat(x, f32::to_le_bytes), read: read_f32 };
pub const F16: Blocks =
    Blocks { name: "f16", number: 1, write: |x| flat(x, |x| f16::from_f32(x).to_le_bytes()), read: read_f16 };
pub const BF16: Blocks =
    Blocks { name: "bf16", number: 30, write: |x| flat(x, |x| bf16::from_f32(x).to_le_bytes()), read: read_bf16 };
pub const Q4_0: Blocks = Blocks { name: "q4_0", number: 2, write: write_q4_0, read: read_q4_0 };
pub const Q8_0: Blocks = Blocks { name: "q8_0", number: 8, write: write_q8_0, read: read_q8_0 };
pub const Q4_K: Blocks = Blocks { name: "q4_k", number: 12, write: write_q4_k, read: read_q4_k };
pub const Q6_K: Blocks = Blocks { name: "q6_k", number: 14, write: write_q6_k, read: read_q6_k };

fn flat<const N: usize>(values: &[f32], write: impl Fn(f32) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|x| write(*x)).collect()
}

fn read_f32(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()
}

fn read_f16(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|b| half(*b)).collect()
}

fn read_bf16(bytes: &[u8]) -> Vec<f32> {
    bytes.as_chunks().0.iter().map(|b| bf16::from_le_bytes(*b).to_f32()).collect()
}

fn half(bytes: [u8; 2]) -> f32 {
    f16::from_le_bytes(bytes).to_f32()
}

fn half_bytes(x: f32) -> [u8; 2] {
    f16::from_f32(x).to_le_bytes()
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, x| if x.abs() > f32::abs(most) { *x } else { most })
}

/// 32 numbers: a scale in f16, then eight bits each.
fn write_q8_0(values: &[f32]) -> Vec<u8> {
    let block = |block: &[f32; 32]| {
        let scale = largest(block).abs() / 127.0;
        let quantised = block.map(|x| if scale == 0.0 { 0 } else { (x / scale).round() as i8 }.to_le_bytes()[0]);
        half_bytes(scale).into_iter().chain(quantised).collect::<Vec<_>>()
    };
    values.as_chunks().0.iter().flat_map(block).collect()
}

fn read_q8_0(bytes: &[u8]) -> Vec<f32> {
    let block = |block: &[u8; 34]| {
        let scale = half([block[0], block[1]]);
        block[2..].iter().map(|q| f32::from(i8::from_le_bytes([*q])) * scale).collect::<Vec<_>>()
    };
    bytes.as_chunks().0.iter().flat_map(block).collect()
}

/// 32 numbers: a scale in f16, then four bits each with an offset of eight; the lower halves are the first sixteen.
fn write_q4_0(values: &[f32]) -> Vec<u8> {
    let block = |block: &[f32; 32]| {
        let scale = largest(block) / -8.0;
        let quantised = block.map(|x| if scale == 0.0 { 8 } else { (x / scale + 8.5).clamp(0.0, 15.0) as u8 });
        let nibbles = (0..16).map(|i| quantised[i] | quantised[i + 16] << 4);
        half_bytes(scale).into_iter().chain(nibbles).collect::<Vec<_>>()
    };
    values.as_chunks().0.iter().flat_map(block).collect()
}

fn read_q4_0(bytes: &[u8]) -> Vec<f32> {
    let block = |block: &[u8; 18]| {
        let scale = half([block[0], block[1]]);
        let quantised = block[2..].iter().map(|q| q & 15).chain(block[2..].iter().map(|q| q >> 4));
        quantised.map(|q| f32::from(i16::from(q) - 8) * scale).collect::<Vec<_>>()
    };
    bytes.as_chunks().0.iter().flat_map(block).collect()
}

/// 256 numbers: two scales in f16 that multiply eight scales and eight minima of six bits; four bits a number.
fn write_q4_k(values: &[f32]) -> Vec<u8> {
    values.as_chunks::<256>().0.iter().flat_map(write_q4_k_block).collect()
}

fn write_q4_k_block(block: &[f32; 256]) -> Vec<u8> {
    let parts: Vec<&[f32]> = block.chunks(32).collect();
    let minima: Vec<f32> = parts.iter().map(|part| -part.iter().copied().fold(0.0, f32::min)).collect();
    let scales = parts.iter().zip(&minima).map(|(part, min)| (part.iter().copied().fold(0.0, f32::max) + min) / 15.0);
    let scales: Vec<f32> = scales.collect();
    let of = |values: &[f32]| f16::from_f32(values.iter().copied().fold(0.0, f32::max) / 63.0).to_f32();
    let (d, d_min) = (of(&scales), of(&minima));
    let six = |x: f32, of: f32| if of == 0.0 { 0 } else { (x / of).round().clamp(0.0, 63.0) as u8 };
    let mut packed = [0_u8; 12];
    let mut quantised = Vec::new();
    for (j, part) in parts.iter().enumerate() {
        let (scale, min) = (six(scales[j], d), six(minima[j], d_min));
        if j < 4 {
            packed[j] |= scale;
            packed[j + 4] |= min;
        } else {
            packed[j + 4] = scale & 15 | (min & 15) << 4;
            packed[j - 4] |= scale >> 4 << 6;
            packed[j] |= min >> 4 << 6;
        }
        let (scale, min) = (d * f32::from(scale), d_min * f32::from(min));
        let four = |x: &f32| if scale == 0.0 { 0 } else { ((x + min) / scale).round().clamp(0.0, 15.0) as u8 };
        quantised.push(part.iter().map(four).collect::<Vec<_>>());
    }
    let nibbles = quantised.chunks(2).flat_map(|pair| (0..32).map(|i| pair[0][i] | pair[1][i] << 4));
    half_bytes(d).into_iter().chain(half_bytes(d_min)).chain(packed).chain(nibbles).collect()
}

fn read_q4_k(bytes: &[u8]) -> Vec<f32> {
    let block = |block: &[u8; 144]| {
        let (d, d_min, packed) = (half([block[0], block[1]]), half([block[2], block[3]]), &block[4..16]);
        let mut values = Vec::new();
        for j in 0..8 {
            let (scale, min) = if j < 4 {
                (packed[j] & 63, packed[j + 4] & 63)
            } else {
                (packed[j + 4] & 15 | packed[j - 4] >> 6 << 4, packed[j + 4] >> 4 | packed[j] >> 6 << 4)
            };
            let (scale, min) = (d * f32::from(scale), d_min * f32::from(min));
            let quantised = block[16 + j / 2 * 32..][..32].iter().map(|q| if j % 2 == 0 { q & 15 } else { q >> 4 });
            values.extend(quantised.map(|q| scale * f32::from(q) - min));
        }
        values
    };
    bytes.as_chunks().0.iter().flat_map(block).collect()
}

/// 256 numbers: one scale in f16 that multiplies sixteen of eight bits; six bits a number, four of them apart from two.
fn write_q6_k(values: &[f32]) -> Vec<u8> {
    let block = |block: &[f32; 256]| {
        let scales: Vec<f32> = block.chunks(16).map(|part| largest(part) / -32.0).collect();
        let d = f16::from_f32(largest(&scales).abs() / 127.0).to_f32();
        let eight: Vec<i8> = scales.iter().map(|s| if d == 0.0 { 0 } else { (s / d).round() as i8 }).collect();
        let (mut low, mut high) = ([0_u8; 128], [0_u8; 64]);
        for (i, x) in block.iter().enumerate() {
            let scale = d * f32::from(eight[i / 16]);
            let q = if scale == 0.0 { 32 } else { ((x / scale).round().clamp(-32.0, 31.0) + 32.0) as u8 };
            let (half, quarter, l) = (i / 128, i % 128 / 32, i % 32);
            low[half * 64 + quarter % 2 * 32 + l] |= (q & 15) << (quarter / 2 * 4);
            high[half * 32 + l] |= q >> 4 << (quarter * 2);
        }
        let eight = eight.into_iter().map(|s| s.to_le_bytes()[0]);
        low.into_iter().chain(high).chain(eight).chain(half_bytes(d)).collect::<Vec<_>>()
    };
    values.as_chunks().0.iter().flat_map(block).collect()
}

fn read_q6_k(bytes: &[u8]) -> Vec<f32> {
    let block = |block: &[u8; 210]| {
        let (low, high, scales, d) =
            (&block[..128], &block[128..192], &block[192..208], half([block[208], block[209]]));
        let value = |i: usize| {
            let (half, quarter, l) = (i / 128, i % 128 / 32, i % 32);
            let low = low[half * 64 + quarter % 2 * 32 + l] >> (quarter / 2 * 4) & 15;
            let high = high[half * 32 + l] >> (quarter * 2) & 3;
            let scale = d * f32::from(i8::from_le_bytes([scales[i / 16]]));
            scale * f32::from(i16::from(low | high << 4) - 32)
        };
        (0..256).map(value).collect::<Vec<_>>()
    };
    bytes.as_chunks().0.iter().flat_map(block).collect()
}

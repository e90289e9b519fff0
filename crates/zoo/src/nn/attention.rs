//! Causal multi-head attention over a path.

use super::{Team, simd};
use std::ops::Range;

/// How far back a row sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Global,
    Local(usize),
}

/// Consecutive rows of a stretch at consecutive positions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub rows: Range<usize>,
    pub start: usize,
}

pub struct KeyValues {
    n_embd: usize,
    data: Vec<f32>,
}

impl KeyValues {
    pub fn new(n_head: usize, head_dim: usize, positions: usize) -> Self {
        Self { n_embd: n_head * head_dim, data: vec![0.0; 2 * n_head * head_dim * positions] }
    }
    pub fn keep(&self, len: usize) -> Self {
        Self { n_embd: self.n_embd, data: self.data[..2 * self.n_embd * len].to_vec() }
    }
    pub fn resume(&mut self, past: &Self, len: usize) {
        let end = 2 * self.n_embd * len;
        self.data[..end].copy_from_slice(&past.data[..end]);
    }
}

pub struct Attention {
    pub n_head: usize,
    pub scale: f32,
    pub window: Window,
}

impl Attention {
    pub fn forward(
        &self,
        qkv: &[f32],
        runs: &[Run],
        queries: Option<&[u32]>,
        kv: &mut KeyValues,
        out: &mut [f32],
        _team: Team,
    ) {
        let n = kv.n_embd;
        let d = n / self.n_head;
        let mut at = 0;
        for run in runs {
            for (i, row) in run.rows.clone().enumerate() {
                let position = run.start + i;
                kv.data[position * 2 * n..][..2 * n].copy_from_slice(&qkv[row * 3 * n + n..][..2 * n]);
                if queries.is_some_and(|q| q.binary_search(&(row as u32)).is_err()) {
                    continue;
                }
                let first = match self.window {
                    Window::Global => 0,
                    Window::Local(reach) => (position + 1).saturating_sub(reach),
                };
                for h in 0..self.n_head {
                    let q = &qkv[row * 3 * n + h * d..][..d];
                    let mut p: Vec<f32> = (first..=position)
                        .map(|j| {
                            q.iter().zip(&kv.data[j * 2 * n + h * d..]).fold(0.0, |s, (a, b)| s + a * b) * self.scale
                        })
                        .collect();
                    let max = p.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    p.iter_mut().for_each(|x| *x = simd::exp(*x - max));
                    let sum: f32 = p.iter().sum();
                    let o = &mut out[at * n + h * d..][..d];
                    o.fill(0.0);
                    for (p, j) in p.iter().zip(first..) {
                        o.iter_mut().zip(&kv.data[j * 2 * n + n + h * d..]).for_each(|(o, v)| *o += p / sum * v);
                    }
                }
                at += 1;
            }
        }
    }
}

//! The vocabulary projection, and log-probabilities without ever holding all logits.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

mod block;
mod draw;
mod pick;
#[cfg(test)]
mod tests;

use super::activation::{SoftCap, soft_cap};
use super::kernel::{Products, ROWS};
use super::pack::{COLUMNS, GROUP, Line, Source, Storage};
use super::simd::{Isa, Simd, WithSimd, exp_vector};
use super::{Linear, Team, values};
use block::{Block, Kernel, Ready};
use candle_core::Tensor;
use std::ops::Range;
use yardstick_core::{Next, Pick, TokenScore};

/// The projection from the last hidden state to the vocabulary.
///
/// Logits are made for `ROWS` rows and `GROUP` panels of the vocabulary at a time. Of each such tile two numbers a row are
/// kept: the largest logit, and Σ exp(logit − largest) in f32. They are put together in f64, in the order of the vocabulary.
pub struct Head {
    linear: Linear,
    /// Logits are pressed below it.
    cap: Option<f32>,
}

impl Head {
    /// A head over `weight` `[vocab, n_embd]`, usually the token embedding itself.
    pub fn new(weight: &Tensor, n_embd: usize, storage: Storage) -> Self {
        values(weight, |w| Self::pack(w, n_embd, storage))
    }

    /// A head that is a layer of its own, from the last hidden state to the logits.
    pub const fn of(linear: Linear) -> Self {
        Self { linear, cap: None }
    }

    /// The same head with a bias `[vocab]`.
    #[must_use]
    pub fn with_bias(self, bias: Vec<f32>) -> Self {
        Self { linear: self.linear.with_bias(bias), ..self }
    }

    /// The same head whose logits become cap·tanh(logit / cap), where there is a cap (Gemma Team 2024, "Gemma 2", 2).
    #[must_use]
    pub fn capped(self, cap: Option<f32>) -> Self {
        Self { cap, ..self }
    }

    /// A head over a matrix `[vocab, n_embd]` that is already in memory.
    pub fn pack(weight: &[f32], n_embd: usize, storage: Storage) -> Self {
        let source = Source { values: weight, n_in: n_embd, n_out: weight.len() / n_embd, transposed: true };
        Self::of(Linear::pack(source, None, storage))
    }

    /// Makes `logits` `[rows, vocab]` those of `hidden` `[rows, n_embd]`, all of them.
    pub fn logits(&self, hidden: &[f32], logits: &mut Vec<f32>, team: Team) {
        logits.resize(hidden.len() / self.linear.n_in() * self.linear.n_out(), 0.0);
        self.linear.forward(hidden, logits, team);
        cap_logits(logits, self.cap);
    }

    /// Scores `wanted` tokens, each after its row of `hidden` `[rows, n_embd]`; rows ascending. One score each, in order.
    ///
    /// # Errors
    /// The first row with a logit that is not finite, or with none above −1.7·10³⁸.
    ///
    /// # Panics
    /// A row or token that does not exist, or rows that do not ascend.
    pub fn score(&self, hidden: &[f32], wanted: &[(usize, u32)], team: Team) -> Result<Vec<TokenScore>, usize> {
        let (rows, vocab) = (hidden.len() / self.linear.n_in(), self.linear.n_out());
        assert!(wanted.is_sorted_by_key(|wanted| wanted.0), "wanted rows ascend");
        assert!(wanted.iter().all(|&(row, token)| row < rows && (token as usize) < vocab), "what is wanted exists");
        let mut scores = Vec::with_capacity(wanted.len());
        for (start, hidden) in (0..).step_by(ROWS).zip(hidden.chunks(ROWS * self.linear.n_in())) {
            let end = start + hidden.len() / self.linear.n_in();
            let of_block = wanted.partition_point(|w| w.0 < start)..wanted.partition_point(|w| w.0 < end);
            scores.extend(self.block(hidden).score(start..end, &wanted[of_block], team)?);
        }
        Ok(scores)
    }

    /// At most `ROWS` rows of hidden states.
    fn block<'a>(&'a self, hidden: &'a [f32]) -> Block<'a, Kernel<'a>> {
        let logits = Kernel { hidden, weights: self.linear.weights() };
        Block { logits, bias: self.linear.bias().unwrap_or_default(), cap: self.cap }
    }
}

/// [`Head::score`] of logits that are there already, `[rows, vocab]`, but for the cap: those of a device.
///
/// # Errors
/// The first row with a logit that is not finite, or with none above −1.7·10³⁸.
pub fn score_logits(
    logits: &[f32],
    vocab: usize,
    cap: Option<f32>,
    wanted: &[(usize, u32)],
    team: Team,
) -> Result<Vec<TokenScore>, usize> {
    Block { logits: Ready { logits, vocab }, bias: &[], cap }.score(0..logits.len() / vocab, wanted, team)
}

/// [`Head::pick`] of such logits.
///
/// # Errors
/// As above.
pub fn pick_logits(
    logits: &[f32],
    vocab: usize,
    cap: Option<f32>,
    picks: &[Pick],
    team: Team,
) -> Result<Vec<Next>, usize> {
    Block { logits: Ready { logits, vocab }, bias: &[], cap }.pick(picks, team)
}

/// cap·tanh(logit / cap) of every logit, where there is a cap.
pub fn cap_logits(logits: &mut [f32], cap: Option<f32>) {
    if let Some(cap) = cap {
        Isa::best().run(SoftCap { cap, xs: logits });
    }
}

/// See [`Block::complete`].
struct Complete<'a, 'p> {
    /// `[vocab]`, or nothing.
    bias: &'a [f32],
    cap: Option<f32>,
    products: &'a mut Products<'p>,
}

impl WithSimd for Complete<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Products { rows, panels, lines } = self.products;
        for (panel, lines) in panels.clone().zip(lines.chunks_exact_mut(rows.len())) {
            let bias = self.bias.get(panel * COLUMNS..).unwrap_or_default();
            for line in lines {
                for (x, b) in line.0.iter_mut().zip(bias) {
                    *x += b;
                }
                let Some(cap) = self.cap else { continue };
                for x in &mut line.0 {
                    *x = soft_cap(*x, cap);
                }
            }
        }
    }
}

/// What one thread finds in its part of the vocabulary.
struct Part {
    panels: Range<usize>,
    /// `[group, row]`
    tiles: Vec<Tile>,
    /// `[row]`
    best: Vec<Best>,
    /// Logits of wanted tokens, by index among the wanted.
    picked: Vec<(usize, f32)>,
}

impl Part {
    /// Whole groups each, so that tiles are the same for every team.
    fn all(vocab: usize, n_rows: usize, team: Team) -> Vec<Self> {
        let count = vocab.div_ceil(COLUMNS);
        let groups = team.split(count.div_ceil(GROUP), 1);
        let panels = groups.map(|g| g.start * GROUP..count.min(g.end * GROUP));
        let part = |panels| Self { panels, tiles: Vec::new(), best: vec![Best::NONE; n_rows], picked: Vec::new() };
        panels.map(part).collect()
    }

    /// Keeps the logits of wanted tokens that are among `products`, whose first row is row `start` of the wanted.
    fn pick(&mut self, products: &Products, start: usize, wanted: &[(usize, u32)]) {
        for (index, &(row, token)) in wanted.iter().enumerate() {
            let (panel, column) = (token as usize / COLUMNS, token as usize % COLUMNS);
            if products.panels.contains(&panel) {
                let mut lines = products.row(row - start);
                self.picked.extend(lines.nth(panel - products.panels.start).map(|line| (index, line.0[column])));
            }
        }
    }
}

/// What is kept of a row's logits in one group of panels.
#[derive(Clone, Copy, Debug)]
struct Tile {
    max: f32,
    /// Σ exp(logit − max); NaN where a logit is not finite.
    sum: f32,
}

/// The largest logit of a row so far and the first token that has it.
#[derive(Clone, Copy, Debug)]
struct Best {
    logit: f32,
    token: u32,
}

impl Best {
    /// Below every logit.
    const NONE: Self = Self { logit: f32::NEG_INFINITY, token: u32::MAX };
}

/// Reduces a group's logits to a [`Tile`] a row.
struct Summarize<'a> {
    products: Products<'a>,
    vocab: usize,
    tiles: &'a mut Vec<Tile>,
    best: &'a mut [Best],
}

impl WithSimd for Summarize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Products { rows, panels, .. } = &self.products;
        let (n_rows, first) = (rows.len(), panels.start * COLUMNS);
        let missing = (panels.end * COLUMNS).saturating_sub(self.vocab);
        for line in self.products.lines.iter_mut().rev().take(if missing > 0 { n_rows } else { 0 }) {
            line.0[COLUMNS - missing..].fill(f32::MIN); // adds e⁻⁸⁷ to a sum that is at least 1; see `LogSum::merge`
        }
        for row in 0..n_rows {
            let lines = || self.products.row(row);
            let max = largest(simd, lines());
            let best = &mut self.best[row];
            if max > best.logit {
                *best = Best { logit: max, token: first as u32 + place(lines(), max) };
            }
            self.tiles.push(Tile { max, sum: sum_of_exp(simd, &lines(), max) });
        }
    }
}

/// The largest of a row's logits; NaN is passed over.
#[inline(always)]
fn largest<'a, S: Simd>(simd: S, lines: impl Iterator<Item = &'a Line>) -> f32 {
    let mut max = simd.splat_f32s(f32::NEG_INFINITY);
    for line in lines {
        for vector in S::as_simd_f32s(&line.0).0 {
            max = simd.max_f32s(max, *vector);
        }
    }
    simd.reduce_max_f32s(max)
}

/// Where `max` is first.
fn place<'a>(lines: impl Iterator<Item = &'a Line>, max: f32) -> u32 {
    lines.flat_map(|line| line.0).take_while(|x| *x < max).count() as u32
}

/// Σ exp(logit − max) lane by lane, then over the lanes, half to half; NaN where a logit is not finite.
#[inline(always)]
fn sum_of_exp<'a, S: Simd>(simd: S, lines: &(impl Iterator<Item = &'a Line> + Clone), max: f32) -> f32 {
    let (zero, max) = (simd.splat_f32s(0.0), simd.splat_f32s(max));
    let mut sums = Line([0.0; COLUMNS]);
    for (i, sum) in S::as_mut_simd_f32s(&mut sums.0).0.iter_mut().enumerate() {
        let mut total = zero;
        for line in lines.clone() {
            let x = S::as_simd_f32s(&line.0).0[i];
            total = simd.add_f32s(total, exp_vector(simd, simd.sub_f32s(x, max)));
            total = simd.mul_add_f32s(x, zero, total); // changes nothing, unless x is not finite: then it gives NaN
        }
        *sum = total;
    }
    let sixteen: [f32; 16] = std::array::from_fn(|i| sums.0[i] + sums.0[i + 16]);
    let eight: [f32; 8] = std::array::from_fn(|i| sixteen[i] + sixteen[i + 8]);
    let four: [f32; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// ln Σ exp over all logits of a row.
struct LogSum {
    max: f32,
    /// The first token with the largest logit.
    first: u32,
    /// ln Σ exp(logit − max)
    ln_sum: f64,
}

impl LogSum {
    /// No logit may lie so low that the filling of the last panel could be seen beside it.
    const LOWEST: f32 = f32::MIN / 2.0;

    /// Of one of `n_rows` rows; `None` where a logit is not finite.
    fn of_row(parts: &[Part], row: usize, n_rows: usize) -> Option<Self> {
        let tiles = parts.iter().flat_map(|part| part.tiles[row..].iter().step_by(n_rows));
        Self::merge(parts.iter().map(|part| part.best[row]), tiles)
    }

    /// From a row's best tokens and tiles, both in the order of the vocabulary; `None` where a logit is not finite.
    fn merge<'a>(best: impl Iterator<Item = Best>, tiles: impl Iterator<Item = &'a Tile>) -> Option<Self> {
        let Best { logit: max, token: first } = best.fold(Best::NONE, |a, b| if b.logit > a.logit { b } else { a });
        let scaled = |tile: &Tile| f64::from(tile.sum) * libm::exp(f64::from(tile.max) - f64::from(max));
        let sum: f64 = tiles.map(scaled).sum();
        (sum.is_finite() && max > Self::LOWEST).then(|| Self { max, first, ln_sum: libm::log(sum) })
    }

    fn score(&self, token: u32, logit: f32) -> TokenScore {
        let log_prob = f64::from(logit) - f64::from(self.max) - self.ln_sum;
        TokenScore { log_prob, is_greedy: token == self.first }
    }
}

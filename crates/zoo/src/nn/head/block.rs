//! Scores of a block of rows, from logits that are made or read tile by tile.

use super::{Complete, LogSum, Part, Summarize};
use crate::nn::Team;
use crate::nn::kernel::{Products, product};
use crate::nn::pack::{COLUMNS, GROUP, Line, Panels};
use crate::nn::simd::Isa;
use std::ops::Range;
use yardstick_core::TokenScore;

/// Where the products of a block of rows with the head's weights come from.
pub trait Logits: Sync {
    /// Outputs.
    fn vocab(&self) -> usize;

    /// Gives `take` those of some panels, whole groups of them, group by group.
    fn each(&self, isa: Isa, panels: Range<usize>, take: impl FnMut(Products));
}

/// Made by the kernel.
pub struct Kernel<'a> {
    /// `[rows, n_embd]`
    pub hidden: &'a [f32],
    pub weights: &'a Panels,
}

impl Logits for Kernel<'_> {
    fn vocab(&self) -> usize {
        self.weights.n_out()
    }

    fn each(&self, isa: Isa, panels: Range<usize>, take: impl FnMut(Products)) {
        product(isa, self.hidden, self.weights, panels, take);
    }
}

/// There already.
pub struct Ready<'a> {
    /// `[rows, vocab]`
    pub logits: &'a [f32],
    pub vocab: usize,
}

impl Logits for Ready<'_> {
    fn vocab(&self) -> usize {
        self.vocab
    }

    fn each(&self, _: Isa, panels: Range<usize>, mut take: impl FnMut(Products)) {
        let rows = self.logits.len() / self.vocab;
        let mut lines = vec![Line([0.0; COLUMNS]); GROUP * rows];
        for start in panels.clone().step_by(GROUP) {
            let group = start..panels.end.min(start + GROUP);
            let lines = &mut lines[..group.len() * rows];
            for (panel, lines) in group.clone().zip(lines.chunks_exact_mut(rows)) {
                let columns = panel * COLUMNS..self.vocab.min((panel + 1) * COLUMNS);
                for (line, row) in lines.iter_mut().zip(self.logits.chunks_exact(self.vocab)) {
                    line.0[..columns.len()].copy_from_slice(&row[columns.clone()]);
                }
            }
            take(Products { rows: 0..rows, panels: group, lines });
        }
    }
}

/// A block of rows whose logits are wanted.
pub struct Block<'a, L> {
    pub logits: L,
    /// What products lack to be logits `[vocab]`, or nothing.
    pub bias: &'a [f32],
    /// Logits are pressed below it.
    pub cap: Option<f32>,
}

impl<L: Logits> Block<'_, L> {
    /// The scores of `wanted` tokens after `rows`, the rows of this block; the team shares the vocabulary.
    pub fn score(&self, rows: Range<usize>, wanted: &[(usize, u32)], team: Team) -> Result<Vec<TokenScore>, usize> {
        let (vocab, isa) = (self.logits.vocab(), Isa::best());
        let mut parts = Part::all(vocab, rows.len(), team);
        team.each(&mut parts, |part| {
            self.logits.each(isa, part.panels.clone(), |mut products| {
                self.complete(isa, &mut products);
                part.pick(&products, rows.start, wanted);
                isa.run(Summarize { products, vocab, tiles: &mut part.tiles, best: &mut part.best });
            });
        });
        let sum = |row: usize| LogSum::of_row(&parts, row - rows.start, rows.len()).ok_or(row);
        let sums: Vec<LogSum> = rows.clone().map(sum).collect::<Result<_, _>>()?;
        let mut logits = vec![f32::NAN; wanted.len()];
        for &(index, logit) in parts.iter().flat_map(|part| &part.picked) {
            logits[index] = logit;
        }
        Ok(wanted.iter().zip(logits).map(|(&(row, token), logit)| sums[row - rows.start].score(token, logit)).collect())
    }

    /// Makes logits of products: adds the bias and caps them.
    pub fn complete(&self, isa: Isa, products: &mut Products) {
        if !self.bias.is_empty() || self.cap.is_some() {
            isa.run(Complete { bias: self.bias, cap: self.cap, products });
        }
    }
}

//! The next token of each row, without ever holding all logits of rows that nothing is drawn from.

use super::block::{Block, Logits};
use super::draw::draw;
use super::{Head, LogSum, Part, Summarize};
use crate::nn::Team;
use crate::nn::kernel::{Products, ROWS};
use crate::nn::simd::Isa;
use yardstick_core::{Next, Pick};

/// What one thread finds in its part of the vocabulary.
struct Share {
    part: Part,
    /// The logits of each drawn row.
    drawn: Vec<Vec<f32>>,
}

impl Head {
    /// Picks the token after each row of `hidden` `[picks, n_embd]`.
    ///
    /// # Errors
    /// As of [`Self::score`].
    pub fn pick(&self, hidden: &[f32], picks: &[Pick], team: Team) -> Result<Vec<Next>, usize> {
        let mut all = Vec::with_capacity(picks.len());
        for (hidden, block) in hidden.chunks(ROWS * self.linear.n_in()).zip(picks.chunks(ROWS)) {
            all.extend(self.block(hidden).pick(block, team).map_err(|row| all.len() + row)?);
        }
        Ok(all)
    }
}

impl<L: Logits> Block<'_, L> {
    /// The token after each of the rows: the team shares the vocabulary, then the draws.
    pub fn pick(&self, picks: &[Pick], team: Team) -> Result<Vec<Next>, usize> {
        let (isa, vocab) = (Isa::best(), self.logits.vocab());
        let is_drawn = |row: &usize| matches!(picks[*row], Pick::Draw { .. });
        let drawn: Vec<usize> = (0..picks.len()).filter(is_drawn).collect();
        let share = |part| Share { part, drawn: vec![Vec::new(); drawn.len()] };
        let mut shares: Vec<Share> = Part::all(vocab, picks.len(), team).into_iter().map(share).collect();
        team.each(&mut shares, |Share { part, drawn: logits }| {
            self.logits.each(isa, part.panels.clone(), |mut products| {
                self.complete(isa, &mut products);
                keep(&products, &drawn, logits);
                isa.run(Summarize { products, vocab, tiles: &mut part.tiles, best: &mut part.best });
            });
        });
        let (parts, drawn): (Vec<_>, Vec<_>) = shares.into_iter().map(|share| (share.part, share.drawn)).unzip();
        let sums = (0..picks.len()).map(|row| LogSum::of_row(&parts, row, picks.len()).ok_or(row));
        let sums: Vec<LogSum> = sums.collect::<Result<_, _>>()?;
        Ok(self.choose(picks, &sums, &drawn, team))
    }

    /// `logits` are those of the drawn rows, `[thread][drawn row]`.
    fn choose(&self, picks: &[Pick], sums: &[LogSum], logits: &[Vec<Vec<f32>>], team: Team) -> Vec<Next> {
        let mut next: Vec<Next> = sums.iter().map(LogSum::first).collect();
        let rows = picks.iter().zip(sums).zip(&mut next);
        let rows = rows.filter_map(|((pick, sum), next)| match pick {
            Pick::First => None,
            Pick::Draw { sampling, uniform } => Some((*sampling, *uniform, sum, next)),
        });
        let rows: Vec<_> = rows.enumerate().collect();
        team.each(rows, |(index, (sampling, uniform, sum, next))| {
            let mut logits: Vec<f32> = logits.iter().flat_map(|share| &share[index]).copied().collect();
            logits.truncate(self.logits.vocab()); // the last panel is filled up
            let token = draw(&logits, sampling, uniform);
            let score = sum.score(token, logits[token as usize]);
            *next = Next { token, log_prob: score.log_prob, is_first: score.is_greedy };
        });
        next
    }
}

impl LogSum {
    /// The most likely token.
    fn first(&self) -> Next {
        let score = self.score(self.first, self.max);
        Next { token: self.first, log_prob: score.log_prob, is_first: score.is_greedy }
    }
}

/// Keeps the logits of drawn rows, group of panels by group.
fn keep(products: &Products, drawn: &[usize], logits: &mut [Vec<f32>]) {
    for (&row, logits) in drawn.iter().zip(logits) {
        products.row(row).for_each(|line| logits.extend_from_slice(&line.0));
    }
}

//! What a network remembers of a path, and how stretches of a token tree advance it.

use crate::layers::Rows;
use crate::network::{Causal, Paths};
use crate::nn::{Lane, Run, Team};
use crate::transformer::Pass;
use std::any::Any;
use std::sync::Arc;
use yardstick_core::{ModelCard, Past, ScoreError, Session, Stretch, TokenScore};

/// See [`yardstick_core::Session`].
pub struct PathSession<'m> {
    card: &'m ModelCard,
    network: &'m dyn Causal,
    /// The one path.
    path: Box<dyn Paths + 'm>,
    /// Positions fed so far.
    len: usize,
    /// Positions there is room for.
    capacity: usize,
    team: Team,
    /// Tells this model's pasts from others'.
    model: u64,
}

/// What a [`Past`] holds.
struct Kept {
    model: u64,
    /// Positions.
    len: usize,
    path: Box<dyn Any + Send + Sync>,
}

impl<'m> PathSession<'m> {
    /// An empty path with room for `positions`. `model` is a number that no other model has.
    pub fn new(card: &'m ModelCard, network: &'m dyn Causal, model: u64, positions: usize, threads: usize) -> Self {
        let path = network.paths(1, positions);
        Self { card, network, path, len: 0, capacity: positions, team: Team::new(threads), model }
    }

    /// Runs the layers. The scored rows, and their hidden states; `None` where nothing was fed.
    fn forward(&mut self, stretch: &Stretch) -> Result<Option<(Vec<u32>, &Rows)>, ScoreError> {
        self.check(stretch)?;
        let mut scored: Vec<u32> = stretch.wanted.iter().map(|wanted| wanted.row).collect();
        scored.dedup();
        let Some(&last) = stretch.positions.last() else { return Ok(None) };
        let lanes = vec![Lane { path: 0, runs: runs(stretch.positions) }];
        let pass = Pass { tokens: stretch.tokens, positions: stretch.positions, lanes, scored, team: self.team };
        self.len = last as usize + 1;
        let hidden = self.path.forward(&pass);
        Ok(Some((pass.scored, hidden)))
    }

    fn check(&self, stretch: &Stretch) -> Result<(), ScoreError> {
        let rows = stretch.tokens.len();
        if rows != stretch.positions.len() {
            return Err(self.misfit(format!("{rows} tokens at {} positions", stretch.positions.len())));
        }
        let mut end = self.len;
        for &position in stretch.positions {
            let position = position as usize;
            if position > end || position >= self.capacity {
                return Err(self.misfit(format!("position {position} on a path of {end}, room for {}", self.capacity)));
            }
            end = position + 1;
        }
        if let Some(wanted) = stretch.wanted.iter().find(|wanted| wanted.row as usize >= rows) {
            return Err(self.misfit(format!("row {} is wanted of {rows}", wanted.row)));
        }
        if !stretch.wanted.is_sorted_by_key(|wanted| wanted.row) {
            return Err(self.misfit("the wanted rows are not ascending".to_owned()));
        }
        self.check_tokens(stretch)
    }

    fn check_tokens(&self, stretch: &Stretch) -> Result<(), ScoreError> {
        let vocab_size = self.card.vocab_size;
        let mut tokens = stretch.tokens.iter().chain(stretch.wanted.iter().map(|wanted| &wanted.token));
        let outside = tokens.find(|&&token| token as usize >= vocab_size);
        outside.map_or(Ok(()), |&token| Err(ScoreError::Token { model: self.card.name.clone(), token, vocab_size }))
    }

    fn misfit(&self, reason: String) -> ScoreError {
        ScoreError::Stretch { model: self.card.name.clone(), reason }
    }

    /// The failure of a row, as the stretch's caller knows it.
    fn not_finite(&self, stretch: &Stretch, row: u32) -> ScoreError {
        ScoreError::NotFinite {
            model: self.card.name.clone(),
            wanted: stretch.wanted.partition_point(|wanted| wanted.row < row),
            position: stretch.positions[row as usize] as usize,
        }
    }
}

impl Session for PathSession<'_> {
    fn advance(&mut self, stretch: &Stretch) -> Result<Vec<TokenScore>, ScoreError> {
        let (network, team) = (self.network, self.team);
        let Some((scored, hidden)) = self.forward(stretch)?.filter(|(scored, _)| !scored.is_empty()) else {
            return Ok(Vec::new());
        };
        let mut at = 0;
        let wanted = stretch.wanted.iter().map(|wanted| {
            at += usize::from(scored[at] != wanted.row);
            (at, wanted.token)
        });
        let wanted: Vec<(usize, u32)> = wanted.collect();
        let found = network.head().score(hidden, &wanted, team);
        found.map_err(|error| error.of(self.card, |index| self.not_finite(stretch, scored[index])))
    }

    fn logits(&mut self, stretch: &Stretch, logits: &mut Vec<f32>) -> Result<(), ScoreError> {
        let (network, team) = (self.network, self.team);
        logits.clear();
        let Some((scored, hidden)) = self.forward(stretch)?.filter(|(scored, _)| !scored.is_empty()) else {
            return Ok(());
        };
        let made = network.head().logits(hidden, logits, team);
        made.map_err(|fault| fault.of(self.card))?;
        let is_finite = |row: &[f32]| row.iter().all(|logit| logit.is_finite());
        let bad = logits.chunks_exact(self.card.vocab_size).position(|row| !is_finite(row));
        bad.map_or(Ok(()), |index| Err(self.not_finite(stretch, scored[index])))
    }

    fn keep(&self, len: usize) -> Past {
        let len = len.min(self.len);
        Past { len, data: Arc::new(Kept { model: self.model, len, path: self.path.keep(0, len) }) }
    }

    fn resume(&mut self, past: &Past, len: usize) -> Result<(), ScoreError> {
        let kept = past.data.downcast_ref::<Kept>().filter(|kept| kept.model == self.model);
        let kept = kept.ok_or_else(|| self.misfit("the past is another model's".to_owned()))?;
        if len > kept.len || len > self.capacity {
            let (there, room) = (kept.len, self.capacity);
            return Err(self.misfit(format!("{len} positions of a past with {there}, room for {room}")));
        }
        self.path.resume(0, &*kept.path, len);
        self.len = len;
        Ok(())
    }
}

/// Rows at consecutive positions, as long as they go.
fn runs(positions: &[u32]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (row, &position) in positions.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.start + run.rows.len() == position as usize => run.rows.end = row + 1,
            _ => runs.push(Run { rows: row..row + 1, start: position as usize }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fall_into_runs() {
        let got: Vec<_> = runs(&[3, 4, 5, 4, 5, 0, 0, 1]).into_iter().map(|run| (run.rows, run.start)).collect();
        assert_eq!(got, [(0..3, 3), (3..5, 4), (5..6, 0), (6..8, 0)]);
        assert!(runs(&[]).is_empty());
    }
}

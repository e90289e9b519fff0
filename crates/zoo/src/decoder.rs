//! Several paths, and how they advance together.

use crate::layers::Rows;
use crate::network::{Causal, Paths};
use crate::nn::{Lane, Run, Team};
use crate::transformer::Pass;
use yardstick_core::{Decoder, Feed, ModelCard, Next, Pick, ScoreError};

/// See [`yardstick_core::Decoder`].
pub struct PathDecoder<'m> {
    card: &'m ModelCard,
    network: &'m dyn Causal,
    paths: Box<dyn Paths + 'm>,
    /// Positions that each path has.
    lens: Vec<usize>,
    /// Positions that each path has room for.
    capacity: usize,
    team: Team,
}

impl<'m> PathDecoder<'m> {
    /// Empty paths with room for `positions` each.
    pub fn new(card: &'m ModelCard, network: &'m dyn Causal, paths: usize, positions: usize, threads: usize) -> Self {
        Self {
            card,
            network,
            paths: network.paths(paths, positions),
            lens: vec![0; paths],
            capacity: positions,
            team: Team::new(threads),
        }
    }

    /// Runs the layers. The hidden states of the rows after which a token is picked.
    fn forward(&mut self, feeds: &[Feed]) -> &Rows {
        let tokens: Vec<u32> = feeds.iter().flat_map(|feed| feed.tokens).copied().collect();
        let positions = feeds.iter().flat_map(|feed| (feed.start as u32..).take(feed.tokens.len()));
        let positions: Vec<u32> = positions.collect();
        let (mut lanes, mut scored, mut row) = (Vec::with_capacity(feeds.len()), Vec::new(), 0);
        for &Feed { path, start, tokens, pick } in feeds {
            let rows = row..row + tokens.len();
            row = rows.end;
            lanes.push(Lane { path, runs: vec![Run { rows, start }] });
            scored.extend(pick.map(|_| row as u32 - 1));
            self.lens[path] = start + tokens.len();
        }
        let pass = Pass { tokens: &tokens, positions: &positions, lanes, scored, team: self.team };
        self.paths.forward(&pass)
    }

    fn check(&self, feeds: &[Feed]) -> Result<(), ScoreError> {
        if !feeds.is_sorted_by(|a, b| a.path < b.path) {
            return Err(self.misfit("the fed paths do not ascend".to_owned()));
        }
        for &Feed { path, start, tokens, .. } in feeds {
            let len = self.len(path)?;
            if tokens.is_empty() || start > len || start + tokens.len() > self.capacity {
                let (count, room) = (tokens.len(), self.capacity);
                return Err(self.misfit(format!("{count} tokens from {start} on a path of {len}, room for {room}")));
            }
            if let Some(&token) = tokens.iter().find(|&&token| token as usize >= self.card.vocab_size) {
                let (model, vocab_size) = (self.card.name.clone(), self.card.vocab_size);
                return Err(ScoreError::Token { model, token, vocab_size });
            }
        }
        Ok(())
    }

    fn len(&self, path: usize) -> Result<usize, ScoreError> {
        let paths = self.lens.len();
        self.lens.get(path).copied().ok_or_else(|| self.misfit(format!("path {path} of {paths}")))
    }

    fn misfit(&self, reason: String) -> ScoreError {
        ScoreError::Stretch { model: self.card.name.clone(), reason }
    }
}

impl Decoder for PathDecoder<'_> {
    fn step(&mut self, feeds: &[Feed]) -> Result<Vec<Next>, ScoreError> {
        self.check(feeds)?;
        if feeds.is_empty() {
            return Ok(Vec::new());
        }
        let (card, network, team) = (self.card, self.network, self.team);
        let picking = || feeds.iter().filter(|feed| feed.pick.is_some());
        let picks: Vec<Pick> = picking().filter_map(|feed| feed.pick).collect();
        let found = network.head().pick(self.forward(feeds), &picks, team);
        found.map_err(|error| {
            error.of(card, |wanted| ScoreError::NotFinite {
                model: card.name.clone(),
                wanted,
                position: picking().nth(wanted).map_or(0, |feed| feed.start + feed.tokens.len() - 1),
            })
        })
    }

    fn copy(&mut self, from: usize, to: usize, len: usize) -> Result<(), ScoreError> {
        let (there, _) = (self.len(from)?, self.len(to)?);
        if len > there {
            return Err(self.misfit(format!("{len} positions of a path of {there}")));
        }
        if from != to {
            self.paths.copy(from, to, len);
        }
        self.lens[to] = len;
        Ok(())
    }
}

//! The toy's decoder: it writes what its own scores make most likely, or draws evenly from a few letters.

use super::{COSTS, Held, Toy};
use yardstick_core::{Decoder, Feed, Next, Pick, ScoreError};

/// What the toy can write.
pub const LETTERS: [char; 8] = ['a', 'b', 'c', 'd', ' ', '\n', '.', 'é'];

/// The letter that even shares of 0 to 1 give.
fn nth_letter(uniform: f64) -> char {
    let share = 1.0 / LETTERS.len() as f64;
    let found = LETTERS.into_iter().zip(1_u8..).find(|(_, n)| uniform < share * f64::from(*n));
    found.unwrap().0
}

pub struct ToyDecoder<'a> {
    toy: &'a Toy,
    paths: Vec<Vec<u32>>,
    positions: usize,
    _held: Held,
}

impl<'a> ToyDecoder<'a> {
    pub fn new(toy: &'a Toy, paths: usize, positions: usize, threads: usize) -> Self {
        let each = positions as u64 * COSTS.bytes_per_position;
        let bytes = threads as u64 * COSTS.bytes_per_thread + paths as u64 * each;
        let paths = vec![Vec::new(); paths];
        Self { toy, paths, positions, _held: Held::new(&toy.memory, bytes) }
    }

    fn next(&self, feed: &Feed, pick: Pick, wanted: usize) -> Result<Next, ScoreError> {
        let path = &self.paths[feed.path];
        if self.toy.poison == path.last().copied() {
            return Err(ScoreError::NotFinite { model: "toy".to_owned(), wanted, position: path.len() - 1 });
        }
        let score = |&letter: &char| self.toy.score_token(path, letter.into());
        let first = LETTERS.into_iter().max_by(|a, b| score(a).total_cmp(&score(b)).then(b.cmp(a))).unwrap();
        let letter = match pick {
            Pick::First => first,
            Pick::Draw { uniform, .. } => nth_letter(uniform),
        };
        Ok(Next { token: letter.into(), log_prob: score(&letter), is_first: letter == first })
    }
}

impl Decoder for ToyDecoder<'_> {
    fn step(&mut self, feeds: &[Feed]) -> Result<Vec<Next>, ScoreError> {
        assert!(!feeds.is_empty() && feeds.is_sorted_by(|a, b| a.path < b.path), "paths ascend");
        let rows: usize = feeds.iter().map(|feed| feed.tokens.len()).sum();
        let picks = feeds.iter().filter(|feed| feed.pick.is_some()).count();
        let bytes = rows as u64 * COSTS.bytes_per_row + picks as u64 * COSTS.bytes_per_scored_row;
        let _held = Held::new(&self.toy.memory, bytes);
        for feed in feeds {
            let path = &mut self.paths[feed.path];
            assert!(feed.start <= path.len() && !feed.tokens.is_empty(), "a feed that does not fit");
            path.truncate(feed.start);
            path.extend(feed.tokens);
            assert!(path.len() <= self.positions, "a path longer than was asked for");
        }
        let picking = feeds.iter().filter_map(|feed| Some((feed, feed.pick?)));
        picking.enumerate().map(|(wanted, (feed, pick))| self.next(feed, pick, wanted)).collect()
    }

    fn copy(&mut self, from: usize, to: usize, len: usize) -> Result<(), ScoreError> {
        assert!(from != to && len <= self.paths[from].len());
        self.paths[to] = self.paths[from][..len].to_vec();
        Ok(())
    }
}

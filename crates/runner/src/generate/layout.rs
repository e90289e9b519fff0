//! How many texts are written side by side, for the threads and the memory there are.

use super::GenerateOptions;
use super::prompts::Text;
use crate::simulate::Teams;
use yardstick_core::{Costs, LanguageModel};

/// Paths, at most: beyond, the products of a step no longer wait for the weights, and keys and values leave the caches.
const MOST_PATHS: usize = 32;
/// Rows of a step, at most and at least: prompts are read in such stretches.
const STRETCH: usize = 512;
const LEAST_STRETCH: usize = 64;
/// A drawn token's logits and candidates, bytes for each row of the embedding.
const BYTES_PER_DRAWN_LOGIT: u64 = 24;

/// Who writes, and how much at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The division of threads: each team writes texts of its own.
    pub teams: Teams,
    /// Texts that a team writes at a time.
    pub paths: usize,
    /// Positions of each path.
    pub positions: usize,
    /// Most rows of a step, more than there are paths.
    pub stretch: usize,
    /// Most bytes that it takes.
    pub memory: u64,
}

impl Layout {
    /// The fastest of those that fit.
    ///
    /// # Errors
    /// Not even one path fits: the bytes that would do.
    pub fn new(model: &dyn LanguageModel, texts: &[Text], options: &GenerateOptions) -> Result<Self, u64> {
        let serial = Teams::of_serial(model);
        let ways = serial.map_or_else(|| Teams::ways(options.threads), |teams| vec![teams]);
        Self::fastest(&Sizes::new(model, texts), &ways, options.memory)
    }

    fn fastest(sizes: &Sizes, ways: &[Teams], memory: u64) -> Result<Self, u64> {
        // No team is without a text.
        let ways = || ways.iter().filter(|teams| teams.count <= sizes.texts.max(1));
        let layouts = ways().filter_map(|&teams| sizes.largest(teams, memory));
        // Of equally fast ones the one with most teams: its threads meet least.
        let fastest = layouts.max_by_key(|layout| (layout.speed(), layout.teams.count));
        let least = || ways().map(|&teams| sizes.layout(teams, 1, LEAST_STRETCH).memory).min();
        fastest.ok_or_else(|| least().unwrap_or(0))
    }

    /// Tokens written in a time, in thousandths of what one thread at its best does: whole numbers have an order.
    #[allow(clippy::cast_sign_loss, reason = "no speed is negative")]
    fn speed(&self) -> u64 {
        let Self { teams, paths, .. } = *self;
        (1000.0 * teams.count as f64 * teams.speed(paths as f64)) as u64
    }
}

/// What memory and speed depend on.
struct Sizes {
    costs: Costs,
    texts: usize,
    positions: usize,
    /// Bytes for each path that a token is picked on.
    bytes_per_pick: u64,
}

impl Sizes {
    fn new(model: &dyn LanguageModel, texts: &[Text]) -> Self {
        let costs = model.costs();
        // The last token of a text is not read.
        let positions = texts.iter().map(|text| text.prompt.len() + text.generation.max_tokens as usize - 1);
        let is_drawn = |text: &Text| text.generation.sampling.is_some();
        let logits = if texts.iter().any(is_drawn) { model.card().vocab_size } else { 0 };
        Self {
            costs,
            texts: texts.len(),
            positions: positions.max().unwrap_or(0),
            bytes_per_pick: costs.bytes_per_scored_row + BYTES_PER_DRAWN_LOGIT * logits as u64,
        }
    }

    /// As many paths as fit, then as long stretches.
    fn largest(&self, teams: Teams, memory: u64) -> Option<Layout> {
        let most = MOST_PATHS.min(self.texts.div_ceil(teams.count)).max(1);
        let stretches = || std::iter::successors(Some(STRETCH), |rows| (*rows > LEAST_STRETCH).then_some(rows / 2));
        let sizes = (1..=most).rev().flat_map(|paths| stretches().map(move |stretch| (paths, stretch)));
        let mut layouts = sizes.map(|(paths, stretch)| self.layout(teams, paths, stretch));
        layouts.find(|layout| layout.memory <= memory)
    }

    fn layout(&self, teams: Teams, paths: usize, stretch: usize) -> Layout {
        let Self { costs, positions, bytes_per_pick, .. } = *self;
        let path = costs.bytes_per_path + positions as u64 * costs.bytes_per_position + bytes_per_pick;
        let team =
            teams.threads as u64 * costs.bytes_per_thread + stretch as u64 * costs.bytes_per_row + paths as u64 * path;
        Layout { teams, paths, positions, stretch, memory: teams.count as u64 * team }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::COSTS;

    fn check(texts: usize, threads: usize, memory: u64, wanted: (usize, usize, usize)) {
        let sizes = Sizes { costs: COSTS, texts, positions: 100, bytes_per_pick: 50 };
        let ways = Teams::ways(threads);
        let found = Layout::fastest(&sizes, &ways, memory).unwrap();
        assert!(found.memory <= memory);
        assert_eq!((found.teams.count, found.teams.threads, found.paths), wanted, "{texts} texts, {threads} threads");
    }

    #[test]
    fn many_texts_are_divided_among_teams_and_few_among_paths() {
        check(1000, 1, u64::MAX, (1, 1, 32));
        check(1000, 4, u64::MAX, (4, 1, 32));
        check(1, 4, u64::MAX, (1, 4, 1));
        check(0, 2, u64::MAX, (1, 2, 1));
        // Room for four paths of 100 KB and their stretches, then for one.
        check(1000, 2, 500_000, (2, 1, 2));
        check(1000, 2, 130_000, (1, 2, 1));
    }

    #[test]
    fn too_little_memory_is_told() {
        let sizes = Sizes { costs: COSTS, texts: 10, positions: 100, bytes_per_pick: 50 };
        let least = Layout::fastest(&sizes, &Teams::ways(3), 0).unwrap_err();
        assert_eq!(least, 3 * 2000 + 64 * 300 + 100_050);
        assert_eq!(Layout::fastest(&sizes, &Teams::ways(3), least).unwrap().paths, 1);
    }
}

//! How a plan is laid out for the threads and the memory there are.

use crate::agenda::most_positions;
use crate::simulate::{Teams, makespan};
use crate::strands::{Strand, Work};
use crate::tree::Tree;
use std::cmp::Reverse;
use yardstick_core::{Costs, TokenScore};

/// Rows of a stretch, at best: enough for a matrix product to run at its full speed, few enough that its activations stay
/// in the cache.
const STRETCH: u32 = 512;
/// Rows of a stretch for each thread of a large team.
const STRETCH_PER_THREAD: u32 = 128;
/// Stretches are not made smaller than this to save memory: below, products are slow.
const LEAST_STRETCH: u32 = 16;
/// A strand is worth its administration from this many rows on.
const LEAST_STRAND: u32 = 256;

/// Strands, and who computes them.
#[derive(Debug)]
pub struct Layout {
    /// All of the work, in order.
    pub strands: Vec<Strand>,
    /// The division of threads.
    pub teams: Teams,
    /// Most rows of a stretch.
    pub stretch: u32,
    /// Most bytes that sessions, pasts and scores take at a time.
    pub memory: u64,
    /// Expected time, in FLOP that one thread does at its best.
    pub time: u64,
}

/// What a layout has to fit.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads.
    pub threads: usize,
    /// Bytes.
    pub memory: u64,
    /// Rows that a strand should have at least.
    pub least_strand: u32,
    /// A division of the threads to be used whatever is expected of it.
    pub teams: Option<Teams>,
}

impl Limits {
    /// The usual grain.
    pub fn new(threads: usize, memory: u64) -> Self {
        Self { threads, memory, least_strand: LEAST_STRAND, teams: None }
    }
}

/// The sizes that memory depends on.
struct Sizes<'a> {
    costs: &'a Costs,
    rows: u64,
    scored_rows: u64,
    longest: u64,
    scores: u64,
}

/// The layout that ends first among those that fit.
///
/// # Errors
/// Nothing fits: the bytes that would do.
pub fn lay_out(tree: &Tree, costs: &Costs, limits: Limits) -> Result<Layout, u64> {
    let sizes = Sizes::new(tree, costs);
    let work = Work::new(tree, costs);
    let least = u64::from(limits.least_strand) * costs.flop_per_row.max(1);
    let ways = limits.teams.map_or_else(|| Teams::ways(limits.threads), |teams| vec![teams]);
    let layouts = ways.iter().filter_map(|&teams| {
        let strands = work.cut(teams.count, least);
        let stretch = stretches(teams).find(|&stretch| sizes.bytes(&strands, teams, stretch) <= limits.memory)?;
        let (memory, time) = (sizes.bytes(&strands, teams, stretch), makespan(&strands, teams, stretch));
        Some(Layout { strands, teams, stretch, memory, time })
    });
    // Of those that end together, the one with most teams: its threads meet least.
    layouts.min_by_key(|layout| (layout.time, Reverse(layout.teams.count))).ok_or_else(|| {
        let smallest = |&teams: &Teams| sizes.bytes(&work.cut(teams.count, least), teams, LEAST_STRETCH);
        ways.iter().map(smallest).min().unwrap_or(0)
    })
}

/// Sizes of a stretch, largest first.
fn stretches(teams: Teams) -> impl Iterator<Item = u32> {
    let most = STRETCH.max(STRETCH_PER_THREAD.saturating_mul(teams.threads as u32));
    std::iter::successors(Some(most), |&rows| (rows > LEAST_STRETCH).then_some((rows / 2).max(LEAST_STRETCH)))
}

impl<'a> Sizes<'a> {
    fn new(tree: &Tree, costs: &'a Costs) -> Self {
        Self {
            costs,
            rows: tree.tokens.len() as u64,
            scored_rows: tree.scored_rows() as u64,
            longest: tree.longest() as u64,
            scores: tree.wanted.len() as u64,
        }
    }

    /// Most bytes at a time: a session a team with its largest stretch, the pasts, and all scores.
    fn bytes(&self, strands: &[Strand], teams: Teams, stretch: u32) -> u64 {
        let (costs, stretch) = (self.costs, u64::from(stretch));
        let session = teams.threads as u64 * costs.bytes_per_thread
            + costs.bytes_per_path
            + self.longest * costs.bytes_per_position
            + self.rows.min(stretch) * costs.bytes_per_row
            + self.scored_rows.min(stretch) * costs.bytes_per_scored_row;
        let sessions = teams.count.min(strands.len()) as u64 * session;
        let positions = most_positions(strands, teams.count);
        let count = positions.min(strands.iter().map(|strand| strand.keeps.len() as u64).sum());
        let pasts = positions * costs.bytes_per_position + count * costs.bytes_per_path;
        sessions + pasts + self.scores * size_of::<TokenScore>() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yardstick_core::Span;

    const COSTS: Costs = Costs {
        flop_per_row: 100,
        flop_per_pair: 1,
        flop_per_scored_row: 50,
        bytes_per_position: 1000,
        bytes_per_row: 10,
        bytes_per_scored_row: 1,
        bytes_per_path: 0,
        bytes_per_thread: 5000,
    };

    /// 400 questions behind one prefix of 300 tokens.
    fn tree() -> Tree {
        let question = |i: u32| Span { tokens: (0..300).chain(1000 * i..1000 * i + 50).collect(), scored: 1 }.into();
        Tree::new(&(1..=400).map(question).collect::<Vec<_>>(), true)
    }

    #[test]
    fn memory_decides_between_stretches_and_teams() {
        let tree = tree();
        let rich = lay_out(&tree, &COSTS, Limits::new(4, u64::MAX)).unwrap();
        assert_eq!((rich.teams, rich.stretch), (Teams { count: 4, threads: 1 }, 512));
        let least = lay_out(&tree, &COSTS, Limits::new(4, 0)).unwrap_err();
        assert_eq!(least, 4 * 5000 + 349 * 1000 + 16 * 11 + 400 * 16);
        let poor = lay_out(&tree, &COSTS, Limits::new(4, least)).unwrap();
        assert_eq!((poor.teams, poor.stretch, poor.memory), (Teams { count: 1, threads: 4 }, 16, least));
        assert!(poor.time > rich.time);
    }

    #[test]
    fn every_budget_is_kept() {
        let tree = tree();
        let least = lay_out(&tree, &COSTS, Limits::new(7, 0)).unwrap_err();
        for memory in (least..8 * least).step_by(50_000) {
            assert!(lay_out(&tree, &COSTS, Limits::new(7, memory)).unwrap().memory <= memory);
        }
    }

    #[test]
    fn nothing_to_do_fits_everywhere() {
        let layout = lay_out(&Tree::default(), &COSTS, Limits::new(2, 0)).unwrap();
        assert_eq!((layout.strands.len(), layout.memory, layout.time), (0, 0, 0));
    }
}

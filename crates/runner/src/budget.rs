//! How a plan is laid out for the threads and the memory there are.

use crate::simulate::{Teams, makespan};
use crate::strands::{Keep, Resume, Strand, Work};
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
    let layouts = ways.into_iter().filter_map(|teams| {
        let strands = work.cut(teams.count, least);
        let stretch = stretches(teams).find(|&stretch| sizes.bytes(&strands, teams, stretch) <= limits.memory)?;
        let (memory, time) = (sizes.bytes(&strands, teams, stretch), makespan(&strands, teams, stretch));
        Some(Layout { strands, teams, stretch, memory, time })
    });
    // Of those that end together, the one with most teams: its threads meet least.
    layouts.min_by_key(|layout| (layout.time, Reverse(layout.teams.count))).ok_or_else(|| {
        let teams = limits.teams.unwrap_or(Teams { count: 1, threads: 1 });
        sizes.bytes(&work.cut(teams.count, least), teams, LEAST_STRETCH)
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
        let session = costs.bytes_per_session
            + self.longest * costs.bytes_per_position
            + self.rows.min(stretch) * costs.bytes_per_row
            + self.scored_rows.min(stretch) * costs.bytes_per_scored_row;
        let sessions = teams.count.min(strands.len()) as u64 * session;
        sessions + pasts(strands, teams) * costs.bytes_per_position + self.scores * size_of::<TokenScore>() as u64
    }
}

/// Most positions that kept pasts hold at a time.
///
/// A free team takes the first strand that is ready. Take pasts that are needed still, kept by strands in this order, no
/// one part of another. Each was begun although strands that need the ones before had not resumed: so at that time each of
/// the ones before was still being computed, or copied by a strand that had begun, and kept a team busy. So there are no
/// more of them than teams; every other past is the beginning of one of those, or begins with it.
fn pasts(strands: &[Strand], teams: Teams) -> u64 {
    teams.count as u64 * longest_nest(strands)
}

/// Most positions that pasts hold of which each is the beginning of the next.
fn longest_nest(strands: &[Strand]) -> u64 {
    // For each strand, what the pasts hold that are part of the path that it begins with.
    let mut before: Vec<u64> = Vec::with_capacity(strands.len());
    let mut most = 0;
    for strand in strands {
        let positions = |until: u32, keeps: &[Keep]| -> u64 {
            keeps.iter().map(|keep| u64::from(keep.len)).take_while(|&len| len <= u64::from(until)).sum()
        };
        let own = strand.resume.map_or(0, |Resume { from, len }| before[from] + positions(len, &strands[from].keeps));
        before.push(own);
        most = most.max(own + positions(u32::MAX, &strand.keeps));
    }
    most
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
        bytes_per_session: 5000,
    };

    /// 40 questions behind one prefix of 300 tokens.
    fn tree() -> Tree {
        let question = |i: u32| Span { tokens: (0..300).chain(1000 * i..1000 * i + 50).collect(), scored: 1 }.into();
        Tree::new(&(1..=40).map(question).collect::<Vec<_>>(), true)
    }

    #[test]
    fn memory_decides_between_stretches_and_teams() {
        let tree = tree();
        let rich = lay_out(&tree, &COSTS, Limits::new(4, u64::MAX)).unwrap();
        assert_eq!((rich.teams, rich.stretch), (Teams { count: 4, threads: 1 }, 512));
        let least = lay_out(&tree, &COSTS, Limits::new(4, 0)).unwrap_err();
        assert_eq!(least, 5000 + 349 * 1000 + 16 * 11 + 40 * 16);
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
    fn pasts_that_lie_in_one_another_add_up() {
        let keep = |len| Keep { len, ready: 0, users: Vec::new() };
        let strand = |resume: Option<(usize, u32)>, keeps: &[u32]| Strand {
            rows: 0..1,
            resume: resume.map(|(from, len)| Resume { from, len }),
            keeps: keeps.iter().map(|&len| keep(len)).collect(),
            flop: 0,
        };
        let strands = [
            strand(None, &[5, 100]),
            strand(Some((0, 100)), &[150]),
            strand(Some((1, 150)), &[]),
            strand(Some((0, 5)), &[200]),
            strand(None, &[220]),
        ];
        assert_eq!(longest_nest(&strands), 255);
    }

    #[test]
    fn nothing_to_do_fits_everywhere() {
        let layout = lay_out(&Tree::default(), &COSTS, Limits::new(2, 0)).unwrap();
        assert_eq!((layout.strands.len(), layout.memory, layout.time), (0, 0, 0));
    }
}

//! The tree's rows cut into strands: pieces that one team computes from beginning to end in one session.
//!
//! A strand that begins at position L needs the keys and values of L positions. The strand that has fed the last of those
//! rows keeps a copy of them as soon as they are complete, for every strand that begins there.

use crate::tree::{Branch, Tree};
use std::ops::Range;
use yardstick_core::Costs;

/// Pieces of the whole work that each team should have, so that none waits long for the last. Measured against the rest of
/// the work: strands get smaller towards the end.
const PIECES: u64 = 4;

/// Consecutive rows, computed in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strand {
    /// Its rows.
    pub rows: Range<u32>,
    /// Where the path before its first row comes from; `None` at the root.
    pub resume: Option<Resume>,
    /// What it keeps for others, shortest first; each one's positions are the beginning of the next one's.
    pub keeps: Vec<Keep>,
    /// Its arithmetic, FLOP.
    pub flop: u64,
}

/// The path before a strand's first row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resume {
    /// The strand that keeps it.
    pub from: usize,
    /// Positions.
    pub len: u32,
}

/// A past that a strand keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Positions.
    pub len: u32,
    /// They are there when all rows before this one are fed, and stay until the strand ends.
    pub ready: u32,
    /// The strands that resume from it; all come later.
    pub users: Vec<usize>,
}

impl Strand {
    /// Its rows in stretches of at most `most`, of nearly the same size. One ends where a past is complete, so that others
    /// can begin, unless that makes a stretch too small to be worth it.
    pub fn stretches(&self, most: u32) -> Vec<Range<u32>> {
        let Range { mut start, end } = self.rows;
        let least = most / 8;
        let mut stretches = Vec::new();
        for &Keep { ready, .. } in &self.keeps {
            if ready.saturating_sub(start) > least && end - ready > least {
                stretches.extend(even(start..ready, most));
                start = ready;
            }
        }
        stretches.extend(even(start..end, most));
        stretches
    }
}

/// `rows` in as few ranges of at most `most` as it takes, all of nearly the same size.
fn even(rows: Range<u32>, most: u32) -> impl Iterator<Item = Range<u32>> {
    let (start, len) = (rows.start, u64::from(rows.end - rows.start));
    let count = len.div_ceil(u64::from(most));
    let at = move |i: u64| start + (len * i / count) as u32;
    (0..count).map(move |i| at(i)..at(i + 1))
}

/// A tree's branches with their arithmetic: what strands are cut from.
#[derive(Debug)]
pub struct Work {
    branches: Vec<Branch>,
    /// For each branch, the row before which the path that it begins with is complete.
    ready: Vec<u32>,
    /// All rows.
    rows: u32,
    /// FLOP of everything before each branch, and of everything.
    before: Vec<u64>,
}

impl Work {
    /// The work of a tree.
    pub fn new(tree: &Tree, costs: &Costs) -> Self {
        let mut scored = tree.wanted.chunk_by(|a, b| a.row == b.row).map(|wanted| wanted[0].row).peekable();
        let ends = tree.branches.iter().skip(1).map(|b| b.row).chain([tree.tokens.len() as u32]);
        let branches = tree.branches.iter().zip(ends).map(|(&branch, end)| {
            let scored = std::iter::from_fn(|| scored.next_if(|&row| row < end)).count();
            (branch, end - branch.row, scored as u64)
        });
        Self::from_branches(branches, costs)
    }

    /// The work of branches, each with its rows and how many of them have something scored.
    pub fn from_branches(branches: impl Iterator<Item = (Branch, u32, u64)>, costs: &Costs) -> Self {
        let mut work = Self { branches: Vec::new(), ready: Vec::new(), rows: 0, before: vec![0] };
        // The branches that the path consists of.
        let mut path: Vec<Branch> = Vec::new();
        let mut sum = 0;
        for (branch, rows, scored) in branches {
            path.truncate(path.partition_point(|part| part.position < branch.position));
            work.ready.push(path.last().map_or(0, |part| part.row + branch.position - part.position));
            path.push(branch);
            sum += flop(costs, branch.position, rows, scored);
            work.branches.push(branch);
            work.rows += rows;
            work.before.push(sum);
        }
        work
    }

    /// All of it, FLOP.
    pub fn flop(&self) -> u64 {
        self.before.last().copied().unwrap_or(0)
    }

    /// Cuts it for `teams` teams into strands of no less than about `least` FLOP. One team has one strand.
    pub fn cut(&self, teams: usize, least: u64) -> Vec<Strand> {
        let mut strands: Vec<Strand> = Vec::new();
        let mut start = 0;
        while start < self.branches.len() {
            let end = self.end(start, teams as u64, least);
            let resume = self.resume(start, &mut strands);
            let (rows, flop) = (self.branches[start].row..self.row(end), self.before[end] - self.before[start]);
            strands.push(Strand { rows, resume, keeps: Vec::new(), flop });
            start = end;
        }
        strands
    }

    /// The branch at which a strand that begins at branch `start` should end: of those that give it an acceptable size, one
    /// that needs the least of the path, and of those the one that gives it the best size. A strand that went on past
    /// such a branch would make everything after it wait for what itself waits for.
    fn end(&self, start: usize, teams: u64, least: u64) -> usize {
        let all = self.branches.len();
        if teams == 1 {
            return all;
        }
        let size = ((self.flop() - self.before[start]) / (PIECES * teams)).max(least);
        let reach = |size: u64| self.before.partition_point(|&before| before < self.before[start] + size).min(all);
        let first = reach((size / 4).max(least)).max(start + 1);
        let window = first..reach(size + size / 2).max(first + 1).min(all);
        // What would be left must be worth a strand of its own.
        let candidates = window.filter(|&end| self.flop() - self.before[end] >= least / 2);
        let off = |end: usize| (self.before[end] - self.before[start]).abs_diff(size);
        candidates.min_by_key(|&end| (self.branches[end].position, off(end))).unwrap_or(all)
    }

    /// Where a strand that begins at branch `start` has its path from. Tells that strand to keep it.
    fn resume(&self, start: usize, strands: &mut [Strand]) -> Option<Resume> {
        let (user, len, ready) = (strands.len(), self.branches[start].position, self.ready[start]);
        let from = strands.partition_point(|strand| strand.rows.start < ready).checked_sub(1).filter(|_| len > 0)?;
        let keeps = &mut strands[from].keeps;
        match keeps.binary_search_by_key(&ready, |keep| keep.ready) {
            Ok(known) => keeps[known].users.push(user),
            Err(place) => keeps.insert(place, Keep { len, ready, users: vec![user] }),
        }
        Some(Resume { from, len })
    }

    /// The row at which branch `index` begins.
    fn row(&self, index: usize) -> u32 {
        self.branches.get(index).map_or(self.rows, |branch| branch.row)
    }
}

/// Arithmetic of `rows` rows from `position` on.
fn flop(costs: &Costs, position: u32, rows: u32, scored: u64) -> u64 {
    let (first, rows) = (u64::from(position) + 1, u64::from(rows));
    let pairs = rows * (first + first + rows - 1) / 2;
    rows * costs.flop_per_row + pairs * costs.flop_per_pair + scored * costs.flop_per_scored_row
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COSTS: Costs = Costs {
        flop_per_row: 1,
        flop_per_pair: 0,
        flop_per_scored_row: 0,
        bytes_per_position: 1,
        bytes_per_row: 1,
        bytes_per_scored_row: 1,
        bytes_per_path: 0,
        bytes_per_thread: 1,
    };

    /// Branches of (position, rows).
    fn work(branches: &[(u32, u32)]) -> Work {
        let mut row = 0;
        let branches = branches.iter().map(|&(position, rows)| {
            row += rows;
            (Branch { row: row - rows, position }, rows, 0)
        });
        Work::from_branches(branches, &COSTS)
    }

    /// Branches of (position, rows) from how far back each begins (percent of the path before it) and its rows.
    fn walk(steps: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let mut len = 0;
        let step = |&(back, rows): &(u32, u32)| {
            let position = len * back / 100;
            len = position + rows;
            (position, rows)
        };
        steps.iter().map(step).collect()
    }

    impl Work {
        /// The work of a random walk, a FLOP a row.
        pub fn random(steps: &[(u32, u32)]) -> Self {
            work(&walk(steps))
        }
    }

    /// Rows, what it resumes from (strand, positions), and what it keeps (positions, ready).
    type Piece<'a> = (Range<u32>, Option<(usize, u32)>, &'a [(u32, u32)]);

    fn check(branches: &[(u32, u32)], least: u64, want: &[Piece]) {
        let strands = work(branches).cut(2, least);
        let keeps: Vec<Vec<_>> =
            strands.iter().map(|s| s.keeps.iter().map(|keep| (keep.len, keep.ready)).collect()).collect();
        let pieces = strands.iter().zip(&keeps);
        let got: Vec<Piece> =
            pieces.map(|(s, keeps)| (s.rows.clone(), s.resume.map(|r| (r.from, r.len)), keeps.as_slice())).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn a_cut_at_the_root_is_free() {
        check(&[(0, 10), (0, 10)], 1, &[(0..10, None, &[]), (10..20, None, &[])]);
    }

    #[test]
    fn a_shared_prefix_is_kept_once() {
        let prefix = Some((0, 6));
        check(&[(0, 10), (6, 4), (6, 4)], 1, &[(0..10, None, &[(6, 6)]), (10..14, prefix, &[]), (14..18, prefix, &[])]);
    }

    #[test]
    fn each_prefix_is_kept_by_the_strand_that_completes_it() {
        check(
            &[(0, 10), (6, 4), (8, 4), (5, 4)],
            1,
            &[
                (0..10, None, &[(5, 5), (6, 6)]),
                (10..14, Some((0, 6)), &[(8, 12)]),
                (14..18, Some((1, 8)), &[]),
                (18..22, Some((0, 5)), &[]),
            ],
        );
    }

    #[test]
    fn a_cut_prefers_the_branch_that_needs_least() {
        check(&[(0, 40), (30, 5), (30, 5), (2, 40)], 40, &[(0..50, None, &[(2, 2)]), (50..90, Some((0, 2)), &[])]);
    }

    #[test]
    fn one_team_has_one_strand() {
        let work = work(&[(0, 10), (6, 4), (0, 4)]);
        assert_eq!(work.cut(1, 1), [Strand { rows: 0..18, resume: None, keeps: Vec::new(), flop: 18 }]);
    }

    #[test]
    fn arithmetic_is_counted_as_the_model_does_it() {
        let costs = Costs { flop_per_row: 100, flop_per_pair: 1, flop_per_scored_row: 10_000, ..COSTS };
        let tree = Tree { positions: vec![0, 1, 2, 1], tokens: vec![0; 4], ..Tree::default() };
        let branches = vec![Branch { row: 0, position: 0 }, Branch { row: 3, position: 1 }];
        let wanted = [(0, 5), (0, 6), (3, 5)].map(|(row, token)| yardstick_core::Wanted { row, token }).to_vec();
        let work = Work::new(&Tree { branches, wanted, ..tree }, &costs);
        assert_eq!(work.before, [0, 300 + 1 + 2 + 3 + 10_000, 20_408]);
    }

    #[test]
    fn stretches_are_even_and_end_where_a_past_is_complete() {
        let strand = |ready: &[u32]| {
            let keeps = ready.iter().map(|&ready| Keep { len: ready - 10, ready, users: vec![1] }).collect();
            Strand { rows: 10..110, resume: None, keeps, flop: 0 }
        };
        assert_eq!(strand(&[]).stretches(64), [10..60, 60..110]);
        assert_eq!(strand(&[30]).stretches(64), [10..30, 30..70, 70..110]);
        assert_eq!(strand(&[11, 30, 32, 108]).stretches(64), [10..30, 30..70, 70..110]);
    }

    proptest! {
        #[test]
        fn strands_cover_the_rows_and_pasts_hold_their_paths(
            steps in proptest::collection::vec((0_u32..100, 1_u32..9), 1..60), teams in 1_usize..5, least in 1_u64..30
        ) {
            let branches = walk(&steps);
            let strands = work(&branches).cut(teams, least);
            let positions: Vec<u32> = branches.iter().flat_map(|&(position, rows)| position..position + rows).collect();
            // The row at each position, along the rows, as sessions see it; and what was kept.
            let mut path: Vec<u32> = Vec::new();
            let mut paths = Vec::new();
            for (row, &position) in positions.iter().enumerate() {
                path.truncate(position as usize);
                path.push(row as u32);
                paths.push(path.clone());
            }
            let mut next = 0;
            for (index, strand) in strands.iter().enumerate() {
                prop_assert_eq!(strand.rows.start, next);
                next = strand.rows.end;
                let needed = positions[strand.rows.start as usize];
                prop_assert_eq!(strand.resume.map_or(0, |r| r.len), needed);
                prop_assert!(strand.keeps.is_sorted_by(|a, b| a.len < b.len && a.ready < b.ready));
                if let Some(Resume { from, len }) = strand.resume {
                    let keep = strands[from].keeps.iter().find(|keep| keep.len == len).unwrap();
                    prop_assert!(from < index && keep.users.contains(&index));
                    let holder = &strands[from].rows;
                    for fed in keep.ready..=holder.end {
                        let kept = &paths[fed as usize - 1];
                        prop_assert!(holder.start < fed && kept.len() >= len as usize);
                        prop_assert_eq!(&kept[..len as usize], &paths[strand.rows.start as usize][..len as usize]);
                    }
                }
            }
            prop_assert_eq!(next as usize, positions.len());
        }
    }
}

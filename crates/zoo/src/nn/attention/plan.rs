//! In which order a stretch's queries meet the path's blocks.

use crate::nn::path::{BLOCK, Run};
use std::ops::Range;

/// Most queries that go through the path together: their scores and sums share the first-level cache with a block.
const GROUP: usize = 32;

/// A row whose output is wanted, for one of the heads of queries that share keys and values.
#[derive(Clone, Copy)]
pub struct Query {
    /// Row of the stretch.
    pub row: usize,
    /// Which of the sharing heads.
    pub head: usize,
    /// Its position.
    pub position: usize,
}

/// At most [`GROUP`] queries' rows of a run.
pub struct Piece {
    /// Rows of the stretch.
    pub rows: Range<usize>,
    /// Position of the first.
    pub start: usize,
    /// Its queries, in [`Plan::queries`].
    pub queries: Range<usize>,
}

/// Neighbouring pieces that see the same beginning of the path.
pub struct Group {
    /// In [`Plan::pieces`].
    pub pieces: Range<usize>,
    /// Their queries, in [`Plan::queries`].
    pub queries: Range<usize>,
    /// Blocks of the path that lie before every one of the pieces, so that none of them changes what is there.
    pub shared: usize,
}

/// The work that every head of keys and values has to do.
pub struct Plan {
    /// Row by row, all sharing heads of each.
    pub queries: Vec<Query>,
    pub pieces: Vec<Piece>,
    pub groups: Vec<Group>,
    /// Most rows of a group.
    rows: usize,
}

impl Plan {
    /// All rows of `runs` are stored in their order; `queries` names those that are wanted, ascending, or `None` all. Each
    /// has `share` heads of queries.
    pub fn new(runs: &[Run], queries: Option<&[u32]>, share: usize) -> Self {
        let rows = (GROUP / share.max(1)).max(1);
        let mut plan = Self { queries: Vec::new(), pieces: Vec::new(), groups: Vec::new(), rows };
        let mut left = queries.unwrap_or_default();
        for run in runs {
            for first in run.rows.clone().step_by(plan.rows) {
                let rows = first..run.rows.end.min(first + plan.rows);
                let start = run.start + first - run.rows.start;
                let of_row =
                    |row: usize| (0..share).map(move |head| Query { row, head, position: start + row - first });
                let before = plan.queries.len();
                if queries.is_some() {
                    let (here, later) = left.split_at(left.partition_point(|&row| (row as usize) < rows.end));
                    plan.queries.extend(here.iter().flat_map(|&row| of_row(row as usize)));
                    left = later;
                } else {
                    plan.queries.extend(rows.clone().flat_map(of_row));
                }
                plan.push(Piece { rows, start, queries: before..plan.queries.len() });
            }
        }
        plan
    }

    /// Adds a piece to the last group, or to a new one when that is full.
    fn push(&mut self, piece: Piece) {
        let rows = |pieces: &[Piece]| pieces.iter().map(|piece| piece.rows.len()).sum::<usize>();
        let (at, shared) = (self.pieces.len(), piece.start / BLOCK);
        match self.groups.last_mut() {
            Some(group) if rows(&self.pieces[group.pieces.clone()]) + piece.rows.len() <= self.rows => {
                group.pieces.end = at + 1;
                group.queries.end = piece.queries.end;
                group.shared = group.shared.min(shared);
            }
            _ => self.groups.push(Group { pieces: at..at + 1, queries: piece.queries.clone(), shared }),
        }
        self.pieces.push(piece);
    }

    /// Queries in the largest group.
    pub fn most_queries(&self) -> usize {
        self.groups.iter().map(|group| group.queries.len()).max().unwrap_or(0)
    }
}

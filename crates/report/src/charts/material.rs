//! What charts draw from.

use crate::gather::Gathered;
use crate::pairs::Pair;
use crate::{Comparison, DiffRecord, Overview, Run, ValueOf};

/// Everything that a report knows.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// In the order given.
    pub runs: &'a [Run],
    /// The runs side by side: models × tasks.
    pub overview: &'a Overview,
    /// What each model answered to each document of each task.
    pub(crate) documents: &'a Gathered<'a>,
    /// Models two by two on the documents that both answered.
    pub pairs: &'a [Pair<'a>],
    /// Models compared token by token.
    pub diffs: &'a [DiffRecord],
    /// Makes a metric's number of the scores of documents.
    pub value: ValueOf<'a>,
}

impl<'a> Material<'a> {
    /// The pairs that could be compared: columns of base and candidate, and what came out.
    pub fn comparisons(self) -> impl Iterator<Item = (usize, usize, &'a Comparison)> {
        self.pairs.iter().filter_map(|pair| Some((pair.base, pair.candidate, pair.outcome.as_ref().ok()?)))
    }
}

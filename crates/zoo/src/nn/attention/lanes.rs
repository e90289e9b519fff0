//! Several paths advanced side by side.

use super::{Attention, WORTH_SHARING};
use crate::nn::Team;
use crate::nn::path::{KeyValues, Lane};

/// One lane's part of the work.
struct Part<'a> {
    lane: &'a Lane,
    queries: Option<&'a [u32]>,
    kv: &'a mut KeyValues,
    out: &'a mut [f32],
    /// Pairs of a query and a key.
    pairs: usize,
}

impl Attention {
    /// [`Self::forward`] for the rows of several paths: lanes name their path in `paths`, ascending, and their rows follow
    /// one another. Bits are those of each lane alone.
    ///
    /// # Panics
    /// When sizes do not fit each other, a lane its path, or lanes do not ascend.
    pub fn advance(
        &self,
        qkv: &[f32],
        lanes: &[Lane],
        queries: Option<&[u32]>,
        paths: &mut [KeyValues],
        out: &mut [f32],
        team: Team,
    ) {
        let n_embd = paths.first().map_or(0, |kv| self.n_head * kv.head_dim());
        let run = |part: Part, team| self.forward(qkv, &part.lane.runs, part.queries, part.kv, part.out, team);
        let worth = |part: &Part| part.pairs * n_embd >= WORTH_SHARING;
        let (large, small): (Vec<_>, Vec<_>) = parts(lanes, queries, paths, out, n_embd).into_iter().partition(worth);
        // A large lane's heads are shared by the team; small lanes go to one thread each.
        for part in large {
            run(part, team);
        }
        let pairs: usize = small.iter().map(|part| part.pairs).sum();
        let team = if pairs * n_embd < WORTH_SHARING { Team::ONE } else { team };
        team.each(small, |part| run(part, Team::ONE));
    }
}

/// Divides queries, paths and outputs among the lanes.
fn parts<'a>(
    lanes: &'a [Lane],
    queries: Option<&'a [u32]>,
    paths: &'a mut [KeyValues],
    out: &'a mut [f32],
    n_embd: usize,
) -> Vec<Part<'a>> {
    let mut lanes = lanes.iter().peekable();
    let mut rest = out;
    let mut parts = Vec::with_capacity(lanes.len());
    for (path, kv) in paths.iter_mut().enumerate() {
        let Some(lane) = lanes.next_if(|lane| lane.path == path) else { continue };
        let rows = lane.rows();
        let from = |row: usize, queries: &[u32]| queries.partition_point(|&query| (query as usize) < row);
        let queries = queries.map(|queries| &queries[from(rows.start, queries)..from(rows.end, queries)]);
        let count = queries.map_or(rows.len(), <[u32]>::len);
        let pairs = lane.runs.last().map_or(0, |run| run.start + run.rows.len()) * count;
        let out = rest.split_off_mut(..count * n_embd).unwrap_or_default();
        parts.push(Part { lane, queries, kv, out, pairs });
    }
    assert!(lanes.next().is_none(), "lanes ascend and their paths exist");
    parts
}

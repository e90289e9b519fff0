//! Causal multi-head attention along the path of a token tree.

#![allow(clippy::inline_always, reason = "what is not inlined into a kernel is compiled without its instructions")]

mod head;
mod kernel;
mod lanes;
mod plan;
mod softmax;
#[cfg(test)]
mod tests;
mod whole;

use super::Team;
use super::path::{KeyValues, Run};
use super::simd::Isa;
use head::HeadPass;
use plan::Plan;

/// Which earlier positions a position sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// All of them.
    Global,
    /// Itself and the ones before it, this many in all, at least 1 (Child et al. 2019; Brown et al. 2020, 2.1).
    Local(usize),
}

/// What becomes of scaled q·k before the softmax.
#[derive(Clone, Debug, PartialEq)]
pub enum Scores {
    /// Nothing.
    Plain,
    /// cap·tanh(score / cap) (Gemma Team 2024, "Gemma 2", 2).
    Capped(f32),
    /// Less slope·distance, a slope a head (Press et al. 2022, "ALiBi", 3).
    Sloped(Vec<f32>),
}

/// Multi-head scaled dot-product attention (Vaswani et al. 2017, 3.2), without its projections. Where the path has fewer
/// heads, as many heads of queries as it takes share one of keys and values (Ainslie et al. 2023, "GQA", 2.2).
pub struct Attention {
    /// Number of heads of queries.
    pub n_head: usize,
    /// Factor on q·k before the softmax.
    pub scale: f32,
    /// Reach of a position.
    pub window: Window,
    /// What becomes of the scores.
    pub scores: Scores,
}

/// Pairs of query and key times width below which waking other threads takes longer than the work: some 10 µs of it.
const WORTH_SHARING: usize = 1 << 18;

impl Attention {
    /// Global attention with plain scores.
    pub const fn new(n_head: usize, scale: f32) -> Self {
        Self { n_head, scale, window: Window::Global, scores: Scores::Plain }
    }

    /// Advances a path by a stretch: each run in turn puts its keys and values at its positions, and its queries see the
    /// path up to their own position.
    ///
    /// `qkv` holds queries, keys and values side by side, `[rows, heads of all three, head_dim]`. `queries` names the rows
    /// whose output is wanted, ascending; `None` is all rows of the runs. `out` begins with their `[queries, n_head, head_dim]`,
    /// and what is behind is left as it was. Positions before a run must have been stored before.
    ///
    /// # Panics
    /// When sizes do not fit each other, or a run the path.
    pub fn forward(
        &self,
        qkv: &[f32],
        runs: &[Run],
        queries: Option<&[u32]>,
        kv: &mut KeyValues,
        out: &mut [f32],
        team: Team,
    ) {
        self.forward_on(Isa::best(), qkv, runs, queries, kv, out, team);
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one more than the public function, so that tests can try each machine"
    )]
    fn forward_on(
        &self,
        isa: Isa,
        qkv: &[f32],
        runs: &[Run],
        queries: Option<&[u32]>,
        kv: &mut KeyValues,
        out: &mut [f32],
        team: Team,
    ) {
        let (dim, positions, share) = (kv.head_dim(), kv.positions(), self.n_head / kv.n_head());
        assert_eq!(self.n_head, share * kv.n_head(), "heads of the path");
        assert!(runs.iter().all(|run| run.start + run.rows.len() <= positions), "a run beyond {positions} positions");
        let plan = Plan::new(runs, queries, share);
        let count = plan.queries.len();
        let out = &mut out[..count * kv.n_head() * dim];
        let pass = |head, path, emit: &mut dyn FnMut(usize, &[f32])| {
            isa.run(HeadPass { attention: self, plan: &plan, qkv, share, head, path, emit });
        };
        let pairs: usize = plan.queries.iter().map(|query| query.position + 1).sum();
        if team.threads() == 1 || pairs * kv.n_head() * dim < WORTH_SHARING {
            for (head, path) in kv.heads().enumerate() {
                let mut emit = |i: usize, x: &[f32]| {
                    let at = i / share * self.n_head + head * share + i % share;
                    out[at * dim..][..dim].copy_from_slice(x);
                };
                pass(head, path, &mut emit);
            }
            return;
        }
        // A head's outputs are columns of `out`, which threads cannot share: each fills rows of its own, put in place later.
        let mut by_head = vec![0.0; out.len()];
        let mut rest = &mut by_head[..];
        let pieces = kv.heads().enumerate().map(|(head, path)| {
            // Every head has a piece, even without outputs: it has keys and values to store.
            (head, path, rest.split_off_mut(..count * dim).unwrap_or_default())
        });
        let pieces: Vec<_> = pieces.collect();
        team.each(pieces, |(head, path, rows)| {
            pass(head, path, &mut |i, x| rows[i * dim..][..dim].copy_from_slice(x));
        });
        for (i, row) in out.chunks_exact_mut(dim).enumerate() {
            let (query, head) = (i / self.n_head, i % self.n_head);
            let at = head / share * count + query * share + head % share;
            row.copy_from_slice(&by_head[at * dim..][..dim]);
        }
    }
}

//! Spans of a model that reads both sides: a token's score depends on what follows it too, so that no beginning is shared.
//! Each span is a strand of its own, and goes to the model whole.

use crate::budget::{Layout, Limits};
use crate::simulate::{Teams, makespan};
use crate::strands::Strand;
use crate::tree::Tree;
use std::sync::Arc;
use yardstick_core::{Costs, LanguageModel, ModelCard, Past, ScoreError, Session, Span, Stretch, TokenScore};

/// A thread for each team, as many as fit.
///
/// # Errors
/// Not one fits: the bytes that would do.
pub fn lay_out(tree: &Tree, costs: &Costs, limits: Limits) -> Result<Layout, u64> {
    let strands = strands(tree, costs);
    let longest = tree.longest();
    let rows = (longest + ModelCard::AROUND) as u64;
    let team = costs.bytes_per_thread + costs.bytes_per_path + rows * costs.bytes_per_position;
    let scores = (tree.wanted.len() * size_of::<TokenScore>()) as u64;
    let memory = |teams: usize| teams.min(strands.len()) as u64 * team + scores;
    let most = limits.teams.map_or(limits.threads, |teams| teams.count).max(1);
    let count = (1..=most).rev().find(|&teams| memory(teams) <= limits.memory).ok_or_else(|| memory(1))?;
    let (teams, stretch) = (Teams { count, threads: 1 }, longest.max(1) as u32);
    let time = makespan(&strands, teams, stretch);
    Ok(Layout { memory: memory(count), strands, teams, stretch, time })
}

/// One for each span, which is read once for each scored token.
fn strands(tree: &Tree, costs: &Costs) -> Vec<Strand> {
    let ends = tree.branches.iter().skip(1).map(|branch| branch.row).chain([tree.tokens.len() as u32]);
    let strand = |(start, end): (u32, u32)| {
        let scored = tree.wanted_in(&(start..end)).len() as u64;
        let rows = u64::from(end - start) + ModelCard::AROUND as u64;
        let pass = rows * costs.flop_per_row + rows * rows * costs.flop_per_pair + costs.flop_per_scored_row;
        Strand { rows: start..end, resume: None, keeps: Vec::new(), flop: scored * pass }
    };
    tree.branches.iter().map(|branch| branch.row).zip(ends).map(strand).collect()
}

/// Takes stretches that are whole spans, whose wanted rows are the scored tokens themselves.
pub struct WholeSpans<'m>(pub &'m dyn LanguageModel);

impl WholeSpans<'_> {
    fn refuse<T>(&self) -> Result<T, ScoreError> {
        Err(ScoreError::BothSides { model: self.0.card().name.clone() })
    }
}

impl Session for WholeSpans<'_> {
    fn advance(&mut self, stretch: &Stretch) -> Result<Vec<TokenScore>, ScoreError> {
        let span = Span { tokens: stretch.tokens.to_vec(), scored: stretch.wanted.len() };
        Ok(self.0.score(&[span])?.pop().unwrap_or_default())
    }

    fn logits(&mut self, _: &Stretch, _: &mut Vec<f32>) -> Result<(), ScoreError> {
        self.refuse()
    }

    fn keep(&self, _: usize) -> Past {
        Past { len: 0, data: Arc::new(()) }
    }

    fn resume(&mut self, _: &Past, _: usize) -> Result<(), ScoreError> {
        self.refuse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::COSTS;

    /// Spans of 3 tokens with 2 scored, and of 5 with 1.
    fn tree() -> Tree {
        let span = |tokens: &[u32], scored| Span { tokens: tokens.to_vec(), scored }.into();
        Tree::whole(&[span(&[1, 2, 3], 2), span(&[1, 2, 3, 4, 5], 1), span(&[1, 2, 3], 2), span(&[1, 2, 3], 1)])
    }

    #[test]
    fn equal_spans_are_one_and_others_share_nothing() {
        let tree = tree();
        assert_eq!(tree.tokens, [1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5]);
        assert_eq!(tree.positions, [0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 4]);
        assert_eq!(tree.wanted.iter().map(|w| (w.row, w.token)).collect::<Vec<_>>(), [(2, 3), (4, 2), (5, 3), (10, 5)]);
        assert_eq!(tree.uses.iter().collect::<Vec<_>>(), [&[3][..], &[0, 2], &[1]]);
        let scores: Vec<_> = tree.scores.iter().map(|scores| (scores[0].start, scores[0].end, scores.len())).collect();
        assert_eq!(scores, [(0, 1, 1), (1, 3, 1), (3, 4, 1)]);
    }

    #[test]
    fn a_pass_for_each_scored_token() {
        let pass = |rows: u64| rows * 100 + rows * rows + 50;
        let flop: Vec<u64> = strands(&tree(), &COSTS).iter().map(|strand| strand.flop).collect();
        assert_eq!(flop, [pass(5), 2 * pass(5), pass(7)]);
    }

    #[test]
    fn as_many_teams_as_fit() {
        let (tree, team, scores) = (tree(), 2000 + 7 * 1000, 4 * 16);
        let layout = |memory| lay_out(&tree, &COSTS, Limits::new(8, memory)).map(|it| (it.teams.count, it.memory));
        assert_eq!(layout(u64::MAX), Ok((8, 3 * team + scores)));
        assert_eq!(layout(2 * team + scores), Ok((2, 2 * team + scores)));
        assert_eq!(layout(team), Err(team + scores));
        let nothing = lay_out(&Tree::default(), &COSTS, Limits::new(2, 0)).unwrap();
        assert_eq!((nothing.strands.len(), nothing.memory), (0, 0));
    }
}

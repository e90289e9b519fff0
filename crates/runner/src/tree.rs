//! All spans of a plan as one token tree.
//!
//! Spans in lexicographic order walk the tree in preorder: a span's new rows begin where it leaves the path of the span
//! before it. So the tree is the list of those rows with their positions, and nothing else has to be kept.

use crate::lists::Lists;
use crate::order::{Order, order};
use crate::span::Span;
use std::ops::Range;
use yardstick_core::Wanted;

/// Rows in preorder, and what is to be scored after them.
#[derive(Debug, Default)]
pub struct Tree {
    /// Token ids `[rows]`.
    pub tokens: Vec<u32>,
    /// Absolute positions `[rows]`. A row's parent is the last row before it that is one position up.
    pub positions: Vec<u32>,
    /// Where the positions do not go on by one, ascending; the first at row 0.
    pub branches: Vec<Branch>,
    /// Distinct scored tokens, rows ascending; `row` counts in the whole tree.
    pub wanted: Vec<Wanted>,
    /// For each distinct span, the ranges of `wanted` that are its scored tokens, in the order of the text. Ascending, for
    /// a path meets rows in the order in which they are fed.
    pub scores: Lists<Range<u32>>,
    /// For each distinct span, the uses (indices into what [`Tree::new`] was given) that are equal to it.
    pub uses: Lists<u32>,
}

/// Consecutive rows at consecutive positions, up to the next branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its first row.
    pub row: u32,
    /// That row's position: how much of the path before it stays.
    pub position: u32,
}

impl Tree {
    /// The tree of `uses`, each with at least two tokens and one scored, and together fewer than 2³² tokens. With `share`
    /// false, spans that are not equal share nothing.
    pub fn new(uses: &[Span], share: bool) -> Self {
        let mut grower = Grower::default();
        let Order { index, shared } = order(uses);
        let mut before: Option<&Span> = None;
        for (&index, shared) in index.iter().zip(shared) {
            let span = &uses[index as usize];
            if before != Some(span) {
                grower.add(span, if share { shared as usize } else { 0 });
                before = Some(span);
            }
            grower.tree.uses.push(index);
        }
        grower.finish()
    }

    /// Spans that share nothing but what is equal in all of it, for a model that reads both sides: each is a branch at the
    /// root with a row for each of its tokens, the last ones wanted, `row` being the token's own.
    pub fn whole(uses: &[Span]) -> Self {
        let mut tree = Self::default();
        let mut before: Option<&Span> = None;
        for index in order(uses).index {
            let span = &uses[index as usize];
            if before != Some(span) {
                if before.is_some() {
                    tree.uses.end();
                }
                tree.add_whole(span);
                before = Some(span);
            }
            tree.uses.push(index);
        }
        if before.is_some() {
            tree.uses.end();
        }
        tree
    }

    fn add_whole(&mut self, span: &Span) {
        let (row, len, first) = (self.tokens.len() as u32, span.len() as u32, self.wanted.len() as u32);
        self.branches.push(Branch { row, position: 0 });
        self.tokens.extend(span.tokens_from(0));
        self.positions.extend(0..len);
        let scored = span.len() - span.scored;
        let wanted = (row + scored as u32..).zip(span.tokens_from(scored));
        self.wanted.extend(wanted.map(|(row, token)| Wanted { row, token }));
        self.scores.push(first..self.wanted.len() as u32);
        self.scores.end();
    }

    /// Rows that have something scored.
    pub fn scored_rows(&self) -> usize {
        self.wanted.chunk_by(|a, b| a.row == b.row).count()
    }

    /// Positions of the longest path.
    pub fn longest(&self) -> usize {
        self.positions.iter().max().map_or(0, |&last| last as usize + 1)
    }

    /// The part of `wanted` that belongs to `rows`.
    pub fn wanted_in(&self, rows: &Range<u32>) -> Range<usize> {
        let until = |row: u32| self.wanted.partition_point(|wanted| wanted.row < row);
        until(rows.start)..until(rows.end)
    }
}

/// A tree that grows span by span.
#[derive(Default)]
struct Grower {
    tree: Tree,
    /// The row at each position of the last span's path.
    path: Vec<u32>,
    /// What each span wants, in the order of the text.
    wanted: Lists<Wanted>,
}

impl Grower {
    /// Adds a span that has `shared` tokens in common with the last one.
    fn add(&mut self, span: &Span, shared: usize) {
        if self.wanted.len() > 0 {
            self.tree.uses.end();
        }
        let fed = span.len() - 1;
        // The last span's last token was not fed.
        self.path.truncate(shared.min(fed));
        self.feed(span, fed);
        let first = span.len() - span.scored;
        let wanted = self.path[first - 1..].iter().zip(span.tokens_from(first));
        self.wanted.extend(wanted.map(|(&row, token)| Wanted { row, token }));
        self.wanted.end();
    }

    /// New rows for what the path lacks of the span's first `fed` tokens.
    fn feed(&mut self, span: &Span, fed: usize) {
        let (row, start) = (self.tree.tokens.len() as u32, self.path.len());
        let (position, count) = (start as u32, (fed - start) as u32);
        if count > 0 && self.tree.positions.last().is_none_or(|&last| last + 1 != position) {
            self.tree.branches.push(Branch { row, position });
        }
        self.path.extend(row..row + count);
        self.tree.positions.extend(position..position + count);
        self.tree.tokens.extend(span.tokens_from(start).take(fed - start));
    }

    /// Gives equal scored tokens of different spans one place.
    fn finish(mut self) -> Tree {
        if self.wanted.len() > 0 {
            self.tree.uses.end();
        }
        let mut distinct: Vec<Wanted> = self.wanted.iter().flatten().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut scores = Lists::default();
        for wanted in self.wanted.iter() {
            ranges(&distinct, wanted, &mut scores);
        }
        Tree { wanted: distinct, scores, ..self.tree }
    }
}

/// The places of `wanted` in `distinct`, as few ranges as there are.
fn ranges(distinct: &[Wanted], wanted: &[Wanted], into: &mut Lists<Range<u32>>) {
    let mut open: Option<Range<u32>> = None;
    for want in wanted {
        match &mut open {
            Some(range) if distinct.get(range.end as usize) == Some(want) => range.end += 1,
            _ => {
                let place = distinct.partition_point(|other| other < want) as u32;
                into.extend(open.replace(place..place + 1));
            }
        }
    }
    into.extend(open);
    into.end();
}

#[cfg(test)]
mod tests {
    use super::{Branch, Tree, Wanted};
    use proptest::prelude::*;
    use std::collections::BTreeSet;
    use yardstick_core::Span;

    fn tree(uses: &[Span], share: bool) -> Tree {
        Tree::new(&uses.iter().cloned().map(crate::span::Span::from).collect::<Vec<_>>(), share)
    }

    fn span(text: &str, scored: usize) -> Span {
        Span { tokens: text.chars().map(u32::from).collect(), scored }
    }

    /// The prefix that ends in each row, read from the positions alone.
    fn prefixes(tree: &Tree) -> Vec<Vec<u32>> {
        let mut path = Vec::new();
        tree.tokens
            .iter()
            .zip(&tree.positions)
            .map(|(&token, &position)| {
                assert!(position as usize <= path.len(), "a row without a parent");
                path.truncate(position as usize);
                path.push(token);
                path.clone()
            })
            .collect()
    }

    fn check(uses: &[Span]) {
        let tree = tree(uses, true);
        let rows = prefixes(&tree);
        let fed: BTreeSet<&[u32]> =
            uses.iter().flat_map(|s| (1..s.tokens.len()).map(move |end| &s.tokens[..end])).collect();
        assert_eq!(rows.iter().map(Vec::as_slice).collect::<BTreeSet<_>>(), fed, "every prefix");
        assert_eq!(rows.len(), fed.len(), "once");
        assert!(tree.wanted.is_sorted_by(|a, b| a < b), "wanted once, rows ascending");
        check_spans(&tree, uses, &rows);
        let branches = (0..rows.len()).filter(|&i| i == 0 || tree.positions[i] != tree.positions[i - 1] + 1);
        assert!(branches.eq(tree.branches.iter().map(|b| b.row as usize)));
        assert!(tree.branches.iter().all(|b| tree.positions[b.row as usize] == b.position));
    }

    fn check_spans(tree: &Tree, uses: &[Span], rows: &[Vec<u32>]) {
        let mut seen: Vec<u32> = tree.uses.iter().flatten().copied().collect();
        for (scores, equal) in tree.scores.iter().zip(tree.uses.iter()) {
            let wants: Vec<Wanted> =
                scores.iter().flat_map(|r| &tree.wanted[r.start as usize..r.end as usize]).copied().collect();
            for &index in equal {
                let Span { tokens, scored } = &uses[index as usize];
                let want = (tokens.len() - scored..tokens.len()).map(|at| (&tokens[..at], tokens[at]));
                assert!(
                    wants.iter().map(|w| (rows[w.row as usize].as_slice(), w.token)).eq(want),
                    "in the text's order"
                );
            }
        }
        seen.sort_unstable();
        assert!(seen.into_iter().eq(0..uses.len() as u32), "each use belongs to one span");
    }

    #[test]
    fn one_token_choices_cost_one_row_and_one_scored_row() {
        let tree = tree(&[span("qA", 1), span("qB", 1), span("qC", 1), span("qA", 1)], true);
        assert_eq!((tree.tokens.len(), tree.wanted.len(), tree.scored_rows(), tree.scores.len()), (1, 3, 1, 3));
    }

    #[test]
    fn by_hand() {
        let tree = tree(&[span("xyz", 1), span("xab", 2), span("xyzw", 2), span("xac", 1)], true);
        let text: String = tree.tokens.iter().filter_map(|&t| char::from_u32(t)).collect();
        assert_eq!((text.as_str(), tree.positions.as_slice()), ("xayz", &[0, 1, 1, 2][..]));
        assert_eq!(tree.branches, [Branch { row: 0, position: 0 }, Branch { row: 2, position: 1 }]);
        assert_eq!((tree.longest(), tree.wanted_in(&(1..3))), (3, 1..4));
    }

    #[test]
    fn without_sharing_every_distinct_span_is_its_own() {
        let tree = tree(&[span("xyA", 1), span("xyB", 1), span("xyA", 1)], false);
        assert_eq!((tree.positions.as_slice(), tree.wanted.len()), (&[0, 1, 0, 1][..], 2));
    }

    proptest! {
        #[test]
        fn is_the_brute_force_tree(
            uses in proptest::collection::vec(proptest::collection::vec(0_u32..3, 2..9).prop_flat_map(|tokens| {
                let scored = 1..tokens.len();
                (Just(tokens), scored).prop_map(|(tokens, scored)| Span { tokens, scored })
            }), 0..50)
        ) {
            check(&uses);
        }
    }
}

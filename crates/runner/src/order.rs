//! Spans in lexicographic order, each token looked at about once.
//!
//! A comparison sort would read a shared few-shot prefix again in every comparison. Here a group of spans that agree up
//! to a depth is first moved past everything that all of it shares, then divided by the one token that follows.

use crate::span::Span;
use std::ops::Range;

/// Spans in order.
#[derive(Debug, Default)]
pub struct Order {
    /// Indices of the spans, by tokens (a prefix comes before what continues it), then by `scored`, then by index.
    pub index: Vec<u32>,
    /// For each place in `index`: how many tokens the span has in common with the one before; 0 for the first.
    pub shared: Vec<u32>,
}

/// Sorts. Linear in tokens, and n log n in spans.
pub fn order(spans: &[Span]) -> Order {
    let mut order = Order { index: (0..spans.len() as u32).collect(), shared: vec![0; spans.len()] };
    // Groups that agree in as many tokens as are given beside them.
    let mut groups = vec![(0..spans.len(), 0)];
    while let Some((places, depth)) = groups.pop() {
        order.divide(spans, places, depth, &mut groups);
    }
    order
}

impl Order {
    /// Puts a group in order by the first token in which it differs; what agrees in that one too becomes a new group.
    fn divide(&mut self, spans: &[Span], places: Range<usize>, depth: usize, groups: &mut Vec<(Range<usize>, usize)>) {
        let group = &mut self.index[places.clone()];
        let depth = common(spans, group, depth);
        let token = |index: &u32| spans[*index as usize].get(depth);
        group.sort_by_cached_key(token);
        let mut start = places.start;
        for run in group.chunk_by_mut(|a, b| token(a) == token(b)) {
            let end = start + run.len();
            if start > places.start {
                self.shared[start] = depth as u32;
            }
            if token(&run[0]).is_none() {
                run.sort_by_key(|&index| spans[index as usize].scored);
                self.shared[start + 1..end].fill(depth as u32);
            } else if run.len() > 1 {
                groups.push((start..end, depth));
            }
            start = end;
        }
    }
}

/// How many tokens all spans of a group begin with, if they agree up to `depth`.
fn common(spans: &[Span], group: &[u32], depth: usize) -> usize {
    let span = |&index: &u32| &spans[index as usize];
    let Some((first, others)) = group.split_first() else { return depth };
    let first = span(first);
    others.iter().fold(first.len(), |until, other| first.common(span(other), depth, until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(spans: &[yardstick_core::Span]) {
        let got = order(&spans.iter().cloned().map(Span::from).collect::<Vec<_>>());
        let mut want: Vec<u32> = (0..spans.len() as u32).collect();
        want.sort_by_key(|&index| (&spans[index as usize], index));
        assert_eq!(got.index, want);
        for (i, pair) in want.windows(2).enumerate() {
            let [a, b] = [pair[0], pair[1]].map(|index| &spans[index as usize].tokens);
            let shared = a.iter().zip(b).take_while(|(a, b)| a == b).count();
            assert_eq!(got.shared[i + 1] as usize, shared, "{a:?} {b:?}");
        }
        assert_eq!(got.shared.first().copied().unwrap_or(0), 0);
    }

    proptest! {
        #[test]
        fn sorts_and_tells_what_is_shared(
            spans in proptest::collection::vec((proptest::collection::vec(0_u32..3, 0..7), 0_usize..3, 0_usize..2), 0..60)
        ) {
            // Long runs of one token cross the blocks.
            let span = |(tail, scored, head): &(Vec<u32>, usize, usize)| {
                yardstick_core::Span { tokens: [vec![7; head * 40], tail.clone()].concat(), scored: *scored }
            };
            check(&spans.iter().map(span).collect::<Vec<_>>());
        }
    }
}

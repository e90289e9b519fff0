//! A span whose beginning is stored once for several.

use std::cmp::min;
use std::sync::Arc;

/// Tokens, the last `scored` of which are wanted. The choices of a question have the question in common: it is most of
/// their tokens, and of a plan's memory while it is made.
#[derive(Clone, Debug, Default)]
pub struct Span {
    head: Arc<[u32]>,
    tail: Box<[u32]>,
    /// How many tokens at the end are scored.
    pub scored: usize,
}

impl From<yardstick_core::Span> for Span {
    fn from(span: yardstick_core::Span) -> Self {
        Self { head: Arc::default(), tail: span.tokens.into(), scored: span.scored }
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.scored == other.scored && self.len() == other.len() && self.common(other, 0, self.len()) == self.len()
    }
}

impl Eq for Span {}

impl Span {
    /// Stores what all of `spans` begin with once.
    pub fn share_head(spans: &mut [&mut Self]) {
        let Some((first, others)) = spans.split_first() else { return };
        let common = others.iter().fold(first.len(), |common, other| first.common(other, 0, common));
        let head: Arc<[u32]> = first.tokens_from(0).take(common).collect();
        for span in spans {
            span.tail = span.tokens_from(common).collect();
            span.head = Arc::clone(&head);
        }
    }

    /// Tokens.
    pub fn len(&self) -> usize {
        self.head.len() + self.tail.len()
    }

    /// The token at a position.
    pub fn get(&self, at: usize) -> Option<u32> {
        self.stored(at).first().copied()
    }

    /// All tokens from a position on.
    pub fn tokens_from(&self, at: usize) -> impl Iterator<Item = u32> {
        let head = &self.head[min(at, self.head.len())..];
        head.iter().chain(&self.tail[at.saturating_sub(self.head.len())..]).copied()
    }

    /// Up to where (at most `until`) both have the same tokens, if they have before `from`.
    pub fn common(&self, other: &Self, from: usize, until: usize) -> usize {
        let mut at = from;
        loop {
            let (a, b) = (self.stored(at), other.stored(at));
            let n = min(a.len(), b.len()).min(until - at);
            let equal = if std::ptr::eq(a.as_ptr(), b.as_ptr()) { n } else { common_prefix(&a[..n], &b[..n]) };
            at += equal;
            if n == 0 || equal < n {
                return at;
            }
        }
    }

    /// The tokens from a position on that are stored together.
    fn stored(&self, at: usize) -> &[u32] {
        match at.checked_sub(self.head.len()) {
            None => &self.head[at..],
            Some(at) => self.tail.get(at..).unwrap_or_default(),
        }
    }
}

/// Length of the longest common prefix.
fn common_prefix(a: &[u32], b: &[u32]) -> usize {
    // Whole blocks compare as one vector operation each.
    const BLOCK: usize = 16;
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK));
    let equal = blocks.take_while(|(a, b)| a == b).count() * BLOCK;
    equal + a[equal..].iter().zip(&b[equal..]).take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(tokens: &[u32]) -> Span {
        Span::from(yardstick_core::Span { tokens: tokens.to_vec(), scored: 1 })
    }

    fn check(groups: &[Vec<Vec<u32>>]) {
        let plain: Vec<&Vec<u32>> = groups.iter().flatten().collect();
        let mut spans: Vec<Vec<Span>> = groups.iter().map(|g| g.iter().map(|tokens| span(tokens)).collect()).collect();
        for group in &mut spans {
            Span::share_head(&mut group.iter_mut().collect::<Vec<_>>());
        }
        let spans: Vec<Span> = spans.into_iter().flatten().collect();
        for (a, a_plain) in spans.iter().zip(&plain) {
            assert_eq!((a.len(), a), (a_plain.len(), &span(a_plain)));
            for at in 0..=a.len() {
                assert_eq!(a.tokens_from(at).collect::<Vec<_>>(), a_plain[at..]);
                assert_eq!(a.get(at), a_plain.get(at).copied());
            }
            for (b, b_plain) in spans.iter().zip(&plain) {
                let common = a_plain.iter().zip(*b_plain).take_while(|(a, b)| a == b).count();
                for until in 0..=common + 1 {
                    let from = min(until, common) / 2;
                    assert_eq!(a.common(b, from, until), min(common, until), "{a:?} {b:?}");
                }
                assert_eq!(a == b, a_plain == b_plain);
            }
        }
    }

    proptest! {
        #[test]
        fn sharing_storage_changes_nothing(
            groups in proptest::collection::vec(
                (0_usize..50, proptest::collection::vec(proptest::collection::vec(0_u32..2, 0..6), 1..4)), 1..4
            )
        ) {
            let whole = |(head, tails): &(usize, Vec<Vec<u32>>)| {
                tails.iter().map(|tail| [vec![7; *head], tail.clone()].concat()).collect()
            };
            check(&groups.iter().map(whole).collect::<Vec<_>>());
        }
    }
}

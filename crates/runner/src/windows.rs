//! A text longer than the context, cut into spans that together score each of its tokens once.

use yardstick_core::Span;

/// lm-eval's windows (`get_rolling_token_windows` with a context of 1, made disjoint): blocks of `n_ctx` tokens, the first
/// behind the prefix token, every other behind one token of the text; the last block keeps as much context as fits.
///
/// Returns the spans and how many leading tokens have no score (1 without a prefix token). Each span has at most
/// `n_ctx + 1` tokens.
pub fn windows(prefix: Option<u32>, tokens: Vec<u32>, n_ctx: usize) -> (Vec<Span>, usize) {
    if tokens.is_empty() {
        return (Vec::new(), 0);
    }
    // Unlike a lone continuation's, the prefix token also stands before a text that begins with it.
    let unscored = usize::from(prefix.is_none());
    let all: Vec<u32> = prefix.into_iter().chain(tokens).collect();
    // all[0] conditions only; all[1..] are scored.
    let mut spans = Vec::new();
    let mut done = 1;
    while done < all.len() {
        let scored = (all.len() - done).min(n_ctx);
        let end = done + scored;
        let start = end.saturating_sub(n_ctx + 1);
        spans.push(Span { tokens: all[start..end].to_vec(), scored });
        done = end;
    }
    (spans, unscored)
}

/// The same for a model that reads both sides: blocks of at most `longest` tokens, each read by itself, the last one with as
/// much before it in sight as fits. What a block does not hold, its tokens do not see, on either side.
pub fn blocks(tokens: &[u32], longest: usize) -> Vec<Span> {
    let mut spans = Vec::new();
    for start in (0..tokens.len()).step_by(longest.max(1)) {
        let end = tokens.len().min(start + longest);
        spans.push(Span { tokens: tokens[end.saturating_sub(longest)..end].to_vec(), scored: end - start });
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(prefix: Option<u32>, n: u32, n_ctx: usize, want: &[(&[u32], usize)]) {
        let (spans, _) = windows(prefix, (1..=n).collect(), n_ctx);
        let got: Vec<_> = spans.iter().map(|s| (s.tokens.as_slice(), s.scored)).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn by_hand() {
        check(Some(0), 3, 4, &[(&[0, 1, 2, 3], 3)]);
        check(Some(0), 4, 4, &[(&[0, 1, 2, 3, 4], 4)]);
        // The last block of one token keeps full context: tokens 1..=4 predict 5.
        check(Some(0), 5, 4, &[(&[0, 1, 2, 3, 4], 4), (&[1, 2, 3, 4, 5], 1)]);
        check(Some(0), 8, 4, &[(&[0, 1, 2, 3, 4], 4), (&[4, 5, 6, 7, 8], 4)]);
        check(None, 6, 4, &[(&[1, 2, 3, 4, 5], 4), (&[2, 3, 4, 5, 6], 1)]);
        check(None, 1, 4, &[]);
        check(Some(0), 0, 4, &[]);
    }

    #[test]
    fn blocks_see_themselves_and_the_last_what_is_before_it() {
        let check = |n: u32, longest, want: &[(&[u32], usize)]| {
            let spans = blocks(&(1..=n).collect::<Vec<_>>(), longest);
            let got: Vec<_> = spans.iter().map(|s| (s.tokens.as_slice(), s.scored)).collect();
            assert_eq!(got, want);
        };
        check(0, 3, &[]);
        check(2, 3, &[(&[1, 2], 2)]);
        check(3, 3, &[(&[1, 2, 3], 3)]);
        check(7, 3, &[(&[1, 2, 3], 3), (&[4, 5, 6], 3), (&[5, 6, 7], 1)]);
    }

    proptest! {
        #[test]
        fn every_token_once_in_order(n in 0_u32..200, n_ctx in 1_usize..40, prefix in proptest::bool::ANY) {
            let prefix = prefix.then_some(0);
            let (spans, unscored) = windows(prefix, (1..=n).collect(), n_ctx);
            let scored: Vec<u32> = spans.iter().flat_map(|s| s.tokens[s.tokens.len() - s.scored..].to_vec()).collect();
            prop_assert_eq!(scored, (1 + unscored as u32..=n).collect::<Vec<_>>());
            for span in &spans {
                prop_assert!(span.scored < span.tokens.len() && span.tokens.len() <= n_ctx + 1);
                // Nothing is skipped between context and continuation.
                prop_assert!(span.tokens.windows(2).all(|w| w[1] == w[0] + 1));
            }
        }
    }
}

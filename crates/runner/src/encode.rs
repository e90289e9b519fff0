//! Where the context ends and the continuation begins, in tokens.
//!
//! The rules are lm-eval's (0.4.13, `TemplateLM._encode_pair` and `loglikelihood`), so that numbers can be compared:
//! whitespace that ends the context belongs to the continuation; both are encoded together, and the continuation is what
//! follows as many tokens as the context has on its own. What stands before it are the context's own tokens, which are
//! others than those of the text as a whole where the tokenizer merges across the border. An empty context is the model's
//! prefix token; a model that reads both sides needs none.

use yardstick_core::{LanguageModel, ModelCard, ScoreError};

/// A context and a continuation as tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Context, then continuation.
    pub tokens: Vec<u32>,
    /// How many at the end are the continuation and get scored.
    pub scored: usize,
    /// Continuation tokens in front that get no score (1 when nothing stands before the first one).
    pub unscored: usize,
    /// Whether the tokenizer merged the whole continuation into the context's last token, and the border had to move.
    pub merged: bool,
}

/// Python's `str.isspace`, which has four control characters more than Unicode's `White_Space`.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// Tokens of `context` + `continuation` with the border between them.
///
/// # Errors
/// What the tokenizer says.
pub fn encode_pair(model: &dyn LanguageModel, context: &str, continuation: &str) -> Result<Pair, ScoreError> {
    Context::new(model, context)?.pair(continuation)
}

/// A context whose tokens are known, for any number of continuations.
pub struct Context<'a> {
    model: &'a dyn LanguageModel,
    text: &'a str,
    /// Bytes without the whitespace at the end.
    trimmed: usize,
    /// Tokens of those.
    tokens: Vec<u32>,
}

impl<'a> Context<'a> {
    /// Encodes the context.
    ///
    /// # Errors
    /// What the tokenizer says.
    pub fn new(model: &'a dyn LanguageModel, text: &'a str) -> Result<Self, ScoreError> {
        let trimmed = text.trim_end_matches(is_space);
        let tokens = if trimmed.is_empty() { Vec::new() } else { model.encode(trimmed)? };
        Ok(Self { model, text, trimmed: trimmed.len(), tokens })
    }

    /// The context with `continuation`.
    ///
    /// # Errors
    /// What the tokenizer says.
    pub fn pair(&self, continuation: &str) -> Result<Pair, ScoreError> {
        let Self { model, text, trimmed, ref tokens } = *self;
        let n_tokens = tokens.len();
        let text = format!("{text}{continuation}");
        let mut whole = model.encode(&text)?;
        if n_tokens == 0 {
            return Ok(with_prefix(model.card(), whole));
        }
        if whole.len() <= n_tokens && text.len() > trimmed {
            return Ok(behind_prefix(model.card(), merged(model.card(), whole)));
        }
        let scored = whole.len().saturating_sub(n_tokens);
        whole.splice(..n_tokens.min(whole.len()), tokens.iter().copied());
        Ok(behind_prefix(model.card(), Pair { tokens: whole, scored, unscored: 0, merged: false }))
    }
}

/// A text that begins with its context, behind the prefix token where that stands before every text.
fn behind_prefix(card: &ModelCard, mut pair: Pair) -> Pair {
    begin(card, &mut pair.tokens);
    pair
}

/// Puts the prefix token before the tokens of a text, where it stands before every text and is not there yet.
pub fn begin(card: &ModelCard, tokens: &mut Vec<u32>) {
    if let Some(prefix) = card.prefix_token.filter(|prefix| card.prefix_always && tokens.first() != Some(prefix)) {
        tokens.insert(0, prefix);
    }
}

/// The continuation has vanished into the context's last token: that token is scored.
fn merged(card: &ModelCard, whole: Vec<u32>) -> Pair {
    if whole.len() == 1 {
        return Pair { merged: true, ..with_prefix(card, whole) };
    }
    Pair { tokens: whole, scored: 1, unscored: 0, merged: true }
}

/// A text scored from its beginning: behind the prefix token, unless the model has none or the text begins with it.
fn with_prefix(card: &ModelCard, mut tokens: Vec<u32>) -> Pair {
    if !card.scoring.is_causal() {
        return Pair { scored: tokens.len(), unscored: 0, tokens, merged: false };
    }
    match card.prefix_token {
        Some(prefix) if tokens.first() != Some(&prefix) => {
            let scored = tokens.len();
            tokens.insert(0, prefix);
            Pair { tokens, scored, unscored: 0, merged: false }
        }
        _ => Pair { scored: tokens.len().saturating_sub(1), unscored: tokens.len().min(1), tokens, merged: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::toy::Toy;

    /// The toy model's tokens are characters, except that "ab" is one token.
    fn check(context: &str, continuation: &str, tokens: &str, scored: usize, unscored: usize) {
        let toy = Toy::with_prefix(Some(0));
        let pair = encode_pair(&toy, context, continuation).unwrap();
        assert_eq!(Toy::text(&pair.tokens), tokens, "{context:?} + {continuation:?}");
        assert_eq!((pair.scored, pair.unscored), (scored, unscored), "{context:?} + {continuation:?}");
    }

    #[test]
    fn borders() {
        check("xy", " z", "xy z", 2, 0);
        check("xy ", "z", "xy z", 2, 0);
        check("xy\n\u{3000}\u{1f}", "z", "xy\n\u{3000}\u{1f}z", 4, 0);
        check("", "xy", "^xy", 2, 0);
        check("  ", "xy", "^  xy", 4, 0);
        check("", "^xy", "^xy", 2, 1);
    }

    #[test]
    fn a_prefix_may_stand_before_every_text() {
        let toy = Toy::with_prefix(Some(0)).always();
        for (context, continuation, tokens, scored) in
            [("xy", " z", "^xy z", 2), ("", "xy", "^xy", 2), ("^x", "y", "^xy", 1), ("a", "b", "^ab", 1)]
        {
            let pair = encode_pair(&toy, context, continuation).unwrap();
            assert_eq!((Toy::text(&pair.tokens).as_str(), pair.scored, pair.unscored), (tokens, scored, 0));
        }
    }

    #[test]
    fn without_a_prefix_token_the_first_token_has_no_score() {
        let pair = encode_pair(&Toy::with_prefix(None), "", "xyz").unwrap();
        assert_eq!((Toy::text(&pair.tokens).as_str(), pair.scored, pair.unscored), ("xyz", 2, 1));
    }

    #[test]
    fn a_model_that_reads_both_sides_scores_every_token() {
        for (context, continuation, tokens, scored) in
            [("", "xyz", "xyz", 3), ("xy", "z", "xyz", 1), ("a", "b", "ab", 1)]
        {
            let pair = encode_pair(&Toy::masked(8), context, continuation).unwrap();
            assert_eq!((Toy::text(&pair.tokens).as_str(), pair.scored, pair.unscored), (tokens, scored, 0));
        }
    }

    #[test]
    fn a_merge_across_the_border_is_split_by_length() {
        // "a" is one token, "ab" is one token: the continuation has vanished into it.
        let pair = encode_pair(&Toy::with_prefix(Some(0)), "xa", "b").unwrap();
        assert_eq!((pair.tokens.len(), pair.scored, pair.merged), (2, 1, true));
        let pair = encode_pair(&Toy::with_prefix(Some(0)), "xa", "bc").unwrap();
        assert_eq!((Toy::text(&pair.tokens).as_str(), pair.scored, pair.merged), ("xac", 1, false));
    }
}

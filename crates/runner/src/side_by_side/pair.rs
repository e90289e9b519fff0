//! Two models that read the same spans side by side.

use super::row::RowDiff;
use crate::span::Span;
use std::ops::Range;
use yardstick_core::{LanguageModel, ScoreError, Session, Stretch, TokenDiff, Wanted};

/// Rows of logits that a model holds at a time.
const SCORED: usize = 64;
/// Rows that are fed at a time where none is scored.
const UNSCORED: usize = 256;

/// A session of each model, both on one path.
pub struct Pair<'m> {
    readers: [Reader<'m>; 2],
    vocab_size: usize,
    /// The path: tokens at positions 0, 1, …
    path: Vec<u32>,
}

struct Reader<'m> {
    session: Box<dyn Session + 'm>,
    /// `[rows, vocab]`
    logits: Vec<f32>,
}

impl<'m> Pair<'m> {
    /// Two empty paths that can grow to `positions`.
    pub fn new(models: [&'m dyn LanguageModel; 2], positions: usize) -> Self {
        let reader = |model: &'m dyn LanguageModel| Reader { session: model.session(positions, 1), logits: Vec::new() };
        Self { readers: models.map(reader), vocab_size: models[0].card().vocab_size, path: Vec::new() }
    }

    /// Compares the models at every scored token of a span. Positions are counted from the first of them; request, window
    /// and repetition are the caller's.
    ///
    /// What the path has in common with the span is not computed again.
    ///
    /// # Errors
    /// What the models say.
    pub fn read(&mut self, span: &Span) -> Result<Vec<TokenDiff>, ScoreError> {
        let tokens: Vec<u32> = span.tokens_from(0).collect();
        let (fed, first) = (tokens.len() - 1, first_row(span));
        let common = self.path.iter().zip(&tokens[..fed]).take_while(|(a, b)| a == b).count();
        let mut diffs = Vec::with_capacity(span.scored);
        self.path.clear(); // after an error nobody knows where the sessions are
        for rows in pieces(common.min(first), first, fed) {
            self.stretch(&tokens, rows, first, &mut diffs)?;
        }
        self.path.extend_from_slice(&tokens[..fed]);
        Ok(diffs)
    }

    /// Feeds some rows of a span and compares those from `first` on.
    fn stretch(
        &mut self,
        tokens: &[u32],
        rows: Range<usize>,
        first: usize,
        diffs: &mut Vec<TokenDiff>,
    ) -> Result<(), ScoreError> {
        let positions: Vec<u32> = rows.clone().map(|row| row as u32).collect();
        let scored = rows.clone().filter(|&row| row >= first);
        let wanted: Vec<Wanted> =
            scored.map(|row| Wanted { row: (row - rows.start) as u32, token: tokens[row + 1] }).collect();
        let stretch = Stretch { tokens: &tokens[rows], positions: &positions, wanted: &wanted };
        for reader in &mut self.readers {
            reader.session.logits(&stretch, &mut reader.logits)?;
        }
        let [a, b] = self.readers.each_ref().map(|reader| reader.logits.chunks_exact(self.vocab_size));
        for ((a, b), wanted) in a.zip(b).zip(&wanted) {
            diffs.push(token_diff(a, b, wanted.token, diffs.len()));
        }
        Ok(())
    }
}

/// The row whose distribution scores a span's first scored token.
pub fn first_row(span: &Span) -> usize {
    span.len() - span.scored - 1
}

fn token_diff(a: &[f32], b: &[f32], token: u32, position: usize) -> TokenDiff {
    let row = RowDiff::new(a, b);
    TokenDiff {
        request: 0,
        window: 0,
        position: position as u32,
        token,
        is_repeated: false,
        kl: row.kl,
        log_prob: row.log_prob(a, b, token),
        top: row.top,
        same_top5: row.same_top5,
        same_bits: row.same_bits,
    }
}

/// Rows `start..end` in the pieces that are fed: none reaches over `first`, from which on rows are scored.
fn pieces(start: usize, first: usize, end: usize) -> impl Iterator<Item = Range<usize>> {
    let cut = |rows: Range<usize>, size: usize| {
        let end = rows.end;
        rows.step_by(size).map(move |start| start..end.min(start + size))
    };
    cut(start..first, UNSCORED).chain(cut(first..end, SCORED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_fed_once_in_order() {
        let cut = |start, first, end| pieces(start, first, end).map(|rows| (rows.start, rows.end)).collect::<Vec<_>>();
        assert_eq!(cut(0, 0, 3), [(0, 3)]);
        assert_eq!(cut(5, 300, 400), [(5, 261), (261, 300), (300, 364), (364, 400)]);
        assert_eq!(cut(7, 7, 71), [(7, 71)]);
    }
}

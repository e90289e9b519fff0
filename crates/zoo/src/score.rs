//! Spans → log-probabilities, through any [`Transformer`].

use crate::transformer::{Batch, Transformer};
use candle_core::{Device, Tensor};
use yardstick_core::{ModelCard, ScoreError, Span, TokenScore};

/// Rows that go through the vocabulary projection at a time: enough to keep the kernel busy, and 25 MB of logits for a
/// vocabulary of 50,000.
const HEAD_ROWS: usize = 128;

/// See [`yardstick_core::LanguageModel::score`].
pub fn score(card: &ModelCard, network: &dyn Transformer, batch: &[Span]) -> Result<Vec<Vec<TokenScore>>, ScoreError> {
    for span in batch {
        check(card, span)?;
    }
    let asked: Vec<Wanted> = wanted(batch);
    let mut scores: Vec<_> = batch.iter().map(|span| Vec::with_capacity(span.scored)).collect();
    if asked.is_empty() {
        return Ok(scores);
    }
    let hidden = forward(network, batch).map_err(|error| backend(card, &error))?;
    for rows in asked.chunks(HEAD_ROWS) {
        let logits = project(network, &hidden, rows).map_err(|error| backend(card, &error))?;
        for (row, logits) in rows.iter().zip(logits.chunks_exact(card.vocab_size)) {
            let score = token_score(logits, row.target as usize);
            scores[row.span].push(score.ok_or_else(|| not_finite(card, row))?);
        }
    }
    Ok(scores)
}

/// See [`crate::Model::logits`].
pub fn logits(card: &ModelCard, network: &dyn Transformer, tokens: &[u32]) -> Result<Vec<f32>, ScoreError> {
    if tokens.is_empty() || tokens.len() > card.n_ctx {
        return Err(misfit(card, tokens.len(), 0));
    }
    check_tokens(card, tokens)?;
    let all = || network.head(&network.forward(&Batch::pack(&[tokens])?)?)?.flatten_all()?.to_vec1();
    all().map_err(|error| backend(card, &error))
}

fn check(card: &ModelCard, span: &Span) -> Result<(), ScoreError> {
    let len = span.tokens.len();
    if span.scored >= len || len > card.n_ctx + 1 {
        return Err(misfit(card, len, span.scored));
    }
    check_tokens(card, &span.tokens)
}

fn check_tokens(card: &ModelCard, tokens: &[u32]) -> Result<(), ScoreError> {
    let vocab_size = card.vocab_size;
    let outside = tokens.iter().find(|&&token| token as usize >= vocab_size);
    outside.map_or(Ok(()), |&token| Err(ScoreError::Token { model: card.name.clone(), token, vocab_size }))
}

/// A row of the packed hidden states that is scored.
struct Wanted {
    row: u32,
    target: u32,
    span: usize,
    position: usize,
}

/// The scored rows in batch order. Spans without any take no part in the forward pass.
fn wanted(batch: &[Span]) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let mut start = 0;
    for (index, span) in batch.iter().enumerate().filter(|(_, span)| span.scored > 0) {
        let len = span.tokens.len();
        wanted.extend((len - span.scored..len).map(|position| Wanted {
            row: (start + position - 1) as u32,
            target: span.tokens[position],
            span: index,
            position,
        }));
        start += len - 1;
    }
    wanted
}

/// Hidden states of all inputs, packed: `[rows, n_embd]`.
fn forward(network: &dyn Transformer, batch: &[Span]) -> candle_core::Result<Tensor> {
    let scored = batch.iter().filter(|span| span.scored > 0);
    let inputs: Vec<&[u32]> = scored.map(|span| &span.tokens[..span.tokens.len() - 1]).collect();
    network.forward(&Batch::pack(&inputs)?)
}

/// Logits of the given rows, `[rows, vocab]` flat.
fn project(network: &dyn Transformer, hidden: &Tensor, rows: &[Wanted]) -> candle_core::Result<Vec<f32>> {
    let rows: Vec<u32> = rows.iter().map(|wanted| wanted.row).collect();
    let gathered = hidden.index_select(&Tensor::new(rows, &Device::Cpu)?, 0)?;
    network.head(&gathered)?.flatten_all()?.to_vec1()
}

/// ln softmax at `target`: the f32 logits are exponentiated and summed in f64. `None` when a logit is not finite.
fn token_score(logits: &[f32], target: usize) -> Option<TokenScore> {
    if !logits.iter().all(|x| x.is_finite()) {
        return None;
    }
    let (first_max, max) = argmax(logits);
    let sum: f64 = logits.iter().map(|&x| (f64::from(x) - f64::from(max)).exp()).sum();
    let log_prob = f64::from(logits[target]) - f64::from(max) - sum.ln();
    Some(TokenScore { log_prob, is_greedy: first_max == target })
}

/// The first largest logit.
fn argmax(logits: &[f32]) -> (usize, f32) {
    let larger = |best: (usize, f32), (i, &x): (usize, &f32)| if x > best.1 { (i, x) } else { best };
    logits.iter().enumerate().fold((0, f32::NEG_INFINITY), larger)
}

fn misfit(card: &ModelCard, len: usize, scored: usize) -> ScoreError {
    ScoreError::Span { model: card.name.clone(), len, scored, n_ctx: card.n_ctx }
}

fn not_finite(card: &ModelCard, row: &Wanted) -> ScoreError {
    ScoreError::NotFinite { model: card.name.clone(), span: row.span, position: row.position }
}

fn backend(card: &ModelCard, error: &candle_core::Error) -> ScoreError {
    ScoreError::Backend { model: card.name.clone(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(logits: &[f32], target: usize, expected: Option<(f64, bool)>) {
        let score = token_score(logits, target).map(|score| (score.log_prob, score.is_greedy));
        match (score, expected) {
            (Some((log_prob, greedy)), Some((wanted, wanted_greedy))) => {
                assert!((log_prob - wanted).abs() < 1e-12, "{logits:?} at {target}: {log_prob}, not {wanted}");
                assert_eq!(greedy, wanted_greedy, "{logits:?} at {target}");
            }
            (found, wanted) => assert_eq!(found, wanted, "{logits:?} at {target}"),
        }
    }

    #[test]
    fn log_softmax_and_greedy() {
        check(&[0.0, 0.0], 0, Some((-std::f64::consts::LN_2, true)));
        check(&[0.0, 0.0], 1, Some((-std::f64::consts::LN_2, false)));
        check(&[3.0], 0, Some((0.0, true)));
        check(&[1e30, -1e30], 0, Some((0.0, true)));
        check(&[1e4, 0.0], 1, Some((-1e4, false)));
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            check(&[0.0, bad, 1.0], 2, None);
        }
    }

    #[test]
    fn only_scored_spans_take_rows() {
        let span = |len: u32, scored| Span { tokens: (10..10 + len).collect(), scored };
        let rows: Vec<_> = wanted(&[span(4, 2), span(3, 0), span(2, 1)])
            .iter()
            .map(|w| (w.span, w.row, w.position, w.target))
            .collect();
        assert_eq!(rows, [(0, 1, 2, 12), (0, 2, 3, 13), (2, 3, 1, 11)]);
    }
}

//! Masked models, scored by pseudo-log-likelihood: each token is masked in a copy of the text of its own, and what the network
//! makes of its place is its score (Salazar et al. 2020, "Masked Language Model Scoring").

use crate::ZooError;
use crate::dimensions::Dimensions;
use crate::encoder::{Encoder, EncoderBuffers, Inputs};
use crate::layers::Rows;
use crate::nn::Team;
use crate::source::Source;
use crate::tokenizer::{Tokenizer, TokenizerConfig};
use crate::words::Words;
use std::ops::Range;
use yardstick_core::{
    Costs, Decoder, Feed, ModelCard, Next, Past, ScoreError, Scoring, Session, Span, Stretch, TokenScore,
};

/// Rows of a pass, at best: copies of a short text are read together.
const ROWS: usize = 512;

/// An encoder with what it takes to score texts by it.
pub struct Masked {
    encoder: Encoder,
    scoring: Scoring,
    /// Before a text, behind it, and in place of what is scored.
    special: [u32; 3],
    words: Words,
}

impl Masked {
    /// Finds the special tokens around a text and the mask: those that `tokenizer_config.json` names, or else those that BERT
    /// or RoBERTa use.
    ///
    /// # Errors
    /// The tokenizer lacks one of them.
    pub fn new(encoder: Encoder, source: &Source, tokenizer: &Tokenizer, scoring: Scoring) -> Result<Self, ZooError> {
        let vocab_size = encoder.dimensions().vocab_size;
        let named = TokenizerConfig::read(source)?;
        let find = |key: &str, usual: [&str; 2]| {
            let candidates = named.token(key).into_iter().chain(usual.map(str::to_owned));
            candidates.into_iter().find_map(|name| tokenizer.id(&name)).ok_or_else(|| ZooError::Tokenizer {
                file: tokenizer.file.clone(),
                reason: format!("a masked model needs its {key}: it has no {} or {} either", usual[0], usual[1]),
            })
        };
        let special = [
            find("cls_token", ["[CLS]", "<s>"])?,
            find("sep_token", ["[SEP]", "</s>"])?,
            find("mask_token", ["[MASK]", "<mask>"])?,
        ];
        Ok(Self { encoder, scoring, special, words: tokenizer.words(vocab_size) })
    }

    /// How it scores.
    pub const fn scoring(&self) -> Scoring {
        self.scoring
    }

    /// Sizes.
    pub const fn dimensions(&self) -> Dimensions {
        self.encoder.dimensions()
    }

    /// See [`yardstick_core::LanguageModel::costs`]. The bytes of a span are those of the copies that are read together.
    pub fn costs(&self) -> Costs {
        let costs = self.encoder.costs();
        let row = costs.bytes_per_row + 8 + costs.bytes_per_scored_row;
        Costs {
            bytes_per_position: row + costs.bytes_per_position,
            bytes_per_path: ROWS as u64 * row + costs.bytes_per_path,
            ..costs
        }
    }

    /// The scores of a span's last `scored` tokens, on the calling thread.
    ///
    /// # Errors
    /// A span that does not fit, a token outside the vocabulary, a logit that is not finite.
    pub fn score(&self, card: &ModelCard, span: &Span) -> Result<Vec<TokenScore>, ScoreError> {
        let Span { tokens, scored } = span;
        let len = tokens.len();
        if *scored > len || len == 0 || len > card.longest_span() {
            return Err(ScoreError::Span { model: card.name.clone(), len, scored: *scored, n_ctx: card.n_ctx });
        }
        check_tokens(card, tokens)?;
        let on = self.encoder.head().accelerator();
        let team = on.map_or(Team::ONE, |_| Team::new(rayon::current_num_threads()));
        let mut scores = Vec::with_capacity(*scored);
        let mut buffers = EncoderBuffers::new(self.encoder.head().accelerator());
        let masked: Vec<Range<usize>> = self.masked(tokens).split_off(len - scored);
        for masked in masked.chunks((ROWS / (len + ModelCard::AROUND)).max(1)) {
            let places = masked.iter().map(|masked| masked.start);
            let wanted: Vec<(usize, u32)> = places.map(|place| tokens[place]).enumerate().collect();
            let hidden = self.read(tokens, masked, &mut buffers);
            let found = self.encoder.head().score(hidden, &wanted, team);
            let at = scores.len();
            scores.extend(found.map_err(|error| error.of(card, |row| not_finite(card, at + row, masked[row].start)))?);
        }
        Ok(scores)
    }

    /// Logits of one input as it is, `[time, vocab]` row by row: row t is the distribution of token t, with all others and
    /// itself in sight.
    ///
    /// # Errors
    /// A token outside the vocabulary, a logit that is not finite.
    pub fn logits(&self, card: &ModelCard, tokens: &[u32]) -> Result<Vec<f32>, ScoreError> {
        check_tokens(card, tokens)?;
        let wanted: Vec<u32> = (0..tokens.len() as u32).collect();
        let input = 0..tokens.len();
        let mut buffers = EncoderBuffers::new(self.encoder.head().accelerator());
        let inputs = Inputs { tokens, ranges: std::slice::from_ref(&input), wanted: &wanted };
        let hidden = self.encoder.forward(&inputs, &mut buffers);
        let mut logits = Vec::new();
        let made = self.encoder.head().logits(hidden, &mut logits, Team::ONE);
        made.map_err(|fault| fault.of(card))?;
        let bad = logits.chunks_exact(card.vocab_size).position(|row| !row.iter().all(|logit| logit.is_finite()));
        bad.map_or(Ok(logits), |row| Err(not_finite(card, row, row)))
    }

    /// Reads a copy of the text for each of `masked`, with the tokens there masked, and gives the hidden state of the first.
    fn read<'b>(&self, tokens: &[u32], masked: &[Range<usize>], buffers: &'b mut EncoderBuffers) -> &'b Rows {
        let [before, behind, mask] = self.special;
        let rows = tokens.len() + ModelCard::AROUND;
        let (mut all, mut wanted) = (Vec::with_capacity(rows * masked.len()), Vec::with_capacity(masked.len()));
        let mut inputs: Vec<Range<usize>> = Vec::with_capacity(masked.len());
        for masked in masked {
            let first = all.len();
            all.push(before);
            all.extend_from_slice(tokens);
            all.push(behind);
            all[first + 1..][masked.clone()].fill(mask);
            wanted.push((first + 1 + masked.start) as u32);
            inputs.push(first..all.len());
        }
        self.encoder.forward(&Inputs { tokens: &all, ranges: &inputs, wanted: &wanted }, buffers)
    }

    /// For each token what is masked to score it: itself, and what else its way of scoring says.
    fn masked(&self, tokens: &[u32]) -> Vec<Range<usize>> {
        let mut ends: Vec<usize> = (1..=tokens.len()).collect();
        if self.scoring == Scoring::PllWordL2r {
            let go_on = self.words.go_on(tokens);
            for place in (1..tokens.len()).rev().filter(|&place| go_on[place]) {
                ends[place - 1] = ends[place];
            }
        }
        ends.into_iter().enumerate().map(|(place, end)| place..end).collect()
    }
}

fn check_tokens(card: &ModelCard, tokens: &[u32]) -> Result<(), ScoreError> {
    let vocab_size = card.vocab_size;
    let outside = tokens.iter().find(|&&token| token as usize >= vocab_size);
    outside.map_or(Ok(()), |&token| Err(ScoreError::Token { model: card.name.clone(), token, vocab_size }))
}

fn not_finite(card: &ModelCard, wanted: usize, position: usize) -> ScoreError {
    ScoreError::NotFinite { model: card.name.clone(), wanted, position }
}

/// The session and decoder of a model that has none.
pub struct Refusal<'m>(pub &'m ModelCard);

impl Refusal<'_> {
    fn refuse<T>(&self) -> Result<T, ScoreError> {
        Err(ScoreError::BothSides { model: self.0.name.clone() })
    }
}

impl Session for Refusal<'_> {
    fn advance(&mut self, _: &Stretch) -> Result<Vec<TokenScore>, ScoreError> {
        self.refuse()
    }

    fn logits(&mut self, _: &Stretch, _: &mut Vec<f32>) -> Result<(), ScoreError> {
        self.refuse()
    }

    fn keep(&self, _: usize) -> Past {
        Past { len: 0, data: std::sync::Arc::new(()) }
    }

    fn resume(&mut self, _: &Past, _: usize) -> Result<(), ScoreError> {
        self.refuse()
    }
}

impl Decoder for Refusal<'_> {
    fn step(&mut self, _: &[Feed]) -> Result<Vec<Next>, ScoreError> {
        self.refuse()
    }

    fn copy(&mut self, _: usize, _: usize, _: usize) -> Result<(), ScoreError> {
        self.refuse()
    }
}

//! A model small enough to check by hand: characters are tokens, and a log-probability is a function of all before.

use yardstick_core::{LanguageModel, ModelCard, ScoreError, Span, TokenScore};

pub struct Toy {
    card: ModelCard,
    /// A token whose score is not a number.
    pub poison: Option<u32>,
}

const PREFIX: u32 = 0;
const AB: u32 = 0x0011_0000;

/// The toy's card, with the prefix token.
pub fn card() -> ModelCard {
    ModelCard {
        name: "toy".to_owned(),
        source: "test".to_owned(),
        family: "toy".to_owned(),
        n_params: 1,
        n_layer: 1,
        n_embd: 1,
        n_head: 1,
        n_ctx: 8,
        vocab_size: AB as usize + 1,
        dtype: "f32".to_owned(),
        storage: "f32".to_owned(),
        prefix_token: Some(PREFIX),
        weights_sha256: String::new(),
        tokenizer_sha256: String::new(),
        config_sha256: String::new(),
    }
}

impl Toy {
    pub fn with_prefix(prefix_token: Option<u32>) -> Self {
        Self { card: ModelCard { prefix_token, ..card() }, poison: None }
    }

    /// Tokens back to text; the prefix token is `^`.
    pub fn text(tokens: &[u32]) -> String {
        tokens
            .iter()
            .map(|&t| match t {
                PREFIX => "^".to_owned(),
                AB => "ab".to_owned(),
                t => char::from_u32(t).unwrap().to_string(),
            })
            .collect()
    }

    fn score_token(before: &[u32], token: u32) -> f64 {
        let mix = before.iter().fold(u64::from(token), |h, &t| (h ^ u64::from(t)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        -1.0 - (mix % 1000) as f64 / 7.0
    }
}

impl LanguageModel for Toy {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError> {
        Ok(text.replace("ab", "\u{1}").chars().map(encode_char).collect())
    }

    fn score(&self, batch: &[Span]) -> Result<Vec<Vec<TokenScore>>, ScoreError> {
        batch.iter().enumerate().map(|(i, span)| self.score_span(i, span)).collect()
    }
}

fn encode_char(c: char) -> u32 {
    match c {
        '\u{1}' => AB,
        '^' => PREFIX,
        c => c.into(),
    }
}

impl Toy {
    fn score_span(&self, index: usize, span: &Span) -> Result<Vec<TokenScore>, ScoreError> {
        assert!(span.scored < span.tokens.len() && span.tokens.len() <= self.card.n_ctx + 1);
        (span.tokens.len() - span.scored..span.tokens.len())
            .map(|position| {
                let token = span.tokens[position];
                if self.poison == Some(token) {
                    return Err(ScoreError::NotFinite { model: "toy".to_owned(), span: index, position });
                }
                let log_prob = Self::score_token(&span.tokens[..position], token);
                Ok(TokenScore { log_prob, is_greedy: token.is_multiple_of(2) })
            })
            .collect()
    }
}

//! A model small enough to check by hand: characters are tokens, and a log-probability is a function of all before. Its
//! sessions check that they are used as promised, and count what is alive.

mod decoder;

use decoder::ToyDecoder;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use yardstick_core::{
    Costs, Decoder, LanguageModel, ModelCard, Past, Request, ScoreError, Scoring, Session, Span, Stretch, TokenScore,
    Wanted, score_span,
};

pub struct Toy {
    card: ModelCard,
    /// A token whose score is not a number.
    pub poison: Option<u32>,
    /// A token that makes the model panic.
    pub deadly: Option<u32>,
    memory: Arc<Memory>,
}

/// Bytes alive by [`COSTS`].
#[derive(Default)]
struct Memory {
    now: AtomicU64,
    most: AtomicU64,
}

const PREFIX: u32 = 0;
const AB: u32 = 0x0011_0000;

pub const COSTS: Costs = Costs {
    flop_per_row: 100,
    flop_per_pair: 1,
    flop_per_scored_row: 50,
    bytes_per_position: 1000,
    bytes_per_row: 300,
    bytes_per_scored_row: 50,
    bytes_per_path: 0,
    bytes_per_thread: 2000,
};

/// A request for the log-likelihood of `continuation`.
pub fn pair(context: &str, continuation: &str) -> Request {
    Request::LogLikelihood { context: context.into(), continuation: continuation.to_owned() }
}

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
        device: "cpu".to_owned(),
        scoring: Scoring::Causal,
        prefix_token: Some(PREFIX),
        prefix_always: false,
        end_token: None,
        weights_sha256: String::new(),
        tokenizer_sha256: String::new(),
        config_sha256: String::new(),
    }
}

impl Toy {
    /// The prefix token before every text.
    pub fn always(mut self) -> Self {
        self.card.prefix_always = true;
        self
    }

    pub fn with_prefix(prefix_token: Option<u32>) -> Self {
        Self { card: ModelCard { prefix_token, ..card() }, poison: None, deadly: None, memory: Arc::default() }
    }

    pub fn with_context(n_ctx: usize) -> Self {
        Self { card: ModelCard { n_ctx, ..card() }, ..Self::with_prefix(None) }
    }

    /// Writes until `end`, in a context of `n_ctx`.
    pub fn with_end(end: char, n_ctx: usize) -> Self {
        Self { card: ModelCard { end_token: Some(end.into()), n_ctx, ..card() }, ..Self::with_prefix(Some(PREFIX)) }
    }

    /// Reads both sides: a token's score depends on all of its span.
    pub fn masked(n_ctx: usize) -> Self {
        Self { card: ModelCard { n_ctx, scoring: Scoring::PllOriginal, ..card() }, ..Self::with_prefix(None) }
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

    /// Most bytes of sessions, their stretches and pasts that were ever alive together.
    pub fn most_bytes(&self) -> u64 {
        self.memory.most.load(Ordering::Relaxed)
    }

    fn score_token(&self, before: &[u32], token: u32) -> f64 {
        assert_ne!(self.deadly, Some(token), "a deadly token");
        let mix = before.iter().fold(u64::from(token), |h, &t| (h ^ u64::from(t)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        -1.0 - (mix % 1000) as f64 / 7.0
    }
}

impl Toy {
    fn score_span(&self, span: &Span) -> Result<Vec<TokenScore>, ScoreError> {
        if self.card.scoring.is_causal() {
            return score_span(self.session(span.tokens.len().max(2) - 1, 1).as_mut(), &self.card, span);
        }
        assert!(!span.tokens.is_empty() && span.tokens.len() <= self.card.longest_span(), "{span:?}");
        let rows = (span.tokens.len() + ModelCard::AROUND) as u64;
        let _held = Held::new(&self.memory, COSTS.bytes_per_thread + rows * COSTS.bytes_per_position);
        let first = span.tokens.len() - span.scored;
        let score = |at: usize| {
            let token = span.tokens[at];
            if self.poison == Some(token) {
                return Err(ScoreError::NotFinite { model: self.card.name.clone(), wanted: at - first, position: at });
            }
            let log_prob = self.score_token(&[&span.tokens[..at], &[u32::MAX], &span.tokens[at + 1..]].concat(), token);
            Ok(TokenScore { log_prob, is_greedy: token.is_multiple_of(2) })
        };
        (first..span.tokens.len()).map(score).collect()
    }
}

impl LanguageModel for Toy {
    fn card(&self) -> &ModelCard {
        &self.card
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ScoreError> {
        Ok(text.replace("ab", "\u{1}").chars().map(encode_char).collect())
    }

    fn decode(&self, tokens: &[u32], skip_special: bool) -> Result<String, ScoreError> {
        let is_written = |token: &&u32| !skip_special || self.card.end_token != Some(**token);
        Ok(Self::text(&tokens.iter().filter(is_written).copied().collect::<Vec<_>>()))
    }

    fn costs(&self) -> Costs {
        COSTS
    }

    fn score(&self, batch: &[Span]) -> Result<Vec<Vec<TokenScore>>, ScoreError> {
        batch.iter().map(|span| self.score_span(span)).collect()
    }

    fn decoder(&self, paths: usize, positions: usize, threads: usize) -> Box<dyn Decoder + '_> {
        assert!(self.card.scoring.is_causal(), "what reads both sides has no decoder");
        assert!(positions <= self.card.n_ctx && threads > 0);
        assert!(threads == 1 || threads == rayon::current_num_threads(), "called in a pool of {threads} threads");
        Box::new(ToyDecoder::new(self, paths, positions, threads))
    }

    fn session(&self, positions: usize, threads: usize) -> Box<dyn Session + '_> {
        assert!(self.card.scoring.is_causal(), "what reads both sides has no session");
        assert!(positions <= self.card.n_ctx && threads > 0);
        assert!(threads == 1 || threads == rayon::current_num_threads(), "called in a pool of {threads} threads");
        let bytes = COSTS.bytes_per_thread + positions as u64 * COSTS.bytes_per_position;
        Box::new(ToySession { toy: self, path: Vec::new(), positions, _held: Held::new(&self.memory, bytes) })
    }
}

fn encode_char(c: char) -> u32 {
    match c {
        '\u{1}' => AB,
        '^' => PREFIX,
        c => c.into(),
    }
}

struct ToySession<'a> {
    toy: &'a Toy,
    /// The token at each position.
    path: Vec<u32>,
    positions: usize,
    _held: Held,
}

struct ToyPast {
    path: Vec<u32>,
    _held: Held,
}

impl Session for ToySession<'_> {
    fn advance(&mut self, stretch: &Stretch) -> Result<Vec<TokenScore>, ScoreError> {
        let Stretch { tokens, positions, wanted } = *stretch;
        assert!(!tokens.is_empty() && tokens.len() == positions.len());
        assert!(wanted.is_sorted_by(|a, b| a < b) && wanted.iter().all(|w| (w.row as usize) < tokens.len()));
        let scored_rows = wanted.chunk_by(|a, b| a.row == b.row).count() as u64;
        let bytes = tokens.len() as u64 * COSTS.bytes_per_row + scored_rows * COSTS.bytes_per_scored_row;
        let _held = Held::new(&self.toy.memory, bytes);
        let mut scores = Vec::new();
        for (row, (&token, &position)) in tokens.iter().zip(positions).enumerate() {
            assert!(position as usize <= self.path.len(), "a row without a parent");
            self.path.truncate(position as usize);
            self.path.push(token);
            assert!(self.path.len() <= self.positions, "a path longer than was asked for");
            for want in wanted.iter().filter(|want| want.row as usize == row) {
                scores.push(self.score(scores.len(), *want)?);
            }
        }
        Ok(scores)
    }

    fn logits(&mut self, _: &Stretch, _: &mut Vec<f32>) -> Result<(), ScoreError> {
        unreachable!("nothing is planned that wants all logits of a vocabulary of a million tokens")
    }

    fn keep(&self, len: usize) -> Past {
        let held = Held::new(&self.toy.memory, len as u64 * COSTS.bytes_per_position);
        Past { len, data: Arc::new(ToyPast { path: self.path[..len].to_vec(), _held: held }) }
    }

    fn resume(&mut self, past: &Past, len: usize) -> Result<(), ScoreError> {
        let data = past.data.downcast_ref::<ToyPast>().unwrap();
        assert!(len <= past.len && past.len == data.path.len());
        data.path[..len].clone_into(&mut self.path);
        Ok(())
    }
}

impl ToySession<'_> {
    fn score(&self, wanted: usize, Wanted { token, .. }: Wanted) -> Result<TokenScore, ScoreError> {
        if self.toy.poison == Some(token) {
            let position = self.path.len() - 1;
            return Err(ScoreError::NotFinite { model: "toy".to_owned(), wanted, position });
        }
        let log_prob = self.toy.score_token(&self.path, token);
        Ok(TokenScore { log_prob, is_greedy: token.is_multiple_of(2) })
    }
}

/// Bytes that count until it is dropped.
struct Held {
    memory: Arc<Memory>,
    bytes: u64,
}

impl Held {
    fn new(memory: &Arc<Memory>, bytes: u64) -> Self {
        let now = memory.now.fetch_add(bytes, Ordering::Relaxed) + bytes;
        memory.most.fetch_max(now, Ordering::Relaxed);
        Self { memory: Arc::clone(memory), bytes }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.now.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

//! Passes through the network: new tokens without the vocabulary, and texts scored at every position.

use super::machine::{Machine, weight_bytes};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use yardstick_core::{Costs, LanguageModel, ScoreError, Session, Stretch, TokenScore, Wanted};

/// New tokens of the forward passes.
const LENGTHS: [usize; 5] = [1, 16, 64, 256, 1024];
/// Rows that are fed at a time, as in a run.
const STRETCH: usize = 512;
/// Texts and tokens of each in the scoring of every position.
const TEXTS: usize = 8;
const FED: usize = 128;
/// A measurement is repeated until this long has passed, between [`LEAST`] and [`MOST`] times.
const ENOUGH: Duration = Duration::from_millis(400);
const LEAST: usize = 3;
const MOST: usize = 200;

/// New tokens at the beginning of a path, hidden states only.
pub struct Forward {
    /// New tokens.
    pub tokens: usize,
    /// Threads that share the work.
    pub threads: usize,
    /// The passes.
    pub seconds: Seconds,
    /// Operations.
    pub flop: u64,
    /// Bytes of weights.
    pub weights: u64,
    /// Part of the time that goes into attention; measured for the longest pass alone.
    pub attention: Option<f64>,
}

impl Forward {
    pub fn json(&self, machine: &Machine) -> Value {
        let (least, bound) = machine.least_seconds(self.flop, self.weights, self.threads);
        let (seconds, peak) = (self.seconds.median(), machine.flops.of(self.threads));
        json!({
            "tokens": self.tokens,
            "threads": self.threads,
            "seconds": self.seconds.0,
            "tokens_per_second": self.tokens as f64 / seconds,
            "gflop_per_second": self.flop as f64 / seconds / 1e9,
            "of_peak": self.flop as f64 / seconds / peak,
            "fastest_of_peak": self.flop as f64 / self.seconds.fastest() / peak,
            "bound": bound.name(),
            "of_bound": least / seconds,
            "attention": self.attention,
        })
    }
}

/// Texts of equal length, nothing shared, every position scored.
pub struct Scoring {
    /// Texts.
    pub texts: usize,
    /// Tokens fed of each, which are as many as are scored.
    pub fed: usize,
    /// The passes.
    pub seconds: Seconds,
    /// Operations of a pass.
    pub flop: u64,
    /// Mean log-probability of the scored tokens, nats: tells whether another tool computes the same.
    pub mean_log_prob: f64,
}

impl Scoring {
    pub fn tokens(&self) -> usize {
        self.texts * self.fed
    }

    pub fn json(&self, machine: &Machine) -> Value {
        let seconds = self.seconds.median();
        json!({
            "texts": self.texts,
            "tokens": self.tokens(),
            "seconds": self.seconds.0,
            "tokens_per_second": self.tokens() as f64 / seconds,
            "of_peak": self.flop as f64 / seconds / machine.flops.all,
            "fastest_of_peak": self.flop as f64 / self.seconds.fastest() / machine.flops.all,
            "mean_log_prob": self.mean_log_prob,
        })
    }
}

/// The forward passes with one thread and with `threads`.
pub fn forward(model: &dyn LanguageModel, threads: usize) -> Result<Vec<Forward>, ScoreError> {
    let mut all = Vec::new();
    for threads in [1, threads].into_iter().take(threads.min(2)) {
        for tokens in lengths(model) {
            all.push(forward_pass(model, tokens, threads)?);
        }
        if let Some(last) = all.last_mut() {
            last.attention = attention(model, last)?;
        }
    }
    Ok(all)
}

/// The lengths that fit the context; its own where it is shorter.
fn lengths(model: &dyn LanguageModel) -> Vec<usize> {
    let mut lengths: Vec<usize> = LENGTHS.iter().map(|&tokens| tokens.min(model.card().n_ctx)).collect();
    lengths.dedup();
    lengths
}

fn forward_pass(model: &dyn LanguageModel, tokens: usize, threads: usize) -> Result<Forward, ScoreError> {
    let costs = model.costs();
    let path = Rows::new(model, 0..1, tokens);
    let mut session = model.session(tokens, threads);
    let (seconds, _) = timed(|| path.feed(session.as_mut(), false))?;
    Ok(Forward { tokens, threads, seconds, flop: path.flop(&costs), weights: weight_bytes(&costs), attention: None })
}

/// The part of `whole`'s time that goes into attention: the same rows as eight shorter texts have fewer pairs of rows and
/// positions, and nothing else is less. `None` for rows that eight do not divide.
fn attention(model: &dyn LanguageModel, whole: &Forward) -> Result<Option<f64>, ScoreError> {
    if !whole.tokens.is_multiple_of(TEXTS) {
        return Ok(None);
    }
    let each = whole.tokens / TEXTS;
    let (long, short) = (Rows::new(model, 0..1, whole.tokens), Rows::new(model, 0..TEXTS, each));
    let (cut, _) = timed(|| short.feed(model.session(each, whole.threads).as_mut(), false))?;
    let per_pair = (whole.seconds.fastest() - cut.fastest()) / (long.pairs - short.pairs) as f64;
    Ok(Some((per_pair * long.pairs as f64 / whole.seconds.fastest()).clamp(0.0, 1.0)))
}

/// Every position of eight texts of 128 tokens, or as many as the context holds: the texts are shared out over the
/// threads as the planner would.
pub fn scoring(model: &dyn LanguageModel, threads: usize) -> Result<Scoring, ScoreError> {
    let fed = FED.min(model.card().n_ctx);
    let sessions = threads.min(TEXTS);
    let parts: Vec<Rows> =
        (0..sessions).map(|i| Rows::new(model, i * TEXTS / sessions..(i + 1) * TEXTS / sessions, fed)).collect();
    let pass = || -> Result<Vec<Vec<TokenScore>>, ScoreError> {
        let score = |rows: &Rows| rows.feed(model.session(fed, (threads / sessions).max(1)).as_mut(), true);
        parts.par_iter().map(score).collect()
    };
    let (seconds, scores) = timed(pass)?;
    let scores: Vec<f64> = scores.into_iter().flatten().map(|score| score.log_prob).collect();
    let costs = model.costs();
    let in_vocabulary = (TEXTS * fed) as u64 * costs.flop_per_scored_row;
    Ok(Scoring {
        texts: TEXTS,
        fed,
        seconds,
        flop: in_vocabulary + parts.iter().map(|rows| rows.flop(&costs)).sum::<u64>(),
        mean_log_prob: scores.iter().sum::<f64>() / scores.len() as f64,
    })
}

/// Texts of made-up tokens, one after another.
struct Rows {
    tokens: Vec<u32>,
    positions: Vec<u32>,
    /// The token after each row.
    next: Vec<u32>,
    /// Pairs of a row and a position it sees.
    pairs: u64,
}

impl Rows {
    /// Texts of `fed` tokens and one more that is only scored. Token i of all is 7919·i modulo the vocabulary.
    fn new(model: &dyn LanguageModel, texts: std::ops::Range<usize>, fed: usize) -> Self {
        let vocab = model.card().vocab_size;
        let token = |text: usize, at: usize| ((text * (fed + 1) + at) * 7919 % vocab) as u32;
        let rows = || texts.clone().flat_map(|text| (0..fed).map(move |at| (text, at)));
        Self {
            tokens: rows().map(|(text, at)| token(text, at)).collect(),
            positions: rows().map(|(_, at)| at as u32).collect(),
            next: rows().map(|(text, at)| token(text, at + 1)).collect(),
            pairs: (texts.len() * fed * (fed + 1) / 2) as u64,
        }
    }

    /// Operations without what scored rows add.
    fn flop(&self, costs: &Costs) -> u64 {
        self.tokens.len() as u64 * costs.flop_per_row + self.pairs * costs.flop_per_pair
    }

    /// Feeds all rows in stretches, and scores every one of them if asked to.
    fn feed(&self, session: &mut dyn Session, score: bool) -> Result<Vec<TokenScore>, ScoreError> {
        let mut scores = Vec::new();
        for start in (0..self.tokens.len()).step_by(STRETCH) {
            let rows = start..self.tokens.len().min(start + STRETCH);
            let next = self.next[rows.clone()].iter().zip(0..).map(|(&token, row)| Wanted { row, token });
            let wanted: Vec<Wanted> = if score { next.collect() } else { Vec::new() };
            let stretch =
                Stretch { tokens: &self.tokens[rows.clone()], positions: &self.positions[rows], wanted: &wanted };
            scores.extend(session.advance(&stretch)?);
        }
        Ok(scores)
    }
}

/// Seconds of each pass after one that does not count, and what the last one gave.
fn timed<T>(mut pass: impl FnMut() -> Result<T, ScoreError>) -> Result<(Seconds, T), ScoreError> {
    let mut last = pass()?;
    let (started, mut seconds) = (Instant::now(), Vec::new());
    while seconds.len() < LEAST || (seconds.len() < MOST && started.elapsed() < ENOUGH) {
        let before = Instant::now();
        last = pass()?;
        seconds.push(before.elapsed().as_secs_f64());
    }
    Ok((Seconds(seconds), last))
}

/// What each of several equal passes took.
pub struct Seconds(Vec<f64>);

impl Seconds {
    /// The middle one, or the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        f64::midpoint(at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2))
    }

    /// The one that other work on the machine disturbed least.
    pub fn fastest(&self) -> f64 {
        self.0.iter().copied().fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_fastest() {
        let check = |seconds: &[f64], median: f64, fastest: f64| {
            let seconds = Seconds(seconds.to_vec());
            assert_eq!((seconds.median(), seconds.fastest()), (median, fastest));
        };
        check(&[3.0, 1.0, 2.0], 2.0, 1.0);
        check(&[4.0, 1.0, 2.0, 3.0], 2.5, 1.0);
        check(&[5.0], 5.0, 5.0);
    }

    #[test]
    fn rows_are_texts_one_after_another() {
        let model = yardstick_zoo::load("gpt2-nano", &yardstick_zoo::LoadOptions::default()).unwrap();
        let rows = Rows::new(model.as_ref(), 1..3, 4);
        assert_eq!(rows.positions, [0, 1, 2, 3, 0, 1, 2, 3]);
        assert_eq!(rows.next[..3], rows.tokens[1..4]);
        assert_eq!(rows.pairs, 20);
        let whole = rows.feed(model.session(4, 1).as_mut(), true).unwrap();
        assert_eq!(whole.len(), 8);
    }
}

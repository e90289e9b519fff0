//! How far a stage is, in words.

use crate::run::memory;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use yardstick_report::number::count;

/// From this share on a stage's rate says when it will end.
const FORETOLD_FROM: f64 = 0.05;

/// What a stage counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nothing: it ends when it ends.
    None,
    /// Tokens through a model.
    Tokens,
    /// Tasks read.
    Tasks,
    /// Bytes fetched.
    Bytes,
}

/// A part of the work.
#[derive(Debug)]
pub struct Stage {
    /// What is done, in a few words: `scoring gpt2-micro`.
    pub what: String,
    unit: Unit,
    total: u64,
    /// Tokens that need no work, because texts share their beginnings.
    saved: u64,
    /// What was done before the stage began.
    before: u64,
    done: AtomicU64,
    started: Instant,
}

impl Stage {
    /// Begins now.
    pub fn new(what: &str, unit: Unit, total: u64) -> Self {
        Self {
            what: what.to_owned(),
            unit,
            total,
            saved: 0,
            before: 0,
            done: AtomicU64::new(0),
            started: Instant::now(),
        }
    }

    /// Says how many tokens sharing saves.
    #[must_use]
    pub const fn saving(mut self, tokens: u64) -> Self {
        self.saved = tokens;
        self
    }

    /// Says how much was there already.
    #[must_use]
    pub fn starting_at(mut self, done: u64) -> Self {
        self.before = done;
        self.done = AtomicU64::new(done);
        self
    }

    /// So many more are done.
    pub fn add(&self, more: u64) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    /// How many are done.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// How many there are; `None` where nothing is counted.
    pub fn total(&self) -> Option<u64> {
        (self.unit != Unit::None && self.total > 0).then_some(self.total)
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Units a second so far.
    pub fn rate(&self) -> f64 {
        self.done().saturating_sub(self.before) as f64 / self.elapsed().as_secs_f64().max(1e-3)
    }

    /// Where it stands now, in at most `room` characters if that can be: what matters least goes first.
    pub fn line(&self, room: usize) -> String {
        self.words(&Moment { done: self.done(), elapsed: self.elapsed(), memory: Memory::now() }, room)
    }

    fn words(&self, now: &Moment, room: usize) -> String {
        let mut parts = self.parts(now);
        let length = |parts: &[(u8, String)]| parts.iter().map(|(_, part)| part.chars().count() + 2).sum::<usize>();
        while length(&parts) > room + 2 {
            let Some(least) = parts.iter().map(|(rank, _)| *rank).max().filter(|rank| *rank > 0) else { break };
            parts.retain(|(rank, _)| *rank != least);
        }
        parts.into_iter().map(|(_, part)| part).collect::<Vec<_>>().join(", ")
    }

    /// Each with a rank: those of the highest can be left out first, those of 0 never.
    fn parts(&self, now: &Moment) -> Vec<(u8, String)> {
        let mut parts = Vec::new();
        let new = now.done.saturating_sub(self.before);
        let rate = new as f64 / now.elapsed.as_secs_f64().max(1e-3);
        match self.total() {
            None => parts.push((0, duration(now.elapsed.as_secs_f64()))),
            Some(total) => {
                parts.push((0, format!("{:.0} %", (100.0 * now.done as f64 / total as f64).min(100.0).floor())));
                parts.push((3, format!("{} of {}", self.unit.amount(now.done), self.unit.amount_of(total))));
            }
        }
        if let Some(rate) = self.unit.rate(rate).filter(|_| new > 0) {
            parts.push((2, rate));
        }
        if let Some(left) = self.total().and_then(|total| total.checked_sub(now.done)).filter(|&left| left > 0) {
            // Of what is left to do, a twentieth foretells the rest.
            if new as f64 >= FORETOLD_FROM * (new + left) as f64 && new > 0 {
                parts.push((1, format!("{} left", duration(left as f64 / rate.max(1e-9)))));
            }
        }
        if self.saved > 0 {
            parts.push((5, format!("{} tokens saved by sharing", count(self.saved))));
        }
        if self.unit != Unit::Bytes {
            parts.extend(now.memory.words().map(|words| (4, words)));
        }
        parts
    }
}

impl Unit {
    /// `13,000`, `12 MB`.
    fn amount(self, n: u64) -> String {
        if self == Self::Bytes { megabytes(n) } else { count(n) }
    }

    /// `57,971 tokens`, `240 MB`.
    fn amount_of(self, n: u64) -> String {
        match self {
            Self::Bytes | Self::None => self.amount(n),
            Self::Tokens => format!("{} tokens", count(n)),
            Self::Tasks => format!("{} tasks", count(n)),
        }
    }

    /// Where it says something.
    #[expect(clippy::cast_sign_loss, reason = "a rate is not negative")]
    fn rate(self, rate: f64) -> Option<String> {
        match self {
            Self::Tokens => Some(format!("{} tokens/s", count(rate as u64))),
            Self::Bytes => Some(format!("{:.1} MB/s", rate / 1e6)),
            Self::None | Self::Tasks => None,
        }
    }
}

/// What changes while a stage goes on.
struct Moment {
    done: u64,
    elapsed: Duration,
    memory: Memory,
}

/// Bytes of this process, where the system tells.
struct Memory {
    resident: Option<u64>,
    peak: Option<u64>,
}

impl Memory {
    fn now() -> Self {
        Self { resident: memory::resident(), peak: memory::peak() }
    }

    /// `120 MB (at most 240 MB)`.
    fn words(&self) -> Option<String> {
        let mut words = megabytes(self.resident?);
        if let Some(peak) = self.peak {
            let _ = write!(words, " (at most {})", megabytes(peak));
        }
        Some(words)
    }
}

/// `240 MB`, `1.2 GB`.
pub fn megabytes(bytes: u64) -> String {
    if bytes < 10_000_000_000 { format!("{} MB", bytes / 1_000_000) } else { format!("{:.1} GB", bytes as f64 / 1e9) }
}

/// A time for people.
pub fn duration(seconds: f64) -> String {
    match seconds {
        s if s < 120.0 => format!("{s:.0} s"),
        s if s < 7200.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stage: &Stage, (done, seconds): (u64, u64), room: usize, wanted: &str) {
        let memory = Memory { resident: Some(120_400_000), peak: Some(240_000_000) };
        let now = Moment { done, elapsed: Duration::from_secs(seconds), memory };
        assert_eq!(stage.words(&now, room), wanted);
    }

    #[test]
    fn words_of_a_stage() {
        let stage = Stage::new("scoring m", Unit::Tokens, 57_971).saving(55_629);
        check(&stage, (0, 1), 200, "0 %, 0 of 57,971 tokens, 55,629 tokens saved by sharing, 120 MB (at most 240 MB)");
        check(&stage, (2_000, 2), 60, "3 %, 2,000 of 57,971 tokens, 1,000 tokens/s");
        check(&stage, (29_000, 10), 80, "50 %, 29,000 of 57,971 tokens, 2,900 tokens/s, 10 s left");
        check(&stage, (29_000, 10), 40, "50 %, 2,900 tokens/s, 10 s left");
        check(&stage, (29_000, 10), 3, "50 %");
        check(&stage, (57_971, 20), 80, "100 %, 57,971 of 57,971 tokens, 2,898 tokens/s, 120 MB (at most 240 MB)");
        let stage = Stage::new("loading m", Unit::None, 0);
        check(&stage, (0, 65), 80, "65 s, 120 MB (at most 240 MB)");
        let stage = Stage::new("fetching x", Unit::Bytes, 240_000_000).starting_at(120_000_000);
        check(&stage, (121_000_000, 1), 80, "50 %, 121 MB of 240 MB, 1.0 MB/s");
        check(&stage, (140_000_000, 10), 80, "58 %, 140 MB of 240 MB, 2.0 MB/s, 50 s left");
        check(&Stage::new("fetching x", Unit::Bytes, 0), (5_000_000, 5), 80, "5 s, 1.0 MB/s");
        check(&Stage::new("reading tasks", Unit::Tasks, 4), (1, 8), 30, "25 %, 1 of 4 tasks, 24 s left");
    }

    #[test]
    fn amounts() {
        for (seconds, wanted) in [(0.4, "0 s"), (119.0, "119 s"), (600.0, "10 min"), (9000.0, "2.5 h")] {
            assert_eq!(duration(seconds), wanted);
        }
        assert_eq!((megabytes(9_999_000_000), megabytes(12_340_000_000)), ("9999 MB".into(), "12.3 GB".into()));
    }
}

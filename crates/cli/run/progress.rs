//! What a person sees while a run goes on: a bar a model on a terminal, plain lines elsewhere, nothing when quiet.

use crate::stderr::{say, warn};
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Standard error, as far as it is wanted.
#[derive(Clone, Copy)]
pub struct Screen {
    quiet: bool,
    terminal: bool,
}

impl Screen {
    /// Looks at standard error.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, terminal: std::io::stderr().is_terminal() }
    }

    /// Whether only warnings are wanted.
    pub const fn is_quiet(self) -> bool {
        self.quiet
    }

    /// One line for people.
    pub fn say(self, line: &str) {
        if !self.quiet {
            say(line);
        }
    }

    /// Something that a reader of the numbers must know; printed even when quiet.
    #[expect(clippy::unused_self, reason = "belongs with the other ways to speak")]
    pub fn warn(self, line: &str) {
        warn(line);
    }

    /// A bar over `tokens` for the model `name`.
    pub fn bar(self, name: &str, tokens: usize) -> Bar {
        let bar = if self.terminal && !self.quiet { ProgressBar::new(tokens as u64) } else { ProgressBar::hidden() };
        let template = "{msg:16!} {bar:32} {percent:>3}%  {human_pos}/{human_len} tokens  {rate}  eta {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, out: &mut dyn Write| {
                let _ = write!(out, "{:.0} tokens/s", state.per_sec());
            };
            bar.set_style(style.progress_chars("━╸ ").with_key("rate", rate));
        }
        bar.set_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Bar { inner: bar, name: name.to_owned(), started: Instant::now(), screen: self }
    }
}

/// A bar that goes away when it is done and leaves one line.
pub struct Bar {
    inner: ProgressBar,
    name: String,
    started: Instant,
    screen: Screen,
}

impl Bar {
    /// `tokens` more are done.
    pub fn add(&self, tokens: usize) {
        self.inner.inc(tokens as u64);
    }

    /// Replaces the bar by a line that says how fast it went.
    pub fn finish(self, requests: usize) {
        self.inner.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        let tokens = self.inner.position();
        if tokens == 0 {
            return;
        }
        let rate = tokens as f64 / seconds.max(1e-3);
        let name = &self.name;
        self.screen
            .say(&format!("{name}: {requests} requests, {tokens} tokens in {seconds:.1} s ({rate:.0} tokens/s)"));
    }
}

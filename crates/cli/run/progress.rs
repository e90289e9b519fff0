//! What a person sees while something goes on: a bar a stage on a terminal, plain lines now and then elsewhere, nothing when
//! quiet.

mod bar;
mod stage;

pub use bar::{Bar, above};
pub use stage::{Stage, Unit};

use crate::stderr::{say, warn};
use std::io::IsTerminal;

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

    /// A stage whose end is not known, such as loading a model; seen while the value lives.
    pub fn stage(self, what: &str) -> Bar {
        self.show(Stage::new(what, Unit::None, 0))
    }

    /// A bar over the tokens that `what` reads or writes.
    pub fn tokens(self, what: &str, tokens: usize) -> Bar {
        self.show(Stage::new(what, Unit::Tokens, tokens as u64))
    }

    /// Shows a stage while the value lives.
    pub fn show(self, stage: Stage) -> Bar {
        Bar::new(stage, self)
    }
}

//! Words for people.

use crate::run::above;
use crate::terminal::shown;
use std::fmt::Display;
use std::io::Write;

/// A line to standard error, above a bar that is drawn there. Nobody has to listen: a closed pipe is no error.
pub fn say(line: impl Display) {
    let line = shown(&line.to_string());
    let _ = above(|| writeln!(std::io::stderr(), "{line}"));
}

/// A line about something that a reader of the numbers must know.
pub fn warn(line: impl Display) {
    say(format_args!("warning: {line}"));
}

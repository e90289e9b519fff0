//! Words for people.

use crate::terminal::shown;
use std::fmt::Display;
use std::io::Write;

/// A line to standard error. Nobody has to listen: a closed pipe is no error.
pub fn say(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{}", shown(&line.to_string()));
}

/// A line about something that a reader of the numbers must know.
pub fn warn(line: impl Display) {
    say(format_args!("warning: {line}"));
}

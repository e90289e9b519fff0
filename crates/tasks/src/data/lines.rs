//! Lines of a text file, none longer than a row may be.

use super::file::LARGEST_ROW;
use std::io::{BufRead, Read};

/// Lines with their numbers.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    pub const fn new(reader: R) -> Self {
        Self { reader, buffer: Vec::new(), number: 0 }
    }

    /// What follows the last line.
    pub fn rest(self) -> R {
        self.reader
    }

    /// The next line with its break and its number, counted from 1.
    ///
    /// # Errors
    /// What is wrong with it and where: too long, not UTF-8, or not to be read.
    pub fn next(&mut self) -> Result<Option<(u64, &str)>, String> {
        self.buffer.clear();
        self.number += 1;
        let number = self.number;
        let at = |reason: String| format!("line {number}: {reason}");
        let mut limited = (&mut self.reader).take(LARGEST_ROW + 1);
        let n = limited.read_until(b'\n', &mut self.buffer).map_err(|error| at(error.to_string()))?;
        match std::str::from_utf8(&self.buffer) {
            _ if n as u64 > LARGEST_ROW => Err(at(too_large())),
            _ if n == 0 => Ok(None),
            Ok(text) => Ok(Some((number, text))),
            Err(error) => Err(at(format!("byte {} of it is not UTF-8", error.valid_up_to() + 1))),
        }
    }
}

/// The reason that a row is refused.
pub(super) fn too_large() -> String {
    format!("larger than {} MiB, the most that a row may be", LARGEST_ROW >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], wanted: &[Result<(u64, &str), &str>]) {
        let mut lines = Lines::new(bytes);
        for want in wanted {
            match (lines.next(), want) {
                (Ok(Some(line)), Ok(want)) => assert_eq!(line, *want),
                (Err(error), Err(want)) => assert_eq!(error, *want),
                (found, _) => panic!("{found:?} is not {want:?}"),
            }
        }
        assert_eq!(lines.next(), Ok(None));
    }

    #[test]
    fn lines_have_numbers() {
        check(b"", &[]);
        check(b"a\n\nb", &[Ok((1, "a\n")), Ok((2, "\n")), Ok((3, "b"))]);
        check(b"a\nb\xffc\n", &[Ok((1, "a\n")), Err("line 2: byte 2 of it is not UTF-8")]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let endless = std::io::BufReader::new(std::io::repeat(b'x'));
        let error = Lines::new(endless).next().expect_err("too long");
        assert_eq!(error, "line 1: larger than 256 MiB, the most that a row may be");
    }
}

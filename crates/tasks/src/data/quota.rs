//! A bound on the bytes of one row, for parsers that read as far as they like.

use super::file::LARGEST_ROW;
use super::lines::too_large;
use std::cell::Cell;
use std::io::{Error, ErrorKind, Read, Result};
use std::rc::Rc;

/// What a parser read since the last row ended. It reads ahead by a buffer, so that the bound holds to within that.
#[derive(Clone, Debug, Default)]
pub(super) struct Quota(Rc<Cell<u64>>);

impl Quota {
    /// The reader with the bound on it.
    pub fn over<R: Read>(&self, reader: R) -> Metered<R> {
        Metered { reader, quota: self.clone() }
    }

    /// A row ended.
    pub fn renew(&self) {
        self.0.set(0);
    }
}

/// A reader that stops at a row that is too large.
pub(super) struct Metered<R> {
    reader: R,
    quota: Quota,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let n = self.reader.read(buffer)?;
        let used = self.quota.0.get() + n as u64;
        self.quota.0.set(used);
        if used > LARGEST_ROW { Err(Error::new(ErrorKind::InvalidData, too_large())) } else { Ok(n) }
    }
}

//! One data file, on disk or in the binary.

use super::{json, parquet, separated, text, unpack};
use crate::config::Reading;
use crate::error::TaskError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{BufRead, Read};
use std::ops::Range;
use std::path::PathBuf;
use yardstick_core::Map;

/// The largest row that is read, 256 MiB: more is no document but an accident, and must not take all memory.
pub(super) const LARGEST_ROW: u64 = 256 << 20;

/// A file of a split.
#[derive(Clone, Debug)]
pub(super) struct DataFile {
    /// The name in messages and in the dataset's card: below its store, so that it is the same on every machine.
    pub name: String,
    pub content: Content,
}

/// Where its bytes are.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Disk(PathBuf),
    Embedded(&'static [u8]),
}

/// What reading gives.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The rows that were asked for.
    pub rows: Vec<Map>,
    /// All rows of the file.
    pub available: u64,
}

impl Table {
    /// Counts the next row, and says whether it is one of the wanted.
    pub fn counts(&mut self, wanted: &Range<u64>) -> bool {
        let index = self.available;
        self.available += 1;
        wanted.contains(&index)
    }
}

/// What a file is by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Parquet,
    Json,
    Separated(u8),
    Text,
}

impl Format {
    /// The format that a file's extension names, below that of a compression.
    pub fn of(name: &str) -> Option<Self> {
        let packed = [".gz", ".zst", ".zstd"].iter().find_map(|suffix| name.strip_suffix(suffix));
        match (packed.unwrap_or(name).rsplit_once('.')?.1, packed) {
            ("parquet", None) => Some(Self::Parquet),
            ("json" | "jsonl" | "ndjson", _) => Some(Self::Json),
            ("csv", _) => Some(Self::Separated(b',')),
            ("tsv", _) => Some(Self::Separated(b'\t')),
            ("txt", _) => Some(Self::Text),
            _ => None,
        }
    }
}

impl DataFile {
    /// The wanted rows and the count of all.
    ///
    /// # Errors
    /// A file that cannot be opened, is damaged or has a row of more than [`LARGEST_ROW`] bytes, with what the reader found.
    pub fn read(&self, format: Format, reading: &Reading, wanted: Range<u64>) -> Result<Table, TaskError> {
        match format {
            Format::Parquet => parquet::read(self, wanted),
            Format::Json => json::read(self, reading, wanted),
            Format::Separated(delimiter) => separated::read(self, delimiter, reading, wanted),
            Format::Text => text::read(self, reading, wanted),
        }
    }

    /// A reader over the whole file, as it lies.
    pub fn open(&self) -> Result<Box<dyn Read>, TaskError> {
        match &self.content {
            Content::Disk(path) => Ok(Box::new(File::open(path).map_err(|e| io(path, e))?)),
            Content::Embedded(bytes) => Ok(Box::new(*bytes)),
        }
    }

    /// A reader over the text in the file, unpacked when it is compressed.
    pub fn open_text(&self) -> Result<Box<dyn BufRead>, TaskError> {
        let size = match &self.content {
            Content::Disk(path) => path.metadata().map_err(|e| io(path, e))?.len(),
            Content::Embedded(bytes) => bytes.len() as u64,
        };
        unpack::reader(self.open()?, size).map_err(|error| self.corrupt(&error.to_string()))
    }

    /// sha256 of the whole file, hex.
    pub fn sha256(&self) -> Result<String, TaskError> {
        let mut hasher = Sha256::new();
        let mut reader = self.open()?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = reader.read(&mut buffer).map_err(|error| self.corrupt(&error.to_string()))?;
            if n == 0 {
                return Ok(yardstick_core::hex(&hasher.finalize()));
            }
            hasher.update(&buffer[..n]);
        }
    }

    /// The error that the file is damaged.
    pub fn corrupt(&self, reason: &str) -> TaskError {
        let file = match &self.content {
            Content::Disk(path) => path.display().to_string(),
            Content::Embedded(_) => self.name.clone(),
        };
        TaskError::Corrupt { file, reason: reason.to_owned() }
    }
}

pub(super) fn io(path: &std::path::Path, source: std::io::Error) -> TaskError {
    TaskError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_name_formats() {
        for (name, wanted) in [
            ("0000.parquet", Some(Format::Parquet)),
            ("a.b.jsonl.gz", Some(Format::Json)),
            ("a.json.zst", Some(Format::Json)),
            ("a.ndjson", Some(Format::Json)),
            ("a.csv.gz", Some(Format::Separated(b','))),
            ("a.tsv", Some(Format::Separated(b'\t'))),
            ("a.txt", Some(Format::Text)),
            ("a.parquet.gz", None),
            ("README.md", None),
            ("json", None),
            ("a.jsonl.part", None),
        ] {
            assert_eq!(Format::of(name), wanted, "{name}");
        }
    }
}

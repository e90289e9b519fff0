//! One data file, on disk or in the binary.

use super::{json, parquet, separated};
use crate::error::TaskError;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use yardstick_core::Map;

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
    /// The first rows, as many as were asked for.
    pub rows: Vec<Map>,
    /// All rows of the file.
    pub available: u64,
}

/// What a file is by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Parquet,
    Json,
    Separated(u8),
}

impl Format {
    /// The format that a file's extension names.
    pub fn of(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "parquet" => Some(Self::Parquet),
            "json" | "jsonl" => Some(Self::Json),
            "csv" => Some(Self::Separated(b',')),
            "tsv" => Some(Self::Separated(b'\t')),
            _ => None,
        }
    }
}

impl DataFile {
    /// At most `limit` rows and the count of all.
    ///
    /// # Errors
    /// A file that cannot be opened, or is damaged, with what the reader found.
    pub fn read(&self, format: Format, limit: usize) -> Result<Table, TaskError> {
        match format {
            Format::Parquet => parquet::read(self, limit),
            Format::Json => json::read(self, limit),
            Format::Separated(delimiter) => separated::read(self, delimiter, limit),
        }
    }

    /// A reader over the whole file.
    pub fn open(&self) -> Result<Box<dyn Read>, TaskError> {
        match &self.content {
            Content::Disk(path) => Ok(Box::new(File::open(path).map_err(|e| io(path, e))?)),
            Content::Embedded(bytes) => Ok(Box::new(*bytes)),
        }
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

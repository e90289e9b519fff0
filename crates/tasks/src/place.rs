//! Where in the user's files something stands.

use std::fmt;
use std::sync::Arc;

/// A line of a YAML file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user would type it; bundled files begin with `catalog/`.
    pub file: Arc<str>,
    /// Line, counted from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A row of a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPlace {
    /// The data file.
    pub file: String,
    /// Row in that file, counted from 0.
    pub row: u64,
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}, row {}", self.file, self.row)
    }
}

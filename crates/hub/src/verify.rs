//! Whether a store still holds what its records say.

use crate::error::{HubError, io};
use crate::hash;
use crate::list::files;
use crate::names::written;
use crate::part::PART;
use crate::records::{self, Record};
use std::path::Path;

/// A file that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Below the store, parts joined by `/`.
    pub path: String,
    /// What was found.
    pub state: FileState,
}

/// What a file is against its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileState {
    /// As recorded.
    Same,
    /// Recorded, and not there.
    Missing,
    /// Of another size, or of another sha256.
    Different {
        /// What differs: `4 bytes instead of 5`, or the two checksums.
        how: String,
    },
    /// There, and in no record.
    Unknown,
    /// What a pull that broke off left; the next one goes on with it.
    Unfinished,
}

impl FileState {
    /// Whether the store is not what its records say.
    pub const fn is_wrong(&self) -> bool {
        matches!(self, Self::Missing | Self::Different { .. })
    }
}

/// Reads every file of a store again, in path order. `report` gets each as it is done.
///
/// # Errors
/// A store that is no folder, records or files that cannot be read.
pub fn verify(store: &Path, report: &mut dyn FnMut(&Checked)) -> Result<Vec<Checked>, HubError> {
    std::fs::read_dir(store).map_err(|e| io(store, e))?;
    let mut records = records::read(store)?;
    let mut all = Vec::new();
    for path in files(store)? {
        let name = written(store, &path);
        let state = match records.remove(&name) {
            Some(record) => compare(&path, &record)?,
            None if name.ends_with(PART) => FileState::Unfinished,
            None => FileState::Unknown,
        };
        let checked = Checked { path: name, state };
        report(&checked);
        all.push(checked);
    }
    for path in records.into_keys() {
        let checked = Checked { path, state: FileState::Missing };
        report(&checked);
        all.push(checked);
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(all)
}

fn compare(path: &Path, record: &Record) -> Result<FileState, HubError> {
    let length = path.metadata().map_err(|e| io(path, e))?.len();
    if length != record.bytes {
        return Ok(FileState::Different { how: format!("{length} bytes instead of {}", record.bytes) });
    }
    let (_, sha256) = hash::file(path)?;
    if sha256.eq_ignore_ascii_case(&record.sha256) {
        return Ok(FileState::Same);
    }
    Ok(FileState::Different { how: format!("sha256 {sha256} instead of {}", record.sha256) })
}

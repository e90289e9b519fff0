//! `yardstick.lock`: what a store holds by pulling, and where each file came from.

use crate::error::{HubError, io};
use crate::part::sync_folder;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The lock file's name in its store.
pub const LOCK_FILE: &str = "yardstick.lock";
const FORMAT: u32 = 1;

/// The lock file. Sorted, so that equal stores have equal ones.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Lock {
    format: u32,
    /// By hub id.
    pub datasets: BTreeMap<String, Dataset>,
    /// By path below the store, parts joined by `/`.
    pub files: BTreeMap<String, Entry>,
}

/// What the hub says of a dataset.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Dataset {
    /// As the dataset's card names it; several joined by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Commit of the dataset when it was pulled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

/// A file that was pulled.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub bytes: u64,
    pub sha256: String,
    pub url: String,
    /// Commit that the file was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The server's own mark of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

impl Default for Lock {
    fn default() -> Self {
        Self { format: FORMAT, datasets: BTreeMap::new(), files: BTreeMap::new() }
    }
}

impl Lock {
    /// The store's lock; an empty one where there is none.
    pub fn read(store: &Path) -> Result<Self, HubError> {
        let path = store.join(LOCK_FILE);
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|e| io(&path, e))?,
        };
        let bad = |reason: String| HubError::Record { path: path.clone(), reason };
        let lock: Self = serde_json::from_str(&text)
            .map_err(|e| bad(format!("not a lock file: {e}; restore it, or remove it and pull again")))?;
        if lock.format != FORMAT {
            return Err(bad(format!(
                "format {} is not known here, only {FORMAT}; use the version that wrote it",
                lock.format
            )));
        }
        Ok(lock)
    }

    /// Replaces the store's lock: the old one is there until the new one is whole.
    pub fn write(&self, store: &Path) -> Result<(), HubError> {
        let (path, new) = (store.join(LOCK_FILE), store.join(format!(".{LOCK_FILE}.new")));
        let mut text = serde_json::to_vec_pretty(self).map_err(|e| io(&path, e.into()))?;
        text.push(b'\n');
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&new)?;
            file.write_all(&text)?;
            file.sync_all()
        };
        write().map_err(|e| io(&new, e))?;
        std::fs::rename(&new, &path).map_err(|e| io(&path, e))?;
        sync_folder(store)
    }
}

//! What lies in a store.

use crate::error::{HubError, io};
use crate::lock::LOCK_FILE;
use crate::names::written;
use crate::part::PART;
use crate::records::{self, MANIFEST, Record};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folders within folders that are gone into.
const DEEPEST: usize = 16;
/// What is read as data: the formats that tasks have readers for.
const FORMATS: &[&str] = &[".parquet", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt"];

/// A folder of data files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredSplit {
    /// Hub id.
    pub id: String,
    /// Configuration; empty where the layout has none.
    pub config: String,
    /// Split; empty where the layout has none.
    pub split: String,
    /// Data files.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Rows, when they are written down.
    pub rows: Option<u64>,
    /// Licence, when it is written down.
    pub licence: Option<String>,
}

/// The splits in a store, by id, configuration and split; none when there is no such folder.
///
/// # Errors
/// A folder that cannot be listed, a lock file or manifest that cannot be read.
pub fn ls(store: &Path) -> Result<Vec<StoredSplit>, HubError> {
    let records = records::read(store)?;
    let mut splits: BTreeMap<(String, String, String), StoredSplit> = BTreeMap::new();
    for path in files(store)?.iter().filter(|path| is_data(path)) {
        let bytes = path.metadata().map_err(|e| io(path, e))?.len();
        let path = written(store, path);
        let (id, config, split) = place(&path);
        let entry = splits.entry((id.clone(), config.clone(), split.clone()));
        let first = || StoredSplit { id, config, split, rows: Some(0), ..StoredSplit::default() };
        entry.or_insert_with(first).add(bytes, records.get(&path));
    }
    Ok(splits.into_values().collect())
}

impl StoredSplit {
    fn add(&mut self, bytes: u64, record: Option<&Record>) {
        self.files += 1;
        self.bytes += bytes;
        self.rows = self.rows.zip(record.and_then(|record| record.rows)).map(|(a, b)| a + b);
        self.licence = self.licence.take().or_else(|| record?.licence.clone());
    }
}

/// Id, configuration and split of a path: `<owner>/<name>/<config>/<split>/…` or, for ids of one word,
/// `<name>/<config>/<split>/…`.
fn place(path: &str) -> (String, String, String) {
    let folders: Vec<&str> = path.split('/').collect();
    let text = |parts: &[&str]| parts.join("/");
    match &folders[..folders.len() - 1] {
        [id @ .., config, split] if (1..=2).contains(&id.len()) => {
            (text(id), (*config).to_owned(), (*split).to_owned())
        }
        folders => (text(&folders[..folders.len().min(2)]), String::new(), text(&folders[folders.len().min(2)..])),
    }
}

fn is_data(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let name = [".gz", ".zst", ".zstd"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    FORMATS.iter().any(|format| name.ends_with(format))
}

/// All files below a store in path order, part files too, without the store's own records.
pub(crate) fn files(store: &Path) -> Result<Vec<PathBuf>, HubError> {
    let mut found = Vec::new();
    collect(store, DEEPEST, &mut found)?;
    let own = [LOCK_FILE, MANIFEST].map(|name| store.join(name));
    found.retain(|path| !own.contains(path) && !is_hidden(path));
    found.sort();
    Ok(found)
}

/// Hidden files are nobody's data, except for what a pull left.
fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with('.') && !name.ends_with(PART)
}

fn collect(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), HubError> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|e| io(folder, e))?,
    };
    for entry in entries {
        let path = entry.map_err(|e| io(folder, e))?.path();
        if !path.is_dir() {
            found.push(path);
        } else if depth > 0 && !is_hidden(&path) {
            collect(&path, depth - 1, found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_splits() {
        for (path, wanted) in [
            ("o/d/c/test/0000.parquet", ["o/d", "c", "test"]),
            ("d/c/test/0000.parquet", ["d", "c", "test"]),
            ("o/d/x.jsonl", ["o/d", "", ""]),
            ("urls/example.org/a/b/c/x.csv", ["urls/example.org", "", "a/b/c"]),
            ("x.csv", ["", "", ""]),
        ] {
            assert_eq!(place(path), wanted.map(str::to_owned).into(), "{path}");
        }
    }
}

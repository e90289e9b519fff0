//! What is written down about the files of a store: in its lock file, or in a manifest that came with it.

use crate::error::{HubError, io};
use crate::lock::Lock;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A list of files with checksums, beside them.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub bytes: u64,
    pub sha256: String,
    pub rows: Option<u64>,
    pub licence: Option<String>,
}

/// One file of a manifest: the only one of its split.
#[derive(Deserialize)]
struct Line {
    id: String,
    config: String,
    split: String,
    rows: Option<u64>,
    bytes: u64,
    sha256: String,
    licence: Option<String>,
}

/// All records of a store by path below it, parts joined by `/`. The lock file has the last word.
pub(crate) fn read(store: &Path) -> Result<BTreeMap<String, Record>, HubError> {
    let mut records = manifest(store)?;
    let lock = Lock::read(store)?;
    for (path, entry) in &lock.files {
        let owner = |id: &&String| path.starts_with(id.as_str()) && path.as_bytes().get(id.len()) == Some(&b'/');
        let licence = lock.datasets.iter().find(|(id, _)| owner(id)).and_then(|(_, dataset)| dataset.licence.clone());
        let record = Record { bytes: entry.bytes, sha256: entry.sha256.clone(), rows: None, licence };
        records.insert(path.clone(), record);
    }
    Ok(records)
}

fn manifest(store: &Path) -> Result<BTreeMap<String, Record>, HubError> {
    let path = store.join(MANIFEST);
    let text = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        text => text.map_err(|e| io(&path, e))?,
    };
    let lines: Vec<Line> = serde_json::from_str(&text)
        .map_err(|e| HubError::Record { path, reason: format!("not a list of files with checksums: {e}") })?;
    let record = |line: Line| {
        let path = format!("{}/{}/{}/0000.parquet", line.id, line.config, line.split);
        let licence = line.licence.filter(|licence| !licence.is_empty());
        (path, Record { bytes: line.bytes, sha256: line.sha256, rows: line.rows, licence })
    };
    Ok(lines.into_iter().map(record).collect())
}

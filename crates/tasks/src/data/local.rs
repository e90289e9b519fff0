//! `dataset_path: json | csv | parquet` with `data_files`.

use super::file::{Content, DataFile, Format};
use super::store::expand;
use crate::config::{DataFiles, DatasetSpec};
use crate::error::TaskError;
use std::path::{Path, PathBuf};

/// The files of the split: each path below the current folder or, failing that, below the task file's.
///
/// # Errors
/// A path that is in neither.
pub(super) fn find(spec: &DatasetSpec, files: &DataFiles) -> Result<Vec<(DataFile, Format)>, TaskError> {
    let mut found = Vec::new();
    for written in &files.of(&spec.split)? {
        let candidates = [PathBuf::from(written), files.folder.join(written)];
        let mut paths = Vec::new();
        for candidate in &candidates {
            if paths.is_empty() {
                paths = expand(candidate)?;
            }
        }
        if paths.is_empty() {
            return Err(not_found(spec, written, &candidates));
        }
        found.extend(paths.into_iter().map(|path| data_file(spec, path)));
    }
    Ok(found)
}

fn data_file(spec: &DatasetSpec, path: PathBuf) -> (DataFile, Format) {
    let name = path.display().to_string();
    // The dataset's path names the format; the extension only tells commas from tabs.
    let format = match (spec.path.as_str(), Format::of(&name)) {
        ("parquet", _) => Format::Parquet,
        ("csv", Some(format @ Format::Separated(_))) => format,
        ("csv", _) => Format::Separated(b','),
        _ => Format::Json,
    };
    (DataFile { name, content: Content::Disk(path) }, format)
}

fn not_found(spec: &DatasetSpec, written: &str, candidates: &[PathBuf]) -> TaskError {
    let current = std::env::current_dir().unwrap_or_default();
    let absolute = |path: &PathBuf| if path.is_absolute() { path.clone() } else { Path::join(&current, path) };
    let mut tried: Vec<_> = candidates.iter().map(absolute).collect();
    tried.dedup();
    TaskError::DatasetNotFound { id: written.to_owned(), config: None, split: spec.split.clone(), tried }
}

//! `data_files`, and folders instead of hub ids.

use super::file::{Content, DataFile, Format};
use super::layout::{self, Found};
use super::remote::Remote;
use super::tree::expand;
use super::{Stores, layout::is_name};
use crate::config::{DataFiles, DatasetSpec};
use crate::error::TaskError;
use std::path::{Path, PathBuf};

/// The files of a split: those that the task names, else those of a folder or of a hub id in a store.
///
/// # Errors
/// Files or a dataset that are nowhere; several configurations when none is named.
pub(super) fn find(spec: &DatasetSpec, split: &str, stores: &Stores) -> Result<Found, TaskError> {
    if let Some(files) = &spec.files {
        let found = data_files(spec, files, split, stores)?;
        return Ok(Found { config: spec.name.clone(), files: found });
    }
    if is_path(&spec.path) {
        return in_folder(spec, split)?.ok_or_else(|| not_found(spec, &spec.path, split, &folders(spec)));
    }
    match stores.find(&spec.path, spec.name.as_deref(), split) {
        // As the datasets library has it, an id may be a folder; here one in a store comes first.
        Err(error @ TaskError::DatasetNotFound { .. }) => in_folder(spec, split)?.ok_or(error),
        found => found,
    }
}

/// Whether it is written as a path, so that it cannot be a hub id.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with('.') || Path::new(text).is_absolute() || text.split('/').count() > 2
}

/// The path below the current folder and below the task file's.
fn both(written: &str, folder: &Path) -> [PathBuf; 2] {
    [PathBuf::from(written), folder.join(written)]
}

fn folders(spec: &DatasetSpec) -> Vec<PathBuf> {
    both(&spec.path, &spec.folder).to_vec()
}

fn in_folder(spec: &DatasetSpec, split: &str) -> Result<Option<Found>, TaskError> {
    for folder in folders(spec).iter().filter(|folder| folder.is_dir()) {
        let ambiguous = |configs| TaskError::AmbiguousConfig { id: spec.path.clone(), store: folder.clone(), configs };
        let found = layout::find(folder, &spec.path, spec.name.as_deref(), split, ambiguous)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn data_files(
    spec: &DatasetSpec,
    files: &DataFiles,
    split: &str,
    stores: &Stores,
) -> Result<Vec<(DataFile, Format)>, TaskError> {
    let mut found = Vec::new();
    for written in &files.of(split)? {
        let matching = match place(spec, files, written) {
            Place::Store(path) => {
                let (matching, tried) = stores.at(Path::new(&path))?;
                if matching.is_empty() {
                    found.extend(
                        converted(stores, &path, split)?.ok_or_else(|| not_found(spec, written, split, &tried))?,
                    );
                }
                matching
            }
            Place::Disk(candidates) => on_disk(spec, &candidates, written, split)?,
        };
        for file in matching {
            let format = format(spec, &file)?;
            found.push((file, format));
        }
    }
    Ok(found)
}

/// The hub's conversion of a file that is not in a store itself: `<id>/data/x.jsonl` is often its configuration `x`.
fn converted(stores: &Stores, path: &str, split: &str) -> Result<Option<Vec<(DataFile, Format)>>, TaskError> {
    let mut parts = path.splitn(3, '/');
    let (Some(owner), Some(name), Some(file)) = (parts.next(), parts.next(), parts.next()) else { return Ok(None) };
    let file = file.rsplit('/').next().unwrap_or(file);
    let config = file.split('.').next().filter(|stem| !stem.is_empty() && !stem.contains('*'));
    let Some(config) = config else { return Ok(None) };
    match stores.find(&format!("{owner}/{name}"), Some(config), split) {
        Ok(found) => Ok(Some(found.files)),
        Err(TaskError::DatasetNotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where a file of `data_files` is.
enum Place {
    /// Below a store.
    Store(String),
    /// At the first of these paths that there is.
    Disk(Vec<PathBuf>),
}

fn place(spec: &DatasetSpec, files: &DataFiles, written: &str) -> Place {
    match remote(spec, files, written) {
        Some(remote) => Place::Store(remote.path),
        None if spec.is_files_alone() => Place::Disk(both(written, &files.folder).to_vec()),
        None => Place::Disk(folders(spec).iter().map(|folder| folder.join(written)).collect()),
    }
}

/// The address of a file of `data_files`: its own, or that in the hub's dataset of the task.
pub(super) fn remote(spec: &DatasetSpec, files: &DataFiles, written: &str) -> Option<Remote> {
    let revision = files.revision.as_deref().unwrap_or("main");
    let is_of_hub = !spec.is_files_alone() && !is_path(&spec.path);
    Remote::parse(written).or_else(|| is_of_hub.then(|| Remote::of_hub(&spec.path, revision, written)))
}

fn on_disk(spec: &DatasetSpec, candidates: &[PathBuf], written: &str, split: &str) -> Result<Vec<DataFile>, TaskError> {
    for candidate in candidates {
        let paths = expand(candidate)?;
        if !paths.is_empty() {
            let file = |path: PathBuf| DataFile { name: path.display().to_string(), content: Content::Disk(path) };
            return Ok(paths.into_iter().map(file).collect());
        }
    }
    Err(not_found(spec, written, split, candidates))
}

/// The format that the dataset's path names; the extension then only tells commas from tabs. Otherwise the extension's.
fn format(spec: &DatasetSpec, file: &DataFile) -> Result<Format, TaskError> {
    match (spec.path.as_str(), Format::of(&file.name)) {
        ("parquet", _) => Ok(Format::Parquet),
        ("csv", Some(format @ Format::Separated(_))) => Ok(format),
        ("csv", _) => Ok(Format::Separated(b',')),
        ("text", _) => Ok(Format::Text),
        ("json", _) => Ok(Format::Json),
        (_, Some(format)) => Ok(format),
        (_, None) => Err(file.corrupt("its name ends in none of .parquet, .json, .jsonl, .csv, .tsv and .txt")),
    }
}

fn not_found(spec: &DatasetSpec, written: &str, split: &str, tried: &[PathBuf]) -> TaskError {
    let current = std::env::current_dir().unwrap_or_default();
    let mut tried: Vec<_> = tried.iter().map(|path| current.join(path)).collect();
    tried.dedup();
    let config = spec.name.clone().filter(|_| is_name(written));
    TaskError::DatasetNotFound { id: written.to_owned(), config, split: split.to_owned(), tried, there: Vec::new() }
}

//! Stores: folders that hold datasets by hub id.

use super::file::{Content, DataFile, Format, io};
use super::glob::pattern;
use crate::error::TaskError;
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};

static DATASETS: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../datasets");
/// The owner of the datasets in the binary.
const BUNDLED: &str = "yardstick/";

/// Where datasets are looked for: folders in order, then the binary.
///
/// A store has the layout of the hub's parquet conversion, `<hub id>/<config>/<split>/*.parquet`; `.jsonl`, `.json`, `.csv`
/// and `.tsv` do too. The datasets in the binary are `datasets/<name>/data/<split>.jsonl` under the id `yardstick/<name>`.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    folders: Vec<PathBuf>,
}

/// A split that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub config: Option<String>,
    pub files: Vec<(DataFile, Format)>,
}

impl Stores {
    /// Stores in the order in which they are asked.
    pub const fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// The files of a split, in name order, from the first store that has it.
    ///
    /// # Errors
    /// A store that cannot be listed, one with several configurations when none is named, or no store that has the split.
    pub(super) fn find(&self, id: &str, config: Option<&str>, split: &str) -> Result<Found, TaskError> {
        let mut tried = Vec::new();
        for store in &self.folders {
            let Some(config) = choose_config(store, id, config)? else {
                tried.push(store.join(id));
                continue;
            };
            let folder = store.join(id).join(&config).join(split);
            let prefix = format!("{id}/{config}/{split}");
            let files = data_files(&folder, |_| true, &prefix)?;
            if !files.is_empty() {
                return Ok(Found { config: Some(config), files });
            }
            tried.push(folder);
        }
        embedded(id, split).ok_or_else(|| TaskError::DatasetNotFound {
            id: id.to_owned(),
            config: config.map(str::to_owned),
            split: split.to_owned(),
            tried,
        })
    }
}

/// The configuration to read: the one that is named, else `default`, else the only one. `None`: the store lacks it.
fn choose_config(store: &Path, id: &str, config: Option<&str>) -> Result<Option<String>, TaskError> {
    let configs = folders(&store.join(id))?;
    let wanted = config.unwrap_or("default");
    match configs.as_slice() {
        _ if configs.iter().any(|name| name == wanted) => Ok(Some(wanted.to_owned())),
        [only] if config.is_none() => Ok(Some(only.clone())),
        [_, _, ..] if config.is_none() => {
            Err(TaskError::AmbiguousConfig { id: id.to_owned(), store: store.to_owned(), configs })
        }
        _ => Ok(None),
    }
}

/// Names of the folders in a folder, sorted; none when there is no such folder.
fn folders(folder: &Path) -> Result<Vec<String>, TaskError> {
    let mut names = Vec::new();
    for entry in listing(folder)? {
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The data files of a folder whose names pass, sorted by name; none when there is no such folder.
pub(super) fn data_files(
    folder: &Path,
    passes: impl Fn(&str) -> bool,
    prefix: &str,
) -> Result<Vec<(DataFile, Format)>, TaskError> {
    let mut files = Vec::new();
    for entry in listing(folder)? {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if let Some(format) = Format::of(&file_name).filter(|_| passes(&file_name)) {
            let name = format!("{prefix}/{file_name}");
            files.push((DataFile { name, content: Content::Disk(entry.path()) }, format));
        }
    }
    files.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    Ok(files)
}

fn listing(folder: &Path) -> Result<Vec<std::fs::DirEntry>, TaskError> {
    match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<_, _>>().map_err(|error| io(folder, error)),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(error) => Err(io(folder, error)),
    }
}

fn embedded(id: &str, split: &str) -> Option<Found> {
    let name = id.strip_prefix(BUNDLED)?;
    let path = format!("{name}/data/{split}.jsonl");
    let bytes = DATASETS.get_file(&path)?.contents();
    let file = DataFile { name: format!("datasets/{path}"), content: Content::Embedded(bytes) };
    Some(Found { config: None, files: vec![(file, Format::Json)] })
}

/// The files of one path of `data_files`, which may have wildcards in its last part.
pub(super) fn expand(path: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let Some(regex) = pattern(&name) else {
        return Ok(if path.is_file() { vec![path.to_owned()] } else { Vec::new() });
    };
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let matching = listing(folder)?.into_iter().filter(|entry| regex.is_match(&entry.file_name().to_string_lossy()));
    let mut paths: Vec<_> = matching.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    paths.sort();
    Ok(paths)
}

//! Stores: folders that hold datasets by hub id.

use super::file::{Content, DataFile, Format};
use super::layout::{self, Found};
use super::tree::expand;
use crate::error::TaskError;
use include_dir::{Dir, include_dir};
use std::path::{Component, Path, PathBuf};

static DATASETS: Dir = include_dir!("$CARGO_MANIFEST_DIR/../../datasets");
/// The owner of the datasets in the binary.
const BUNDLED: &str = "yardstick/";

/// Where datasets are looked for: folders in order, then the binary.
///
/// A store has the layout of the hub's parquet conversion, `<hub id>/<config>/<split>/*.parquet`; other formats do too, and
/// so do a clone of a dataset's repository and folders with files named after splits. The datasets in the binary are
/// `datasets/<name>/data/<split>.jsonl` under the id `yardstick/<name>`.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    folders: Vec<PathBuf>,
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
        for store in self.folders.iter().filter(|_| is_below(Path::new(id))) {
            let folder = store.join(id);
            let ambiguous = |configs| TaskError::AmbiguousConfig { id: id.to_owned(), store: store.clone(), configs };
            if let Some(found) = layout::find(&folder, id, config, split, ambiguous)? {
                return Ok(found);
            }
            tried.push(expected(&folder, config, split));
        }
        embedded(id, split).ok_or_else(|| TaskError::DatasetNotFound {
            id: id.to_owned(),
            config: config.map(str::to_owned),
            split: split.to_owned(),
            there: tried.iter().flat_map(|path| names_in(path, split)).collect(),
            tried,
        })
    }

    /// The files at a path below a store, which may have wildcards, from the first store that has them; none, and where they
    /// were looked for.
    pub(super) fn at(&self, path: &Path) -> Result<(Vec<DataFile>, Vec<PathBuf>), TaskError> {
        let mut tried = Vec::new();
        for store in self.folders.iter().filter(|_| is_below(path)) {
            let files: Vec<_> = expand(&store.join(path))?.into_iter().map(|path| named_below(store, path)).collect();
            if !files.is_empty() {
                return Ok((files, tried));
            }
            tried.push(store.join(path));
        }
        Ok((Vec::new(), tried))
    }
}

fn named_below(store: &Path, path: PathBuf) -> DataFile {
    let name = path.strip_prefix(store).unwrap_or(&path).display().to_string();
    DataFile { name, content: Content::Disk(path) }
}

/// The folder to name in a message: as deep as there is something.
fn expected(folder: &Path, config: Option<&str>, split: &str) -> PathBuf {
    let config = folder.join(config.unwrap_or("default"));
    if config.is_dir() { config.join(split) } else { folder.to_owned() }
}

/// What stands in the folder to name in a message; nothing where it is not there.
fn names_in(expected: &Path, split: &str) -> Vec<String> {
    let is_split = expected.ends_with(split) && !expected.is_dir();
    let folder = if is_split { expected.parent().unwrap_or(expected) } else { expected };
    let entries = folder.read_dir().into_iter().flatten().flatten().filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().display().to_string()).collect();
    names.retain(|name| !name.starts_with('.'));
    names.sort_unstable();
    names
}

/// Whether a path cannot lead out of the store.
fn is_below(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// Whether a dataset is in the binary.
pub(super) fn is_bundled(id: &str) -> bool {
    id.starts_with(BUNDLED)
}

fn embedded(id: &str, split: &str) -> Option<Found> {
    let name = id.strip_prefix(BUNDLED)?;
    let path = format!("{name}/data/{split}.jsonl");
    let bytes = DATASETS.get_file(&path)?.contents();
    let file = DataFile { name: format!("datasets/{path}"), content: Content::Embedded(bytes) };
    Some(Found { config: None, files: vec![(file, Format::Json)] })
}

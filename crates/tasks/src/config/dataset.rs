//! Where a task's rows are.

use super::reading::Reading;
use super::split::split_parts;
use super::task::{missing, required};
use crate::error::TaskError;
use crate::yaml::{Kind, Node};
use std::path::PathBuf;

/// What the datasets library calls a split that nobody named.
const UNNAMED: &str = "train";

/// Builders of the library that read files instead of a dataset of the hub.
const FORMATS: &[&str] = &["csv", "json", "parquet", "text"];
/// The branch of the hub that its parquet conversion stands on.
const CONVERSION: &str = "refs/convert/parquet";

/// A split of a dataset.
#[derive(Clone, Debug)]
pub(crate) struct DatasetSpec {
    /// Hub id, a folder, or `json`, `csv`, `parquet`, `text` for files alone.
    pub path: String,
    pub name: Option<String>,
    /// A split's name or an expression over names.
    pub split: String,
    /// `data_files`: the files of all splits.
    pub files: Option<DataFiles>,
    /// The folder of the file that names `path`, against which a folder is tried.
    pub folder: PathBuf,
    /// How the files are read.
    pub reading: Reading,
}

/// The data files that a task names.
#[derive(Clone, Debug)]
pub(crate) struct DataFiles {
    /// A mapping from splits to paths, or the paths of split `train`.
    node: Node,
    /// The folder of the file that names them, which paths that do not exist are tried against.
    pub folder: PathBuf,
    /// The branch, tag or commit of a hub dataset that they are taken from.
    pub revision: Option<String>,
}

impl DatasetSpec {
    /// The split that is scored.
    pub fn read(root: &Node) -> Result<Self, TaskError> {
        let path = required(root, "dataset_path", "rows come from somewhere")?;
        let folder = folder_of(path);
        let path = path.str("dataset_path")?.to_owned();
        let name = root.get("dataset_name").map(|node| {
            node.text().ok_or_else(|| node.wrong("dataset_name", "a string; put quotes around words that YAML changes"))
        });
        let (key, node) = scored(root)?;
        let split = node.str(key)?.to_owned();
        let Some(parts) = split_parts(&split) else {
            return Err(node.wrong(key, "a split, such as `test`, `test[:100]`, `test[10%:20%]` or `train+test`"));
        };
        let (reading, files) = kwargs(root)?;
        let spec = Self { path, name: name.transpose()?, split, files, folder, reading };
        if spec.is_files_alone() && spec.files.is_none() {
            return Err(missing(root, "dataset_kwargs", "local files are named by its `data_files`"));
        }
        if let Some(files) = &spec.files {
            parts.iter().try_for_each(|part| files.of(&part.name).map(|_| ()))?;
        }
        Ok(spec)
    }

    /// Another split of the same dataset.
    pub fn with_split(&self, split: &str) -> Self {
        Self { split: split.to_owned(), ..self.clone() }
    }

    /// Whether `path` only says how the files are read.
    pub fn is_files_alone(&self) -> bool {
        FORMATS.contains(&self.path.as_str())
    }
}

/// The split that is scored, with its key.
fn scored(root: &Node) -> Result<(&'static str, &Node), TaskError> {
    let key = |key| root.get(key).map(|node| (key, node));
    let named = key("test_split").or_else(|| key("validation_split"));
    named.ok_or_else(|| missing(root, "test_split", "or `validation_split`: one of them is scored"))
}

impl DataFiles {
    /// The paths of a split, as written.
    ///
    /// # Errors
    /// A split that the file does not name.
    pub fn of(&self, split: &str) -> Result<Vec<String>, TaskError> {
        let node = &self.node;
        match &node.kind {
            Kind::Map(entries) => {
                let names = || entries.iter().map(|e| e.key.as_str()).collect::<Vec<_>>().join(", ");
                let paths = node.get(split).ok_or_else(|| TaskError::BadKey {
                    place: node.place.clone(),
                    key: "data_files".to_owned(),
                    expected: format!("a mapping with split {split}"),
                    found: format!("one with {}", names()),
                });
                paths?.strings("data_files")
            }
            _ if split == UNNAMED => node.strings("data_files"),
            _ => {
                let expected = format!("a mapping with split {split} (a bare path is split {UNNAMED})");
                Err(node.wrong("data_files", &expected))
            }
        }
    }
}

fn folder_of(node: &Node) -> PathBuf {
    PathBuf::from(&*node.place.file).parent().map(PathBuf::from).unwrap_or_default()
}

/// `dataset_kwargs`, which are arguments of the library's `load_dataset`.
fn kwargs(root: &Node) -> Result<(Reading, Option<DataFiles>), TaskError> {
    let mut reading = Reading::default();
    let Some(kwargs) = root.get("dataset_kwargs") else { return Ok((reading, None)) };
    let revision = kwargs.get("revision").map(|node| node.text().ok_or_else(|| node.wrong("revision", "a string")));
    let revision = revision.transpose()?;
    let files = kwargs.get("data_files").map(|node| DataFiles {
        node: node.clone(),
        folder: folder_of(node),
        revision: revision.clone(),
    });
    for entry in kwargs.entries("dataset_kwargs")? {
        let is_known = match entry.key.as_str() {
            "data_files" => true,
            "revision" => files.is_some() || revision.as_deref().is_none_or(|name| name == CONVERSION),
            _ => reading.take(entry)?,
        };
        if !is_known {
            let reason = match entry.key.as_str() {
                "revision" => {
                    "stores hold the hub's latest parquet conversion; name a revision's files by `data_files`"
                }
                _ => "it is no argument for reading data files, and a dataset's own loading script is not run",
            };
            let (place, key) = (entry.place.clone(), entry.key.clone());
            return Err(TaskError::Unsupported { place, key, reason: reason.to_owned() });
        }
    }
    Ok((reading, files))
}

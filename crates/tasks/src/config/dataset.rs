//! Where a task's rows are.

use super::task::{missing, required};
use crate::error::TaskError;
use crate::yaml::{Kind, Node};
use std::path::PathBuf;

/// What the datasets library calls a split that nobody named.
const UNNAMED: &str = "train";

/// A split of a dataset.
#[derive(Clone, Debug)]
pub(crate) struct DatasetSpec {
    /// Hub id, or `json`, `csv`, `parquet` for local files.
    pub path: String,
    pub name: Option<String>,
    pub split: String,
    /// The files of all splits for local files.
    pub files: Option<DataFiles>,
}

/// Local data files.
#[derive(Clone, Debug)]
pub(crate) struct DataFiles {
    /// `data_files`: a mapping from splits to paths, or the paths of split `train`.
    node: Node,
    /// The folder of the task file, which paths that do not exist are tried against.
    pub folder: PathBuf,
}

impl DatasetSpec {
    /// The split that is scored.
    pub fn read(root: &Node) -> Result<Self, TaskError> {
        let path = required(root, "dataset_path", "rows come from somewhere")?.str("dataset_path")?.to_owned();
        let name = root.get("dataset_name").map(|node| node.str("dataset_name").map(str::to_owned)).transpose()?;
        let split = match (root.get("test_split"), root.get("validation_split")) {
            (Some(node), _) => node.str("test_split")?,
            (None, Some(node)) => node.str("validation_split")?,
            (None, None) => return Err(missing(root, "test_split", "or `validation_split`: one of them is scored")),
        };
        let is_local = matches!(path.as_str(), "json" | "csv" | "parquet");
        let files = data_files(root)?;
        if is_local && files.is_none() {
            return Err(missing(root, "dataset_kwargs", "local files are named by its `data_files`"));
        }
        if let Some(files) = &files {
            files.of(split)?;
        }
        Ok(Self { path, name, split: split.to_owned(), files })
    }

    /// Another split of the same dataset.
    pub fn with_split(&self, split: &str) -> Self {
        Self { split: split.to_owned(), ..self.clone() }
    }
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

fn data_files(root: &Node) -> Result<Option<DataFiles>, TaskError> {
    let Some(kwargs) = root.get("dataset_kwargs") else { return Ok(None) };
    for entry in kwargs.entries("dataset_kwargs")? {
        if !matches!(entry.key.as_str(), "data_files" | "trust_remote_code") {
            let reason = "only `data_files` is".to_owned();
            return Err(TaskError::Unsupported { place: entry.place.clone(), key: entry.key.clone(), reason });
        }
    }
    let Some(node) = kwargs.get("data_files") else { return Ok(None) };
    let folder = PathBuf::from(&*node.place.file).parent().map(PathBuf::from).unwrap_or_default();
    Ok(Some(DataFiles { node: node.clone(), folder }))
}

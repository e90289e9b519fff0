//! What a task reads, for those who fetch it.

use super::local;
use super::remote::Remote;
use crate::config::{DataFiles, DatasetSpec, FewShotConfig, PoolSpec, split_parts};
use crate::error::TaskError;
use crate::task::Task;
use std::collections::BTreeSet;

/// Something that a store must have before a task can be loaded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataNeed {
    /// A split of a dataset of the hub, as `<id>/<config>/<split>`.
    Split {
        /// Hub id.
        id: String,
        /// Configuration, when the task names one.
        config: Option<String>,
        /// Split.
        split: String,
    },
    /// A file at an address.
    File {
        /// `https://…`.
        url: String,
        /// The path below the store.
        path: String,
    },
}

impl DataNeed {
    /// The file at an address, or `None` for what is none.
    pub fn of_address(written: &str) -> Option<Self> {
        Remote::parse(written).map(Self::from)
    }
}

impl From<Remote> for DataNeed {
    fn from(Remote { url, path }: Remote) -> Self {
        Self::File { url, path }
    }
}

impl Task {
    /// What the task reads that is neither in the binary nor a path on this machine, in order, each once: the split that is
    /// scored and, where the task has examples, the splits that they may come from.
    ///
    /// # Errors
    /// Keys about few-shot examples that are wrong.
    pub fn data_needs(&self) -> Result<Vec<DataNeed>, TaskError> {
        let spec = &self.config.dataset;
        let mut needs = BTreeSet::new();
        for split in self.splits()? {
            for part in split_parts(&split).unwrap_or_default() {
                needs.extend(of_split(spec, &part.name));
            }
        }
        Ok(needs.into_iter().collect())
    }

    fn splits(&self) -> Result<Vec<String>, TaskError> {
        let mut splits = vec![self.config.dataset.split.clone()];
        match FewShotConfig::read(&self.config)?.pool {
            PoolSpec::Split(split, _) => splits.push(split),
            PoolSpec::FirstOf(first) => splits.extend(first.into_iter().next()),
            PoolSpec::Samples(..) => {}
        }
        Ok(splits)
    }
}

fn of_split(spec: &DatasetSpec, split: &str) -> Vec<DataNeed> {
    match &spec.files {
        Some(files) => of_files(spec, files, split),
        None if local::is_path(&spec.path) || super::store::is_bundled(&spec.path) => Vec::new(),
        None => vec![DataNeed::Split { id: spec.path.clone(), config: spec.name.clone(), split: split.to_owned() }],
    }
}

/// A split that the files do not name is one that the task does without.
fn of_files(spec: &DatasetSpec, files: &DataFiles, split: &str) -> Vec<DataNeed> {
    let written = files.of(split).unwrap_or_default();
    written.iter().filter_map(|written| local::remote(spec, files, written)).map(DataNeed::from).collect()
}

//! The rows of a split with where each came from.

use super::file::{DataFile, Format, Table};
use super::{Stores, local};
use crate::config::DatasetSpec;
use crate::error::TaskError;
use crate::row::Row;
use yardstick_core::{DatasetCard, Doc};

/// A split, or the beginning of one.
#[derive(Debug)]
pub(crate) struct Split {
    pub card: DatasetCard,
    pub docs: Vec<Doc>,
    /// Rows of the whole split.
    pub available: u64,
    /// Names of the files that were read, with the index of their first row.
    starts: Vec<(u64, String)>,
}

impl Split {
    /// The document as hooks and fields see it.
    pub fn row<'a>(&'a self, doc: &'a Doc) -> Row<'a> {
        let index = self.starts.partition_point(|(start, _)| *start <= doc.id);
        let (start, file) = self.starts.get(index.wrapping_sub(1)).map_or((0, ""), |(start, file)| (*start, file));
        Row { fields: &doc.fields, file, row: doc.id - start }
    }
}

/// The first `limit` rows of a task's split, from all its files in name order. Only files with those rows are read and
/// hashed; of the others only the rows are counted.
///
/// # Errors
/// A dataset that is not found, without rows, or damaged.
pub(crate) fn read(spec: &DatasetSpec, stores: &Stores, limit: Option<usize>) -> Result<Split, TaskError> {
    let (config, files) = if let Some(files) = &spec.files {
        (spec.name.clone(), local::find(spec, files)?)
    } else {
        let found = stores.find(&spec.path, spec.name.as_deref(), &spec.split)?;
        (found.config, found.files)
    };
    let mut split = Split {
        card: DatasetCard { path: spec.path.clone(), name: config, split: spec.split.clone(), files: Vec::new() },
        docs: Vec::new(),
        available: 0,
        starts: Vec::new(),
    };
    for (file, format) in &files {
        split.append(file, *format, limit.unwrap_or(usize::MAX))?;
    }
    if split.available == 0 {
        let file = files.first().map(|(file, _)| file.name.clone()).unwrap_or_default();
        return Err(TaskError::EmptyDataset { id: spec.path.clone(), split: spec.split.clone(), file });
    }
    Ok(split)
}

impl Split {
    fn append(&mut self, file: &DataFile, format: Format, limit: usize) -> Result<(), TaskError> {
        let Table { rows, available } = file.read(format, limit - self.docs.len())?;
        let start = self.available;
        if !rows.is_empty() {
            self.starts.push((start, file.name.clone()));
            self.card.files.push((file.name.clone(), file.sha256()?));
        }
        self.docs.extend(rows.into_iter().zip(start..).map(|(fields, id)| Doc { id, fields }));
        self.available += available;
        Ok(())
    }
}

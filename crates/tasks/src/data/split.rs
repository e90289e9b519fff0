//! The rows of a split with where each came from.

use super::file::{DataFile, Format, Table};
use super::{Stores, local};
use crate::config::DatasetSpec;
use crate::error::TaskError;
use crate::hooks::{Columns, Derived, Hook, HookKind};
use crate::row::Row;
use rayon::prelude::*;
use yardstick_core::{DatasetCard, Doc, Map};

/// What the rows of a task file are called where a split has its name.
const SAMPLES: &str = "samples";

/// A split, or the beginning of one.
#[derive(Debug)]
pub(crate) struct Split {
    pub card: DatasetCard,
    pub docs: Vec<Doc>,
    /// Rows of the whole split; documents of it, once a hook has made them of its rows.
    pub available: u64,
    /// Names of the files that were read, with the index of their first row.
    starts: Vec<(u64, String)>,
    /// For documents that a hook made, the index of the row that each was made of; empty where row and document are one.
    origins: Vec<u64>,
}

impl Split {
    /// Rows that stand in a task file.
    pub fn of_rows(rows: Vec<Map>, file: String) -> Self {
        let card = DatasetCard { path: file.clone(), split: SAMPLES.to_owned(), ..DatasetCard::default() };
        let available = rows.len() as u64;
        let docs = rows.into_iter().zip(0..).map(|(fields, id)| Doc { id, fields }).collect();
        Self { card, docs, available, starts: vec![(0, file)], origins: Vec::new() }
    }

    /// `process_docs`: the hook's columns are added to each row, or all documents are made anew. Of several rows with an
    /// error the first is reported.
    ///
    /// # Errors
    /// A row that the hook cannot read; no document left.
    pub fn process(&mut self, hook: Option<&Hook>) -> Result<(), TaskError> {
        let Some(Hook { kind, name }) = hook else { return Ok(()) };
        if let HookKind::Row(function) = *kind {
            return self.add_columns(function);
        }
        let rows: Vec<_> = self.docs.iter().map(|doc| self.row(doc)).collect();
        kind.documents(&rows).map_or(Ok(()), |derived| self.replace(derived?, name))
    }

    fn add_columns(&mut self, function: fn(Row) -> Result<Columns, TaskError>) -> Result<(), TaskError> {
        let columns: Vec<_> = self.docs.par_iter().map(|doc| function(self.row(doc))).collect();
        for (doc, columns) in self.docs.iter_mut().zip(columns) {
            for (name, value) in columns? {
                doc.fields.insert(name, value);
            }
        }
        Ok(())
    }

    /// The documents are numbered anew, as lm-eval does; where each came from stays known.
    fn replace(&mut self, derived: Vec<Derived>, name: &'static str) -> Result<(), TaskError> {
        if derived.is_empty() {
            let (id, split) = (self.card.path.clone(), self.card.split.clone());
            return Err(TaskError::NothingLeft { id, split, rows: self.available, function: name });
        }
        self.origins = derived.iter().map(|doc| self.docs[doc.origin].id).collect();
        self.available = derived.len() as u64;
        self.docs = derived.into_iter().zip(0..).map(|(doc, id)| Doc { id, fields: doc.fields }).collect();
        Ok(())
    }

    /// The document as hooks and fields see it.
    pub fn row<'a>(&'a self, doc: &'a Doc) -> Row<'a> {
        let origin = usize::try_from(doc.id).ok().and_then(|id| self.origins.get(id)).copied().unwrap_or(doc.id);
        let index = self.starts.partition_point(|(start, _)| *start <= origin);
        let (start, file) = self.starts.get(index.wrapping_sub(1)).map_or((0, ""), |(start, file)| (*start, file));
        Row { fields: &doc.fields, file, row: origin - start }
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
        origins: Vec::new(),
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

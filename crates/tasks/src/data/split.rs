//! The rows of a split with where each came from.

use crate::error::TaskError;
use crate::hooks::{Derived, Hook};
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
    /// Where documents begin to come from another file.
    pub(super) starts: Vec<Start>,
    /// For documents that a hook made, the index of the row that each was made of; empty where row and document are one.
    pub(super) origins: Vec<u64>,
}

/// From which row of the split on rows come from a file.
#[derive(Debug)]
pub(super) struct Start {
    /// Index in the split.
    pub doc: u64,
    pub file: String,
    /// The row in the file.
    pub row: u64,
}

impl Split {
    /// Rows that stand in a task file.
    pub fn of_rows(rows: Vec<Map>, file: String) -> Self {
        let card = DatasetCard { path: file.clone(), split: SAMPLES.to_owned(), ..DatasetCard::default() };
        let available = rows.len() as u64;
        let docs = rows.into_iter().zip(0..).map(|(fields, id)| Doc { id, fields }).collect();
        Self { card, docs, available, starts: vec![Start { doc: 0, file, row: 0 }], origins: Vec::new() }
    }

    /// `process_docs`: the hook's columns are added to each row, or all documents are made anew. Of several rows with an
    /// error the first is reported.
    ///
    /// # Errors
    /// A row that the hook cannot read; no document left.
    pub fn process(&mut self, hook: Option<&Hook>) -> Result<(), TaskError> {
        let Some(Hook { kind, name }) = hook else { return Ok(()) };
        if kind.needs_whole_split() {
            let rows: Vec<_> = self.docs.iter().map(|doc| self.row(doc)).collect();
            return kind.documents(&rows).map_or(Ok(()), |derived| self.replace(derived?, name));
        }
        let columns: Vec<_> = self.docs.par_iter().map(|doc| kind.columns(self.row(doc))).collect();
        for (doc, columns) in self.docs.iter_mut().zip(columns) {
            for (name, value) in columns.transpose()?.into_iter().flatten() {
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
        let index = self.starts.partition_point(|start| start.doc <= origin);
        let start = self.starts.get(index.wrapping_sub(1));
        let (file, row) = start.map_or(("", origin), |start| (start.file.as_str(), start.row + origin - start.doc));
        Row { fields: &doc.fields, file, row }
    }
}

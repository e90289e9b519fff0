//! The rows of a split with where each came from.

use crate::error::TaskError;
use crate::hooks::{Hook, HookKind};
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
    /// Rows of the whole split.
    pub available: u64,
    /// Where documents begin to come from another file.
    pub(super) starts: Vec<Start>,
}

/// From which document on rows come from a file.
#[derive(Debug)]
pub(super) struct Start {
    pub doc: u64,
    pub file: String,
    /// The row in the file that the document is.
    pub row: u64,
}

impl Split {
    /// Rows that stand in a task file.
    pub fn of_rows(rows: Vec<Map>, file: String) -> Self {
        let card = DatasetCard { path: file.clone(), split: SAMPLES.to_owned(), ..DatasetCard::default() };
        let available = rows.len() as u64;
        let docs = rows.into_iter().zip(0..).map(|(fields, id)| Doc { id, fields }).collect();
        Self { card, docs, available, starts: vec![Start { doc: 0, file, row: 0 }] }
    }

    /// `process_docs`: the hook's columns are added to each row. Of several rows with an error the first is reported.
    ///
    /// # Errors
    /// A row that the hook cannot read.
    pub fn process(&mut self, hook: Option<&Hook>) -> Result<(), TaskError> {
        let Some(HookKind::Row(function)) = hook.map(|hook| hook.kind) else { return Ok(()) };
        let columns: Vec<_> = self.docs.par_iter().map(|doc| function(self.row(doc))).collect();
        for (doc, columns) in self.docs.iter_mut().zip(columns) {
            for (name, value) in columns? {
                doc.fields.insert(name, value);
            }
        }
        Ok(())
    }

    /// The document as hooks and fields see it.
    pub fn row<'a>(&'a self, doc: &'a Doc) -> Row<'a> {
        let index = self.starts.partition_point(|start| start.doc <= doc.id);
        let start = self.starts.get(index.wrapping_sub(1));
        let (file, row) = start.map_or(("", doc.id), |start| (start.file.as_str(), start.row + doc.id - start.doc));
        Row { fields: &doc.fields, file, row }
    }
}

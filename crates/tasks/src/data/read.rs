//! From a split expression to documents.

use super::file::{DataFile, Format};
use super::layout::Found;
use super::split::Start;
use super::{Split, Stores, local};
use crate::config::{DatasetSpec, SplitPart, split_parts};
use crate::error::TaskError;
use std::ops::Range;
use yardstick_core::{DatasetCard, Doc};

/// The first `limit` rows of a task's split, from all its files in name order. Only files with those rows are read and
/// hashed; of the others only the rows are counted.
///
/// # Errors
/// A dataset that is not found, without rows, or damaged.
pub(crate) fn read(spec: &DatasetSpec, stores: &Stores, limit: Option<usize>) -> Result<Split, TaskError> {
    let Some(parts) = split_parts(&spec.split) else { return Err(no_split(spec)) };
    let mut reader = Reader { spec, limit: limit.map_or(u64::MAX, |limit| limit as u64), split: empty(spec) };
    let mut first = None;
    for part in &parts {
        let found = local::find(spec, &part.name, stores)?;
        first = first.or_else(|| found.files.first().map(|(file, _)| file.name.clone()));
        reader.part(part, &found)?;
        reader.split.card.name = found.config;
    }
    if reader.split.available == 0 {
        let (id, split) = (spec.path.clone(), spec.split.clone());
        return Err(TaskError::EmptyDataset { id, split, file: first.unwrap_or_default() });
    }
    Ok(reader.split)
}

fn empty(spec: &DatasetSpec) -> Split {
    let (path, split) = (spec.path.clone(), spec.split.clone());
    let card = DatasetCard { path, name: None, split, files: Vec::new() };
    Split { card, docs: Vec::new(), available: 0, starts: Vec::new(), origins: Vec::new() }
}

fn no_split(spec: &DatasetSpec) -> TaskError {
    TaskError::DatasetNotFound {
        id: spec.path.clone(),
        config: spec.name.clone(),
        split: spec.split.clone(),
        tried: Vec::new(),
        there: Vec::new(),
    }
}

struct Reader<'a> {
    spec: &'a DatasetSpec,
    /// Documents at most.
    limit: u64,
    split: Split,
}

impl Reader<'_> {
    /// Appends the rows of one term. A slice may count from the end, so that its rows are counted first.
    fn part(&mut self, part: &SplitPart, found: &Found) -> Result<(), TaskError> {
        let mut wanted = 0..u64::MAX;
        if !part.is_whole() {
            wanted = part.range(self.count(&found.files)?);
        }
        let mut start = 0;
        for (file, format) in &found.files {
            start += self.append(file, *format, start, &wanted)?;
        }
        self.split.available += wanted.end.min(start) - wanted.start.min(start);
        Ok(())
    }

    fn count(&self, files: &[(DataFile, Format)]) -> Result<u64, TaskError> {
        let rows = |(file, format): &(DataFile, Format)| file.read(*format, &self.spec.reading, 0..0);
        files.iter().map(|file| rows(file).map(|table| table.available)).sum()
    }

    /// Reads the wanted rows of a file whose first row is row `start` of the split, and gives the count of all its rows.
    fn append(&mut self, file: &DataFile, format: Format, start: u64, wanted: &Range<u64>) -> Result<u64, TaskError> {
        let doc = self.split.docs.len() as u64;
        let from = wanted.start.saturating_sub(start);
        let to = wanted.end.saturating_sub(start).min(from.saturating_add(self.limit - doc));
        let table = file.read(format, &self.spec.reading, from..to)?;
        if !table.rows.is_empty() {
            self.split.starts.push(Start { doc, file: file.name.clone(), row: from });
            self.hash(file)?;
        }
        let rows = table.rows.into_iter().zip(doc..);
        self.split.docs.extend(rows.map(|(fields, id)| Doc { id, fields }));
        Ok(table.available)
    }

    /// Puts a file into the card, once.
    fn hash(&mut self, file: &DataFile) -> Result<(), TaskError> {
        let files = &mut self.split.card.files;
        if files.iter().all(|(name, _)| *name != file.name) {
            files.push((file.name.clone(), file.sha256()?));
        }
        Ok(())
    }
}

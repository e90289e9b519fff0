//! `include`: a file with the files it builds on.

use super::source::Source;
use crate::error::{Place, TaskError};
use crate::yaml::{Entry, Kind, Node, overlay};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Files that one task may be made of, so that includes of includes cannot multiply without end.
const MAX_FILES: usize = 64;

/// Reads task files. What they include is parsed once, however many include it: of lm-eval's 14,000 files most are a few
/// lines over one of 450 templates.
#[derive(Debug, Default)]
pub(crate) struct Files {
    included: Mutex<BTreeMap<Source, Arc<Node>>>,
}

impl Files {
    /// The file's mapping with its includes merged: in order, shallowly, the file's own keys over all of them.
    ///
    /// # Errors
    /// A file that cannot be read or is no mapping, and includes in a circle.
    pub fn load(&self, source: &Source) -> Result<Node, TaskError> {
        let node = source.parse()?;
        let place = node.place.clone();
        self.merge(source, place, mapping(node)?)
    }

    /// The same for a mapping that stands in the file.
    ///
    /// # Errors
    /// As for [`Files::load`].
    pub fn merge(&self, source: &Source, place: Place, own: Vec<Entry>) -> Result<Node, TaskError> {
        let entries = Loader { files: self, open: Vec::new(), count: 0 }.merge(source, own)?;
        Ok(Node { place, kind: Kind::Map(entries) })
    }

    fn parsed(&self, source: &Source) -> Result<Arc<Node>, TaskError> {
        let included = || self.included.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(node) = included().get(source) {
            return Ok(Arc::clone(node));
        }
        let node = Arc::new(source.parse()?);
        included().insert(source.clone(), Arc::clone(&node));
        Ok(node)
    }
}

fn mapping(node: Node) -> Result<Vec<Entry>, TaskError> {
    match node.kind {
        Kind::Map(entries) => Ok(entries),
        _ => Err(node.wrong("the file", "a mapping of keys")),
    }
}

struct Loader<'a> {
    files: &'a Files,
    /// From the first file to the one being read.
    open: Vec<Source>,
    count: usize,
}

impl Loader<'_> {
    fn merge(&mut self, source: &Source, own: Vec<Entry>) -> Result<Vec<Entry>, TaskError> {
        self.open.push(source.clone());
        let mut merged = Vec::new();
        for include in own.iter().filter(|entry| entry.key == "include" && !entry.value.is_null()) {
            for path in include.value.strings("include")? {
                merged = overlay(merged, self.included(source, include, &path)?);
            }
        }
        self.open.pop();
        Ok(overlay(merged, own.into_iter().filter(|entry| entry.key != "include").collect()))
    }

    fn included(&mut self, from: &Source, include: &Entry, path: &str) -> Result<Vec<Entry>, TaskError> {
        let (target, place) = (from.sibling(path), include.value.place.clone());
        self.count += 1;
        if self.count > MAX_FILES {
            return Err(TaskError::Yaml { place, reason: format!("more than {MAX_FILES} files are included") });
        }
        let node = self.files.parsed(&target).map_err(|error| not_included(error, &place))?;
        let entries = mapping(Node::clone(&node))?;
        // Only a file that includes others can lead back; names of files are costly to compare.
        if entries.iter().any(|entry| entry.key == "include") {
            let identity = target.identity();
            if self.open.iter().any(|open| open.identity() == identity) {
                return Err(TaskError::IncludeCycle { place, file: target.name().to_string() });
            }
        }
        let merged = self.merge(&target, entries)?;
        Ok(merged.into_iter().filter(|entry| entry.key != "task_list").collect())
    }
}

/// A file that cannot be read is named with the line that asks for it.
fn not_included(error: TaskError, place: &Place) -> TaskError {
    match error {
        TaskError::Io { path, source } => TaskError::MissingInclude { place: place.clone(), path, source },
        other => other,
    }
}

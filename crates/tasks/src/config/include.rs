//! `include`: a file with the files it builds on.

use super::source::Source;
use crate::error::TaskError;
use crate::yaml::{Entry, Kind, Node, overlay};

/// Files that one task may be made of, so that includes of includes cannot multiply without end.
const MAX_FILES: usize = 64;

/// The file's mapping with its includes merged: in order, shallowly, the file's own keys over all of them.
///
/// # Errors
/// A file that cannot be read or is no mapping, and includes in a circle.
pub(crate) fn load(source: &Source) -> Result<Node, TaskError> {
    Loader { open: Vec::new(), files: 0 }.load(source)
}

struct Loader {
    /// From the first file to the one being read.
    open: Vec<Source>,
    files: usize,
}

impl Loader {
    fn load(&mut self, source: &Source) -> Result<Node, TaskError> {
        let node = source.parse()?;
        let Kind::Map(own) = node.kind else {
            return Err(node.wrong("the file", "a mapping of keys"));
        };
        self.open.push(source.identity());
        let mut merged = Vec::new();
        for include in own.iter().filter(|entry| entry.key == "include") {
            for path in include.value.strings("include")? {
                merged = overlay(merged, self.included(source, include, &path)?);
            }
        }
        self.open.pop();
        let own = own.into_iter().filter(|entry| entry.key != "include").collect();
        Ok(Node { place: node.place, kind: Kind::Map(overlay(merged, own)) })
    }

    fn included(&mut self, from: &Source, include: &Entry, path: &str) -> Result<Vec<Entry>, TaskError> {
        let target = from.sibling(path);
        let place = include.value.place.clone();
        self.files += 1;
        if self.files > MAX_FILES {
            return Err(TaskError::Yaml { place, reason: format!("more than {MAX_FILES} files are included") });
        }
        if self.open.contains(&target.identity()) {
            return Err(TaskError::IncludeCycle { place, file: target.name().to_string() });
        }
        match self.load(&target)?.kind {
            Kind::Map(entries) => Ok(entries.into_iter().filter(|entry| entry.key != "task_list").collect()),
            _ => Ok(Vec::new()),
        }
    }
}

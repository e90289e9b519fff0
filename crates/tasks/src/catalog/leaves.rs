//! Every single task that a selector means, whether it can be read or not.

use super::index::{Definition, Found, Index};
use super::resolve::Resolver;
use super::select::{self, Selection};
use super::{Catalog, EntryKind};
use crate::config::{GroupConfig, TaskConfig};
use crate::error::TaskError;
use crate::task::Task;
use crate::yaml::Node;
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// A task, or what should have been one.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// The id; the file or group where there is none.
    pub name: String,
    /// The file's mapping, where it can be read.
    pub root: Option<Node>,
    /// The task, or what is wrong with it.
    pub task: Result<Task, TaskError>,
}

impl Leaf {
    fn broken(name: String, error: TaskError) -> Self {
        Self { name, root: None, task: Err(error) }
    }

    fn selected(task: Task) -> Self {
        Self { name: task.id().to_owned(), root: Some(task.config.root.clone()), task: Ok(task) }
    }

    /// The task of a file, or what keeps a group from being read.
    fn of(index: &Index, definition: &Definition) -> Option<Self> {
        let root = match index.root(definition) {
            Ok(root) => root,
            Err(error) => return Some(Self::broken(definition.id.clone(), error)),
        };
        if definition.kind == EntryKind::Group {
            return GroupConfig::read(&root).err().map(|error| Self::broken(definition.id.clone(), error));
        }
        let task = TaskConfig::read(&root).map(|config| Task { config: Arc::new(config) });
        Some(Self { name: definition.id.clone(), root: Some(root), task })
    }
}

impl Catalog {
    /// What `judge` says about every task that the selector means, in order; tasks are read and judged in parallel.
    ///
    /// # Errors
    /// A selector that means nothing, or a folder that cannot be listed.
    pub(crate) fn leaves<T: Send>(
        &self,
        selector: &str,
        judge: impl Fn(Leaf) -> T + Sync,
    ) -> Result<Vec<T>, TaskError> {
        let path = Path::new(selector);
        let Some(mut index) = select::index_of(path)? else {
            let tasks = self.resolve(&[selector.to_owned()])?.tasks;
            return Ok(tasks.into_par_iter().map(|task| judge(Leaf::selected(task))).collect());
        };
        let problems: Vec<_> = index.problems.drain(..).map(|problem| select::owned(selector, problem)).collect();
        let mut judged: Vec<T> =
            problems.into_iter().map(|error| judge(Leaf::broken(file_of(&error), error))).collect();
        let definitions: Vec<_> = index.definitions().collect();
        match definitions.as_slice() {
            [group] if group.kind == EntryKind::Group && !path.is_dir() => {
                judged.extend(self.members(path, &index, group).into_par_iter().map(&judge).collect::<Vec<_>>());
            }
            _ => {
                let leaves = definitions.into_par_iter().filter_map(|definition| Leaf::of(&index, definition));
                judged.extend(leaves.map(&judge).collect::<Vec<_>>());
            }
        }
        if judged.is_empty() {
            return Err(select::nothing_in(selector));
        }
        Ok(judged)
    }

    /// A group's tasks as the group runs them; the group itself when it does not come to that.
    fn members(&self, path: &Path, index: &Index, group: &Definition) -> Vec<Leaf> {
        let mut selection = Selection::default();
        let selected = select::beside(path).and_then(|beside| {
            let resolver = Resolver::new(vec![index, &beside, self.index()]);
            resolver.found(Found::Definition(group), index, &[], &mut selection)
        });
        match selected {
            Ok(_) => selection.tasks.into_iter().map(Leaf::selected).collect(),
            Err(error) => vec![Leaf::broken(group.id.clone(), error)],
        }
    }
}

/// The file that an error is about.
fn file_of(error: &TaskError) -> String {
    match error {
        TaskError::DuplicateTask { second, .. } => second.to_string(),
        TaskError::Io { path, .. } => path.display().to_string(),
        other => {
            let text = other.to_string();
            text.split_once(": ")
                .map_or(text.clone(), |(place, _)| place.rsplit_once(':').map_or(place, |(file, _)| file).to_owned())
        }
    }
}

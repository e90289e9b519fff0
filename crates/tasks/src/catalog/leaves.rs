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
    /// Whether it is a group in a folder, which has no verdict of its own unless it is broken.
    pub is_group: bool,
    /// The file's mapping, where it can be read.
    pub root: Option<Node>,
    /// The task, or what is wrong with it.
    pub task: Result<Task, TaskError>,
}

impl Leaf {
    fn broken(name: String, error: TaskError) -> Self {
        Self { name, is_group: false, root: None, task: Err(error) }
    }

    fn selected(task: Task) -> Self {
        Self { name: task.id().to_owned(), is_group: false, root: Some(task.config.root.clone()), task: Ok(task) }
    }

    /// What was selected, and what could not be.
    fn all(selection: Selection) -> Vec<Self> {
        let refused = selection.refused.into_iter().map(|(id, error)| Self::broken(id, error));
        selection.tasks.into_iter().map(Self::selected).chain(refused).collect()
    }

    /// The task of a file, or what keeps a group from being read.
    fn of(index: &Index, definition: &Definition) -> Option<Self> {
        let root = match index.root(definition) {
            Ok(root) => root,
            Err(error) => return Some(Self::broken(definition.id.clone(), error)),
        };
        if definition.kind == EntryKind::Group {
            let broken = |error| Self { is_group: true, ..Self::broken(definition.id.clone(), error) };
            return GroupConfig::read(&root).err().map(broken);
        }
        let task = TaskConfig::read(&root).map(|config| Task { config: Arc::new(config) });
        Some(Self { name: definition.id.clone(), is_group: false, root: Some(root), task })
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
            let leaves = Leaf::all(self.select(&[selector.to_owned()])?);
            return Ok(leaves.into_par_iter().map(&judge).collect());
        };
        let problems: Vec<_> = index.problems.drain(..).map(|problem| select::owned(selector, problem)).collect();
        let mut judged: Vec<T> = problems.into_iter().map(|error| judge(Leaf::broken(error.file(), error))).collect();
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
            Ok(_) => Leaf::all(selection),
            Err(error) => vec![Leaf::broken(group.id.clone(), error)],
        }
    }
}

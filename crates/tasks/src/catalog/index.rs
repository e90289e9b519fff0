//! Task files by the names in them.

use crate::config::{GroupConfig, Source, TaskConfig, load};
use crate::error::TaskError;
use crate::task::Task;
use std::sync::Arc;

/// Tasks and groups of some files, in file order.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    pub tasks: Vec<Task>,
    pub groups: Vec<GroupConfig>,
}

impl Index {
    /// Reads files. Those with neither `task` nor `group` are templates for others to include.
    pub fn read(sources: &[Source]) -> Result<Self, TaskError> {
        let mut index = Self::default();
        for source in sources {
            let root = load(source)?;
            if root.get("group").is_some() {
                index.groups.push(GroupConfig::read(&root)?);
            } else if root.get("task").is_some() {
                index.add(Task { config: Arc::new(TaskConfig::read(&root)?) })?;
            }
        }
        Ok(index)
    }

    fn add(&mut self, task: Task) -> Result<(), TaskError> {
        if let Some(other) = self.task(task.id()) {
            return Err(duplicate(other, &task));
        }
        self.tasks.push(task);
        Ok(())
    }

    /// The task of that id.
    pub fn task(&self, id: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id() == id)
    }

    /// The group of that id.
    pub fn group(&self, id: &str) -> Option<&GroupConfig> {
        self.groups.iter().find(|group| group.id == id)
    }

    /// The tasks with a tag.
    pub fn tagged<'a>(&'a self, tag: &str) -> impl Iterator<Item = &'a Task> {
        self.tasks.iter().filter(move |task| task.config.tags.iter().any(|own| own == tag))
    }

    /// Every name that selects something.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let tags = self.tasks.iter().flat_map(|task| task.config.tags.iter().map(String::as_str));
        self.tasks.iter().map(Task::id).chain(self.groups.iter().map(|group| group.id.as_str())).chain(tags)
    }
}

/// The error that two files define one id.
pub(super) fn duplicate(first: &Task, second: &Task) -> TaskError {
    TaskError::DuplicateTask {
        id: first.id().to_owned(),
        first: Arc::clone(&first.config.place.file),
        second: Arc::clone(&second.config.place.file),
    }
}

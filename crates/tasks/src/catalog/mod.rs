//! The tasks, groups and suites that have a name.

mod group;
mod index;
mod select;
mod suite;

pub use group::{Group, group_estimates};
pub use select::Selection;
pub use suite::Suite;

use crate::config::{GroupConfig, Source};
use crate::error::TaskError;
use crate::task::Task;
use index::Index;

/// All bundled tasks, groups and suites.
#[derive(Clone, Debug)]
pub struct Catalog {
    index: Index,
    suites: Vec<Suite>,
}

/// A line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id.
    pub id: String,
    /// Task or group.
    pub kind: EntryKind,
    /// What it measures, one line.
    pub description: String,
    /// Hub id of the dataset; empty for a group.
    pub dataset: String,
    /// Names of the metrics; for a group, those that it has a mean of.
    pub metrics: Vec<String>,
    /// Tags of a task: names that select every task with them.
    pub tags: Vec<String>,
    /// Members of a group as its file names them; empty for a task.
    pub members: Vec<String>,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A task.
    Task,
    /// Tasks with a mean over them.
    Group,
}

impl Catalog {
    /// The catalog in the binary.
    ///
    /// # Errors
    /// A bundled file that is wrong; a test of this crate reads all of them.
    pub fn bundled() -> Result<Self, TaskError> {
        Ok(Self { index: Index::read(&Source::bundled())?, suites: suite::bundled()? })
    }

    /// Tasks in id order, then groups in id order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        let mut entries: Vec<_> =
            self.index.tasks.iter().map(task_entry).chain(self.index.groups.iter().map(group_entry)).collect();
        entries.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
        entries.into_iter()
    }

    /// All suites in id order.
    pub fn suites(&self) -> impl Iterator<Item = &Suite> {
        self.suites.iter()
    }

    /// The suite of that id.
    ///
    /// # Errors
    /// [`TaskError::UnknownSuite`], with the nearest id.
    pub fn suite(&self, id: &str) -> Result<&Suite, TaskError> {
        self.suites.iter().find(|suite| suite.id == id).ok_or_else(|| TaskError::UnknownSuite {
            id: id.to_owned(),
            nearest: crate::error::nearest(id, self.suites.iter().map(|suite| suite.id.as_str())),
        })
    }

    /// The tasks that the selectors mean, each once, in the selectors' order, and the groups among them.
    ///
    /// A selector is a task's id, a group's, a tag, a pattern with `*`, `?` or `[…]` over ids, a `.yaml` file or a folder of
    /// them.
    ///
    /// # Errors
    /// An unknown name (with the nearest one), a file that is no task, two different tasks of one id.
    pub fn resolve(&self, selectors: &[String]) -> Result<Selection, TaskError> {
        select::resolve(&self.index, selectors)
    }
}

fn task_entry(task: &Task) -> Entry {
    let config = &task.config;
    Entry {
        id: config.id.clone(),
        kind: EntryKind::Task,
        description: config.about.clone(),
        dataset: config.dataset.path.clone(),
        metrics: config.keys().map(|(key, ..)| key).collect(),
        tags: config.tags.clone(),
        members: Vec::new(),
    }
}

fn group_entry(group: &GroupConfig) -> Entry {
    Entry {
        id: group.id.clone(),
        kind: EntryKind::Group,
        description: group.about.clone(),
        dataset: String::new(),
        metrics: group.aggregates.iter().map(|aggregate| aggregate.metric.clone()).collect(),
        tags: Vec::new(),
        members: group.members.clone(),
    }
}

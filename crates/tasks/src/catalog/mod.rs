//! The tasks, groups and suites that have a name.
//!
//! An [`Index`] knows which file a name stands in, a resolver follows groups and tags, and only what is selected is read
//! whole.

mod entry;
mod group;
mod index;
mod leaves;
mod resolve;
mod select;
mod suite;

pub use entry::{Entry, EntryKind};
pub use group::{Group, group_estimates};
pub(crate) use leaves::Leaf;
pub use select::Selection;
pub use suite::Suite;

use crate::config::Source;
use crate::error::TaskError;
use index::Index;
use std::path::PathBuf;

/// The tasks, groups and suites that have a name: the bundled ones and those of the user's folders.
#[derive(Clone, Debug)]
pub struct Catalog {
    index: Index,
    suites: Vec<Suite>,
    warnings: Vec<String>,
}

impl Catalog {
    /// The catalog in the binary.
    ///
    /// # Errors
    /// A bundled file that is wrong; a test of this crate reads all of them.
    pub fn bundled() -> Result<Self, TaskError> {
        Self::with_folders(&[])
    }

    /// The catalog in the binary with the task files of folders over it: where two have a name, the later one counts.
    ///
    /// Of each file no more is read than its name and tags, so that a folder of thousands costs little; the rest is read
    /// when a task is selected, and what is wrong is an error then. Files without a name because they cannot be read are
    /// among the [warnings](Self::warnings).
    ///
    /// # Errors
    /// A folder that cannot be listed.
    pub fn with_folders(folders: &[PathBuf]) -> Result<Self, TaskError> {
        let mut index = Index::read(&Source::bundled());
        if let Some(problem) = index.problems.pop() {
            return Err(select::owned("catalog", problem));
        }
        let mut warnings = Vec::new();
        for folder in folders {
            let later = Index::read(&Source::below(folder)?);
            warnings.extend(later.problems.iter().map(|problem| format!("{problem} (the file is left out)")));
            let replaced = index.overlay(later);
            if let Some(first) = replaced.first() {
                let count = replaced.len();
                warnings.push(format!("{}: {count} names replace others, {first} among them", folder.display()));
            }
        }
        Ok(Self { index, suites: suite::bundled()?, warnings })
    }

    pub(in crate::catalog) const fn index(&self) -> &Index {
        &self.index
    }

    /// What whoever uses the folders must know: files that were left out, names that were replaced.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Tasks in id order, then groups in id order.
    pub fn entries(&self) -> impl Iterator<Item = Entry> {
        entry::all(&self.index).into_iter()
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
    /// them. A pattern selects papers' protocols (`lambada@gpt2`) only where it has an `@` itself.
    ///
    /// # Errors
    /// An unknown name (with the nearest one), a file that is no task, two different tasks of one id.
    pub fn resolve(&self, selectors: &[String]) -> Result<Selection, TaskError> {
        let mut selection = self.select(selectors)?;
        if selection.refused.is_empty() { Ok(selection) } else { Err(selection.refused.swap_remove(0).1) }
    }

    /// The same for whoever goes on without the tasks that cannot be read: why they cannot is in
    /// [`Selection::refused`].
    ///
    /// # Errors
    /// An unknown name (with the nearest one), groups in a circle, two different tasks of one id.
    pub fn select(&self, selectors: &[String]) -> Result<Selection, TaskError> {
        select::resolve(&self.index, selectors)
    }
}

//! Selectors to tasks.

use super::EntryKind;
use super::group::Group;
use super::index::{Found, Index};
use super::resolve::Resolver;
use crate::config::{GroupConfig, Source};
use crate::data::pattern;
use crate::error::{Place, TaskError, nearest};
use crate::task::Task;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use yardstick_core::GroupRecord;

/// What was selected.
#[derive(Debug, Default)]
pub struct Selection {
    /// Each task once, in order.
    pub tasks: Vec<Task>,
    /// The groups among the selectors and the groups in them, outer ones first.
    pub groups: Vec<Group>,
    /// Tasks among the selected ones that cannot be read, by id or file, and why. A group that one of them belongs to has
    /// no mean.
    pub refused: Vec<(String, TaskError)>,
    /// Places among the tasks by id.
    places: BTreeMap<String, usize>,
}

impl Selection {
    /// Adds a task, or why it cannot be read.
    ///
    /// # Errors
    /// As for [`Selection::add_task`].
    pub(super) fn take(&mut self, id: &str, task: Result<Task, TaskError>) -> Result<(), TaskError> {
        match task {
            Ok(task) => self.add_task(&task),
            Err(error) => {
                self.refused.push((id.to_owned(), error));
                Ok(())
            }
        }
    }

    /// Adds a task, unless it is there. Two groups may give it the same keys.
    ///
    /// # Errors
    /// Another task of that id.
    fn add_task(&mut self, task: &Task) -> Result<(), TaskError> {
        match self.places.get(task.id()).map(|&place| &self.tasks[place]) {
            Some(old) if is_same(old, task) => Ok(()),
            Some(old) => Err(duplicate(old, task)),
            None => {
                self.places.insert(task.id().to_owned(), self.tasks.len());
                self.tasks.push(task.clone());
                Ok(())
            }
        }
    }

    /// The position of a group among the selected ones, where it is put if it is new.
    pub(super) fn reserve(&mut self, group: &GroupConfig) -> usize {
        self.groups.iter().position(|old| old.record.id == group.id).unwrap_or_else(|| {
            let record = GroupRecord { id: group.id.clone(), tasks: Vec::new() };
            self.groups.push(Group { record, aggregates: group.aggregates.clone() });
            self.groups.len() - 1
        })
    }
}

fn is_same(a: &Task, b: &Task) -> bool {
    Arc::ptr_eq(&a.config, &b.config) || a.config.root == b.config.root
}

/// The error that two tasks have one id.
fn duplicate(first: &Task, second: &Task) -> TaskError {
    let name = |task: &Task| match &task.config.overridden {
        Some(place) => format!("{} (with keys of {place})", task.config.place.file).into(),
        None => Arc::clone(&task.config.place.file),
    };
    TaskError::DuplicateTask { id: first.id().to_owned(), first: name(first), second: name(second) }
}

pub(super) fn resolve(catalog: &Index, selectors: &[String]) -> Result<Selection, TaskError> {
    let mut selection = Selection::default();
    for selector in selectors {
        if selects(catalog, selector, &mut selection)? {
            continue;
        }
        // As lm-eval takes them: several names with commas between them.
        let names: Vec<_> = selector.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        if names.len() < 2 {
            return Err(unknown(catalog, selector));
        }
        for name in names {
            if !selects(catalog, name, &mut selection)? {
                return Err(unknown(catalog, name));
            }
        }
    }
    Ok(selection)
}

fn unknown(catalog: &Index, selector: &str) -> TaskError {
    TaskError::UnknownTask { selector: selector.to_owned(), nearest: nearest(selector, catalog.names()) }
}

/// Whether the selector means something, which is then selected.
fn selects(catalog: &Index, selector: &str, selection: &mut Selection) -> Result<bool, TaskError> {
    Ok(Resolver::new(vec![catalog]).name(selector, &[], selection)?.is_some()
        || from_path(catalog, selector, selection)?
        || from_pattern(catalog, selector, selection)?)
}

/// A file's task or group, whose members may stand in files beside it; or all of a folder.
fn from_path(catalog: &Index, selector: &str, selection: &mut Selection) -> Result<bool, TaskError> {
    let path = Path::new(selector);
    let Some(mut own) = index_of(path)? else { return Ok(false) };
    // Whoever selects a folder selects its broken files.
    let problems: Vec<_> = own.problems.drain(..).map(|problem| owned(selector, problem)).collect();
    if own.definitions().next().is_none() && problems.is_empty() {
        return Err(nothing_in(selector));
    }
    selection.refused.extend(problems.into_iter().map(|error| (error.file(), error)));
    let has_group = own.definitions().any(|definition| definition.kind == EntryKind::Group);
    let beside = if has_group && !path.is_dir() { beside(path)? } else { Index::default() };
    select_all(&Resolver::new(vec![&own, &beside, catalog]), &own, selection, |_| true)?;
    Ok(true)
}

/// The names in a folder or a YAML file; `None` for anything else.
pub(super) fn index_of(path: &Path) -> Result<Option<Index>, TaskError> {
    if path.is_dir() {
        Ok(Some(Index::read(&Source::below(path)?)))
    } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        Ok(Some(Index::read(&[Source::Disk(path.to_owned())])))
    } else {
        Ok(None)
    }
}

/// The problem itself. An index hands out its problems alone; the copy is for the day when it does not.
pub(super) fn owned(selector: &str, problem: Arc<TaskError>) -> TaskError {
    Arc::try_unwrap(problem).unwrap_or_else(|shared| TaskError::Yaml {
        place: Place { file: selector.into(), line: 1 },
        reason: shared.to_string(),
    })
}

/// The error that a file or folder has neither a task nor a group.
pub(super) fn nothing_in(selector: &str) -> TaskError {
    let place = Place { file: selector.into(), line: 1 };
    TaskError::MissingKey { place, key: "task", why: "a task has an id, and so has a `group`" }
}

/// The task files in the folder of a group's file. A broken one does not matter until a group names its task, and then it
/// is an unknown name.
pub(super) fn beside(path: &Path) -> Result<Index, TaskError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    Ok(Index::read(&Source::below(folder)?))
}

fn from_pattern(catalog: &Index, selector: &str, selection: &mut Selection) -> Result<bool, TaskError> {
    let Some(regex) = pattern(selector) else { return Ok(false) };
    // `arc_*` means lm-eval's tasks: a paper's protocol of the same data is asked for by its `@`.
    let passes = |id: &str| regex.is_match(id) && (!id.contains('@') || selector.contains('@'));
    select_all(&Resolver::new(vec![catalog]), catalog, selection, passes)
}

/// Selects the index's tasks whose ids pass, and its groups; `false` when there is none.
fn select_all(
    resolver: &Resolver,
    index: &Index,
    selection: &mut Selection,
    passes: impl Fn(&str) -> bool,
) -> Result<bool, TaskError> {
    let mut any = false;
    for kind in [EntryKind::Task, EntryKind::Group] {
        for definition in index.definitions().filter(|definition| definition.kind == kind && passes(&definition.id)) {
            resolver.found(Found::Definition(definition), index, &[], selection)?;
            any = true;
        }
    }
    Ok(any)
}

//! Selectors to tasks.

use super::group::Group;
use super::index::{Index, duplicate};
use crate::config::{GroupConfig, Source};
use crate::data::pattern;
use crate::error::{Place, TaskError, nearest};
use crate::task::Task;
use std::path::Path;
use std::sync::Arc;
use yardstick_core::GroupRecord;

/// What was selected.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Each task once, in order.
    pub tasks: Vec<Task>,
    /// The groups among the selectors and the groups in them, outer ones first.
    pub groups: Vec<Group>,
}

pub(super) fn resolve(catalog: &Index, selectors: &[String]) -> Result<Selection, TaskError> {
    let mut selection = Selection::default();
    for selector in selectors {
        let is_selected = Resolver { indices: vec![catalog] }.name(selector, &mut selection)?
            || from_path(catalog, selector, &mut selection)?
            || from_pattern(catalog, selector, &mut selection)?;
        if !is_selected {
            return Err(unknown(selector, catalog.names()));
        }
    }
    Ok(selection)
}

fn unknown<'a>(selector: &str, names: impl Iterator<Item = &'a str>) -> TaskError {
    TaskError::UnknownTask { selector: selector.to_owned(), nearest: nearest(selector, names) }
}

/// A file's task or group, whose members may stand in files beside it; or all of a folder.
fn from_path(catalog: &Index, selector: &str, selection: &mut Selection) -> Result<bool, TaskError> {
    let path = Path::new(selector);
    let own = if path.is_dir() {
        Index::read(&Source::below(path)?)?
    } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
        Index::read(&[Source::Disk(path.to_owned())])?
    } else {
        return Ok(false);
    };
    if own.tasks.is_empty() && own.groups.is_empty() {
        let place = Place { file: selector.into(), line: 1 };
        return Err(TaskError::MissingKey { place, key: "task", why: "a task has an id, and so has a `group`" });
    }
    let beside = if own.groups.is_empty() || path.is_dir() { Index::default() } else { beside(path)? };
    let resolver = Resolver { indices: vec![&own, &beside, catalog] };
    own.tasks.iter().try_for_each(|task| selection.add_task(task))?;
    for group in &own.groups {
        resolver.group(group, selection, &mut Vec::new())?;
    }
    Ok(true)
}

/// The task files in the folder of a group's file. A broken one does not matter until a group names its task, and then it
/// is an unknown name; so each is read on its own.
fn beside(path: &Path) -> Result<Index, TaskError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut all = Index::default();
    for source in Source::below(folder)? {
        if let Ok(index) = Index::read(&[source]) {
            all.tasks.extend(index.tasks);
            all.groups.extend(index.groups);
        }
    }
    Ok(all)
}

fn from_pattern(catalog: &Index, selector: &str, selection: &mut Selection) -> Result<bool, TaskError> {
    let Some(regex) = pattern(selector) else { return Ok(false) };
    let resolver = Resolver { indices: vec![catalog] };
    let mut any = false;
    for group in catalog.groups.iter().filter(|group| regex.is_match(&group.id)) {
        resolver.group(group, selection, &mut Vec::new())?;
        any = true;
    }
    for task in catalog.tasks.iter().filter(|task| regex.is_match(task.id())) {
        selection.add_task(task)?;
        any = true;
    }
    Ok(any)
}

/// Names in several indices, the first that has one wins.
struct Resolver<'a> {
    indices: Vec<&'a Index>,
}

impl Resolver<'_> {
    /// Selects what has that name: a task, a group or all tasks with the tag. `false` when nothing has.
    fn name(&self, name: &str, selection: &mut Selection) -> Result<bool, TaskError> {
        if let Some(task) = self.indices.iter().find_map(|index| index.task(name)) {
            selection.add_task(task)?;
            return Ok(true);
        }
        if let Some(group) = self.indices.iter().find_map(|index| index.group(name)) {
            self.group(group, selection, &mut Vec::new())?;
            return Ok(true);
        }
        let tagged: Vec<_> = self.indices.iter().flat_map(|index| index.tagged(name)).collect();
        tagged.iter().try_for_each(|task| selection.add_task(task))?;
        Ok(!tagged.is_empty())
    }

    /// Selects a group and gives the ids of its tasks; `open` are the groups around it.
    fn group(
        &self,
        group: &GroupConfig,
        selection: &mut Selection,
        open: &mut Vec<String>,
    ) -> Result<Vec<String>, TaskError> {
        if open.contains(&group.id) {
            return Err(TaskError::IncludeCycle { place: group.place.clone(), file: format!("group {}", group.id) });
        }
        open.push(group.id.clone());
        let position = selection.reserve(group);
        let mut ids: Vec<String> = Vec::new();
        for member in &group.members {
            for id in self.member(member, selection, open)? {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
        selection.groups[position].record.tasks.clone_from(&ids);
        open.pop();
        Ok(ids)
    }

    fn member(&self, name: &str, selection: &mut Selection, open: &mut Vec<String>) -> Result<Vec<String>, TaskError> {
        let is_task = self.indices.iter().any(|index| index.task(name).is_some());
        if !is_task && let Some(group) = self.indices.iter().find_map(|index| index.group(name)) {
            return self.group(group, selection, open);
        }
        let mut members = Selection::default();
        if !self.name(name, &mut members)? {
            return Err(unknown(name, self.indices.iter().flat_map(|index| index.names())));
        }
        members.tasks.iter().try_for_each(|task| selection.add_task(task))?;
        Ok(members.tasks.iter().map(|task| task.id().to_owned()).collect())
    }
}

impl Selection {
    fn add_task(&mut self, task: &Task) -> Result<(), TaskError> {
        match self.tasks.iter().find(|old| old.id() == task.id()) {
            Some(old) if old.config.place.file == task.config.place.file => Ok(()),
            Some(old) if Arc::ptr_eq(&old.config, &task.config) => Ok(()),
            Some(old) => Err(duplicate(old, task)),
            None => {
                self.tasks.push(task.clone());
                Ok(())
            }
        }
    }

    /// The position of a group among the selected ones, where it is put if it is new.
    fn reserve(&mut self, group: &GroupConfig) -> usize {
        self.groups.iter().position(|old| old.record.id == group.id).unwrap_or_else(|| {
            let record = GroupRecord { id: group.id.clone(), tasks: Vec::new() };
            self.groups.push(Group { record, aggregates: group.aggregates.clone() });
            self.groups.len() - 1
        })
    }
}

//! Names to tasks: groups, tags, and keys that groups lay over their members.

use super::EntryKind;
use super::index::{Definition, Found, Index};
use super::select::Selection;
use crate::config::{GroupConfig, Member, Source, TaskConfig};
use crate::error::{Place, TaskError, nearest};
use crate::task::Task;
use crate::yaml::{Entry, Kind, Node, overlay};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Names in several indices, the first that has one wins.
pub(super) struct Resolver<'a> {
    indices: Vec<&'a Index>,
}

/// A group on its way, with the groups around it.
struct Open<'a> {
    config: &'a GroupConfig,
    /// The file that it stands in, and whose index.
    source: &'a Source,
    index: &'a Index,
    /// Keys over its members', its own and those of the groups around it.
    keys: Vec<Entry>,
    around: Vec<&'a str>,
}

impl<'a> Resolver<'a> {
    /// A resolver that asks the indices in order.
    pub fn new(indices: Vec<&'a Index>) -> Self {
        Self { indices }
    }

    /// Selects what has that name (a task, a group or all tasks with the tag), with `keys` over the tasks' own, and gives
    /// the ids of the tasks; `None` when nothing has the name.
    ///
    /// # Errors
    /// What is wrong with a file; two different tasks of one id; groups in a circle.
    pub fn name(
        &self,
        name: &str,
        keys: &[Entry],
        selection: &mut Selection,
    ) -> Result<Option<Vec<String>>, TaskError> {
        self.within(name, keys, &[], selection)
    }

    /// The same for something found.
    ///
    /// # Errors
    /// As for [`Resolver::name`].
    pub fn found(
        &self,
        found: Found,
        index: &Index,
        keys: &[Entry],
        selection: &mut Selection,
    ) -> Result<Vec<String>, TaskError> {
        self.select(found, index, keys, &[], selection)
    }

    fn find(&self, name: &str) -> Option<(Found<'a>, &'a Index)> {
        self.indices.iter().find_map(|index| Some((index.find(name)?, *index)))
    }

    fn within(
        &self,
        name: &str,
        keys: &[Entry],
        around: &[&str],
        selection: &mut Selection,
    ) -> Result<Option<Vec<String>>, TaskError> {
        let Some((found, index)) = self.find(name) else { return Ok(None) };
        self.select(found, index, keys, around, selection).map(Some)
    }

    fn select(
        &self,
        found: Found,
        index: &Index,
        keys: &[Entry],
        around: &[&str],
        selection: &mut Selection,
    ) -> Result<Vec<String>, TaskError> {
        match found {
            Found::Definition(definition) if definition.kind == EntryKind::Group => {
                let config = &index.group(definition)?;
                let keys = overlay(config.overrides.clone(), keys.to_vec());
                let around = around.to_vec();
                self.group(&Open { config, source: &definition.source, index, keys, around }, selection)
            }
            Found::Definition(definition) => select_task(definition, index, keys, selection),
            Found::Tag(ids) => {
                let mut selected = Vec::new();
                for id in ids {
                    selected.extend(self.within(id, keys, around, selection)?.unwrap_or_default());
                }
                Ok(selected)
            }
        }
    }

    /// Selects a group and gives the ids of its tasks, each once.
    fn group(&self, group: &Open, selection: &mut Selection) -> Result<Vec<String>, TaskError> {
        let config = group.config;
        if group.around.contains(&config.id.as_str()) {
            return Err(TaskError::IncludeCycle { place: config.place.clone(), file: format!("group {}", config.id) });
        }
        let position = selection.reserve(config);
        let (mut ids, mut seen) = (Vec::new(), BTreeSet::new());
        for member in &config.members {
            let members = self.member(member, group, selection)?;
            ids.extend(members.into_iter().filter(|id| seen.insert(id.clone())));
        }
        selection.groups[position].record.tasks.clone_from(&ids);
        Ok(ids)
    }

    fn member(&self, member: &Member, group: &Open, selection: &mut Selection) -> Result<Vec<String>, TaskError> {
        let around: Vec<&str> = group.around.iter().copied().chain([group.config.id.as_str()]).collect();
        match member {
            Member::Name(name, place) => {
                let selected = self.within(name, &group.keys, &around, selection)?;
                selected.ok_or_else(|| self.unknown(group.config, name, place))
            }
            Member::Task { name, place, keys } => {
                let own = Node { place: place.clone(), kind: Kind::Map(keys.clone()) };
                let own = group.index.included(group.source, own)?;
                let keys = overlay(group.keys.clone(), own.entries("task")?.to_vec());
                match self.within(name, &keys, &around, selection)? {
                    Some(selected) => Ok(selected),
                    None => inline_task(&format!("{}::{name}", group.config.id), place, keys, selection)?
                        .ok_or_else(|| self.unknown(group.config, name, place)),
                }
            }
            Member::Group { name, node } => self.member_group(name, node, group, around, selection),
        }
    }

    /// A group that has a file, with keys over its members', or one that stands in its parent's list alone.
    fn member_group(
        &self,
        name: &str,
        node: &Node,
        parent: &Open,
        around: Vec<&str>,
        selection: &mut Selection,
    ) -> Result<Vec<String>, TaskError> {
        let is_list = matches!(node.get("task").map(|task| &task.kind), Some(Kind::List(_)));
        // A tag may have the name of a group that stands here.
        let is_tag = |found| matches!(found, Found::Tag(_));
        if self.find(name).is_some_and(|(found, _)| !(is_list && is_tag(found))) {
            let own: Vec<_> = node.entries("task")?.iter().filter(|entry| entry.key != "group").cloned().collect();
            if let Some(entry) = own.iter().find(|e| matches!(e.key.as_str(), "task" | "aggregate_metric_list")) {
                let reason = format!("group {name} has a file of its own, which says that");
                return Err(TaskError::Unsupported { place: entry.place.clone(), key: entry.key.clone(), reason });
            }
            let keys = overlay(parent.keys.clone(), own.into_iter().filter(|e| e.key != "group_alias").collect());
            return Ok(self.within(name, &keys, &around, selection)?.unwrap_or_default());
        }
        let id = format!("{}::{name}", parent.config.id);
        let config = &GroupConfig { id, ..GroupConfig::read(node)? };
        let keys = overlay(config.overrides.clone(), parent.keys.clone());
        self.group(&Open { config, source: parent.source, index: parent.index, keys, around }, selection)
    }

    fn unknown(&self, group: &GroupConfig, member: &str, place: &Place) -> TaskError {
        TaskError::UnknownMember {
            place: place.clone(),
            group: group.id.clone(),
            member: member.to_owned(),
            nearest: nearest(member, self.indices.iter().flat_map(|index| index.names())),
        }
    }
}

fn select_task(
    definition: &Definition,
    index: &Index,
    keys: &[Entry],
    selection: &mut Selection,
) -> Result<Vec<String>, TaskError> {
    let task = if keys.is_empty() { index.task(definition) } else { index.task_with(definition, keys) };
    selection.take(&definition.id, task)?;
    Ok(vec![definition.id.clone()])
}

/// A task that stands in a group's list alone; `None` for a mapping that is no whole task.
fn inline_task(
    id: &str,
    place: &Place,
    keys: Vec<Entry>,
    selection: &mut Selection,
) -> Result<Option<Vec<String>>, TaskError> {
    let name = Node { place: place.clone(), kind: Kind::Str(id.to_owned()) };
    let task = Entry { key: "task".to_owned(), place: place.clone(), value: name };
    let root = Node { place: place.clone(), kind: Kind::Map(overlay(keys, vec![task])) };
    let task = TaskConfig::read(&root).map(|config| Task { config: Arc::new(config) });
    // A mapping that is no whole task and changes none that there is: most likely its name is wrong.
    match task {
        Err(TaskError::MissingKey { key: "dataset_path", .. }) => Ok(None),
        task => selection.take(id, task).map(|()| Some(vec![id.to_owned()])),
    }
}

//! Task files by the names in them.

use super::EntryKind;
use crate::config::{Files, GroupConfig, Source, TaskConfig};
use crate::error::TaskError;
use crate::task::Task;
use crate::yaml::{Entry, Kind, Node, overlay};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// The names in some files. A file is read whole when its name is asked for; until then no more is known than what it
/// defines, and a broken file stands in nobody's way.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    files: Arc<Files>,
    definitions: Vec<Definition>,
    names: BTreeMap<String, Name>,
    /// Files that define nothing because they cannot be read, and names that are defined twice.
    pub problems: Vec<Arc<TaskError>>,
}

/// A file with a task or a group.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub id: String,
    pub kind: EntryKind,
    pub source: Source,
    tags: Vec<String>,
    /// The task once it was asked for: whoever selects it twice gets the same one.
    task: OnceLock<Task>,
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Name {
    /// A place among the definitions.
    Definition(usize),
    /// The ids of the tasks with the tag, in order.
    Tag(BTreeSet<String>),
}

/// What was found under a name.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    Definition(&'a Definition),
    Tag(&'a BTreeSet<String>),
}

impl Index {
    /// Reads files, in parallel. Those with neither `task` nor `group` are templates for others to include. Of two files
    /// with one name the first counts.
    pub fn read(sources: &[Source]) -> Self {
        let mut index = Self::default();
        let files = Arc::clone(&index.files);
        let definitions: Vec<_> = sources.par_iter().map(|source| Definition::read(&files, source)).collect();
        for definition in definitions {
            match definition {
                Ok(Some(definition)) => index.add(definition),
                Ok(None) => {}
                Err(error) => index.problems.push(Arc::new(error)),
            }
        }
        index.add_tags();
        index
    }

    fn add(&mut self, definition: Definition) {
        if let Some(Name::Definition(first)) = self.names.get(&definition.id) {
            self.problems.push(Arc::new(TaskError::DuplicateTask {
                id: definition.id,
                first: self.definitions[*first].source.name(),
                second: definition.source.name(),
            }));
            return;
        }
        self.names.insert(definition.id.clone(), Name::Definition(self.definitions.len()));
        self.definitions.push(definition);
    }

    fn add_tags(&mut self) {
        for definition in self.definitions.iter().filter(|definition| definition.kind == EntryKind::Task) {
            for tag in &definition.tags {
                let name = self.names.entry(tag.clone()).or_insert_with(|| Name::Tag(BTreeSet::new()));
                if let Name::Tag(ids) = name {
                    ids.insert(definition.id.clone());
                }
            }
        }
    }

    /// Adds the names of a later index over those that are there, and gives the names that it has taken over.
    pub fn overlay(&mut self, later: Self) -> Vec<String> {
        let start = self.definitions.len();
        self.definitions.extend(later.definitions);
        self.problems.extend(later.problems);
        let mut replaced = Vec::new();
        for (id, name) in later.names {
            let name = match name {
                Name::Definition(place) => Name::Definition(place + start),
                tag @ Name::Tag(_) => tag,
            };
            if self.names.insert(id.clone(), name).is_some() {
                replaced.push(id);
            }
        }
        replaced
    }

    /// What has that name.
    pub fn find(&self, name: &str) -> Option<Found<'_>> {
        self.names.get(name).map(|name| match name {
            Name::Definition(place) => Found::Definition(&self.definitions[*place]),
            Name::Tag(ids) => Found::Tag(ids),
        })
    }

    /// Every name that selects something.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Tasks and groups, in the files' order; those that a later file replaced are left out.
    pub fn definitions(&self) -> impl Iterator<Item = &Definition> {
        let is_live = |(place, definition): &(usize, &Definition)| matches!(self.names.get(&definition.id), Some(Name::Definition(live)) if live == place);
        self.definitions.iter().enumerate().filter(is_live).map(|(_, definition)| definition)
    }

    /// The mapping of a definition's file, its includes merged.
    ///
    /// # Errors
    /// A file that has become unreadable since it was indexed.
    pub fn root(&self, definition: &Definition) -> Result<Node, TaskError> {
        self.files.load(&definition.source)
    }

    /// The task, read and checked.
    ///
    /// # Errors
    /// What is wrong with its file.
    pub fn task(&self, definition: &Definition) -> Result<Task, TaskError> {
        if let Some(task) = definition.task.get() {
            return Ok(task.clone());
        }
        let task = Task { config: Arc::new(TaskConfig::read(&self.root(definition)?)?) };
        Ok(definition.task.get_or_init(|| task).clone())
    }

    /// The task with keys of a group over its own.
    ///
    /// # Errors
    /// What is wrong with its file or with the keys.
    pub fn task_with(&self, definition: &Definition, keys: &[Entry]) -> Result<Task, TaskError> {
        let Node { place, kind } = self.root(definition)?;
        let own = if let Kind::Map(entries) = kind { entries } else { Vec::new() };
        let root = Node { place, kind: Kind::Map(overlay(own, keys.to_vec())) };
        let overridden = keys.first().map(|entry| entry.place.clone());
        Ok(Task { config: Arc::new(TaskConfig { overridden, ..TaskConfig::read(&root)? }) })
    }

    /// The group.
    ///
    /// # Errors
    /// What is wrong with its file.
    pub fn group(&self, definition: &Definition) -> Result<GroupConfig, TaskError> {
        GroupConfig::read(&self.root(definition)?)
    }

    /// The mapping with the files that it includes, by their place beside `source`.
    ///
    /// # Errors
    /// A file that cannot be included.
    pub fn included(&self, source: &Source, node: Node) -> Result<Node, TaskError> {
        match node.kind {
            Kind::Map(entries) => self.files.merge(source, node.place, entries),
            _ => Ok(node),
        }
    }
}

impl Definition {
    fn read(files: &Files, source: &Source) -> Result<Option<Self>, TaskError> {
        let root = files.load(source)?;
        let (kind, key) = match (root.get("class"), root.get("group"), root.get("task")) {
            (None, Some(_), _) => (EntryKind::Group, "group"),
            (_, _, Some(_)) => (EntryKind::Task, "task"),
            _ => return Ok(None),
        };
        let id = root.get(key).map_or(Ok(""), |node| node.str(key))?.to_owned();
        let tags = root.get("tag").map_or(Ok(Vec::new()), |node| node.strings("tag"))?;
        Ok(Some(Self { id, kind, source: source.clone(), tags, task: OnceLock::new() }))
    }
}

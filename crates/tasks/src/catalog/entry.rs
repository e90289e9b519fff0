//! Lines of a listing.

use super::index::{Definition, Index};
use crate::config::{GroupConfig, Member, TaskConfig};
use crate::yaml::{Kind, Node};
use rayon::prelude::*;

/// A line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id.
    pub id: String,
    /// Task or group.
    pub kind: EntryKind,
    /// What it measures, one line; what is wrong with the file where it cannot be read.
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

/// Every task and group, tasks first, in id order.
pub(super) fn all(index: &Index) -> Vec<Entry> {
    let definitions: Vec<_> = index.definitions().collect();
    let mut entries: Vec<_> = definitions.into_par_iter().map(|definition| entry(index, definition)).collect();
    entries.sort_by(|a, b| (a.kind, &a.id).cmp(&(b.kind, &b.id)));
    entries
}

fn entry(index: &Index, definition: &Definition) -> Entry {
    let empty = Entry {
        id: definition.id.clone(),
        kind: definition.kind,
        description: String::new(),
        dataset: String::new(),
        metrics: Vec::new(),
        tags: Vec::new(),
        members: Vec::new(),
    };
    let read = index.root(definition).and_then(|root| match definition.kind {
        EntryKind::Task => Ok(task(&root, empty.clone())),
        EntryKind::Group => GroupConfig::read(&root).map(|config| group(&config, empty.clone())),
    });
    read.unwrap_or_else(|error| Entry { description: error.to_string(), ..empty })
}

/// What the file says, whether it is right or not: a task that cannot run is listed too.
fn task(root: &Node, empty: Entry) -> Entry {
    let text = |node: Option<&Node>| node.and_then(Node::text).unwrap_or_default();
    Entry {
        description: text(root.get("metadata").and_then(|metadata| metadata.get("about"))),
        dataset: text(root.get("dataset_path")),
        metrics: metrics_of(root),
        tags: root.get("tag").and_then(|node| node.strings("tag").ok()).unwrap_or_default(),
        ..empty
    }
}

/// The keys of the results; as the file names the metrics where it cannot be read.
fn metrics_of(root: &Node) -> Vec<String> {
    if let Ok(config) = TaskConfig::read(root) {
        return config.keys().map(|(key, ..)| key).collect();
    }
    let items =
        if let Some(Node { kind: Kind::List(items), .. }) = root.get("metric_list") { items.as_slice() } else { &[] };
    items.iter().filter_map(|item| item.get("metric")).filter_map(Node::text).collect()
}

fn group(config: &GroupConfig, empty: Entry) -> Entry {
    let name = |member: &Member| match member {
        Member::Name(name, _) | Member::Task { name, .. } | Member::Group { name, .. } => name.clone(),
    };
    Entry {
        description: config.about.clone(),
        metrics: config.aggregates.iter().map(|aggregate| aggregate.metric.clone()).collect(),
        members: config.members.iter().map(name).collect(),
        ..empty
    }
}

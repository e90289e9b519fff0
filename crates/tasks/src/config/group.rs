//! Group files: tasks with a mean over them.

use super::keys;
use crate::error::{Place, TaskError};
use crate::yaml::{Entry, Kind, Node};

/// A group as its file says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupConfig {
    pub id: String,
    pub about: String,
    pub place: Place,
    pub members: Vec<Member>,
    pub aggregates: Vec<Aggregate>,
    /// Keys of tasks that replace those of every member.
    pub overrides: Vec<Entry>,
}

/// What a group's list names. It depends on the names that there are whether a mapping changes something that has a file
/// of its own or stands for itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Member {
    /// A task, group or tag.
    Name(String, Place),
    /// `{task: …}`: a task, group or tag with keys of its own, or a whole task.
    Task {
        /// The name.
        name: String,
        /// Where it stands.
        place: Place,
        /// The other keys.
        keys: Vec<Entry>,
    },
    /// `{group: …}`: a group with keys of its own, or a whole group.
    Group {
        /// The name.
        name: String,
        /// The mapping.
        node: Node,
    },
}

/// A metric that a group has a mean of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Aggregate {
    pub metric: String,
    /// The filters whose results have a mean; without a list those of all.
    pub filters: Option<Vec<String>>,
    /// Whether a task counts by its documents, or each task the same.
    pub weight_by_size: bool,
}

impl GroupConfig {
    /// Reads a mapping with a `group` key.
    ///
    /// # Errors
    /// A key that neither groups nor tasks have, or with a value that it cannot have.
    pub fn read(root: &Node) -> Result<Self, TaskError> {
        let entries = root.entries("the file")?;
        keys::check_group(entries)?;
        let Some(task) = root.get("task") else {
            return Err(TaskError::MissingKey { place: root.place.clone(), key: "task", why: "a group has members" });
        };
        Ok(Self {
            id: root.get("group").map_or(Ok(""), |node| node.str("group"))?.to_owned(),
            about: super::task::about(root)?,
            place: root.place.clone(),
            members: members(task)?,
            aggregates: aggregates(root)?,
            overrides: entries.iter().filter(|entry| keys::is_override(&entry.key)).cloned().collect(),
        })
    }
}

fn members(task: &Node) -> Result<Vec<Member>, TaskError> {
    match &task.kind {
        Kind::List(items) if items.is_empty() => Err(task.wrong("task", "a list of one member or more")),
        Kind::List(items) => items.iter().map(member).collect(),
        _ => Ok(vec![member(task)?]),
    }
}

fn member(node: &Node) -> Result<Member, TaskError> {
    match &node.kind {
        Kind::Str(name) => Ok(Member::Name(name.clone(), node.place.clone())),
        Kind::Map(entries) => match (node.get("group"), node.get("task")) {
            (Some(name), _) => Ok(Member::Group { name: name.str("group")?.to_owned(), node: node.clone() }),
            (None, Some(name)) => {
                let keys = entries.iter().filter(|entry| entry.key != "task").cloned().collect();
                Ok(Member::Task { name: name.str("task")?.to_owned(), place: node.place.clone(), keys })
            }
            _ => Err(node.wrong("task", "a name, or a mapping with `task` or `group`")),
        },
        _ => Err(node.wrong("task", "a name, or a mapping with `task` or `group`")),
    }
}

fn aggregates(root: &Node) -> Result<Vec<Aggregate>, TaskError> {
    let Some(node) = root.get("aggregate_metric_list") else { return Ok(Vec::new()) };
    match &node.kind {
        Kind::List(items) => items.iter().map(aggregate).collect(),
        Kind::Map(_) => Ok(vec![aggregate(node)?]),
        _ => Err(node.wrong("aggregate_metric_list", "a list of mappings with `metric`")),
    }
}

fn aggregate(node: &Node) -> Result<Aggregate, TaskError> {
    keys::check_aggregate(node.entries("aggregate_metric_list")?)?;
    let Some(metric) = node.get("metric") else {
        let why = "each entry of `aggregate_metric_list` has one";
        return Err(TaskError::MissingKey { place: node.place.clone(), key: "metric", why });
    };
    if let Some(aggregation) = node.get("aggregation").filter(|node| !matches!(&node.kind, Kind::Str(s) if s == "mean"))
    {
        return Err(aggregation.wrong("aggregation", "mean"));
    }
    Ok(Aggregate {
        metric: metric.str("metric")?.to_owned(),
        filters: node.get("filter_list").map(|node| node.strings("filter_list")).transpose()?,
        weight_by_size: node.get("weight_by_size").map_or(Ok(true), |node| node.bool("weight_by_size"))?,
    })
}

//! Group files: tasks with a mean over them.

use super::keys;
use crate::error::{Place, TaskError};
use crate::yaml::{Kind, Node};

/// A group as its file says.
#[derive(Clone, Debug)]
pub(crate) struct GroupConfig {
    pub id: String,
    pub about: String,
    pub place: Place,
    /// Names of tasks, groups or tags.
    pub members: Vec<String>,
    pub aggregates: Vec<Aggregate>,
}

/// A metric that a group has a mean of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Aggregate {
    pub metric: String,
    /// Whether a task counts by its documents, or each task the same.
    pub weight_by_size: bool,
}

impl GroupConfig {
    /// Reads a file with a `group` key.
    pub fn read(root: &Node) -> Result<Self, TaskError> {
        keys::check_group(root.entries("the file")?)?;
        let id = root.get("group").map_or(Ok(""), |node| node.str("group"))?.to_owned();
        let Some(task) = root.get("task") else {
            return Err(TaskError::MissingKey { place: root.place.clone(), key: "task", why: "a group has members" });
        };
        if let Kind::List(items) = &task.kind
            && let Some(inline) = items.iter().find(|item| matches!(item.kind, Kind::Map(_)))
        {
            return Err(TaskError::Unsupported {
                place: inline.place.clone(),
                key: "task".to_owned(),
                reason: "a member with keys of its own; give it a file and name it here".to_owned(),
            });
        }
        Ok(Self {
            id,
            about: super::task::about(root)?,
            place: root.place.clone(),
            members: task.strings("task")?,
            aggregates: aggregates(root)?,
        })
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
    let weight_by_size = node.get("weight_by_size").map_or(Ok(true), |node| node.bool("weight_by_size"))?;
    Ok(Aggregate { metric: metric.str("metric")?.to_owned(), weight_by_size })
}

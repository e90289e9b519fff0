//! `filter_list`: pipelines of filters, each with a name that its metrics carry.

use super::field::hook;
use super::task::missing;
use super::{OutputType, keys};
use crate::error::TaskError;
use crate::filters::{self, FILTERS, Pipeline, Step};
use crate::yaml::{Kind, Node};

/// The pipelines of a task file; the one that takes the first sample where the file has none.
///
/// # Errors
/// A filter that there is not, with another argument than it takes, or one that has nothing to work on: only tasks in
/// which the model writes have texts.
pub(super) fn read(root: &Node, output_type: OutputType) -> Result<Vec<Pipeline>, TaskError> {
    let Some(node) = root.get("filter_list") else { return Ok(vec![Pipeline::none(&root.place)]) };
    let pipelines = items(node, "filter_list")?.iter().map(|item| pipeline(item, output_type));
    let pipelines = pipelines.collect::<Result<Vec<_>, _>>()?;
    for (index, pipeline) in pipelines.iter().enumerate() {
        if pipelines[..index].iter().any(|other| other.name == pipeline.name) {
            return Err(node.wrong("filter_list", &format!("a list of different names, not {} twice", pipeline.name)));
        }
    }
    if pipelines.is_empty() { Err(node.wrong("filter_list", "a list of one pipeline or more")) } else { Ok(pipelines) }
}

fn items<'a>(node: &'a Node, key: &str) -> Result<&'a [Node], TaskError> {
    match &node.kind {
        Kind::List(items) => Ok(items),
        _ => Err(node.wrong(key, "a list of mappings")),
    }
}

fn pipeline(node: &Node, output_type: OutputType) -> Result<Pipeline, TaskError> {
    keys::check_pipeline(node.entries("filter_list")?)?;
    let name = node.get("name").ok_or_else(|| missing(node, "name", "results carry the name of their filter"))?;
    let steps = node.get("filter").ok_or_else(|| missing(node, "filter", "a pipeline has steps"))?;
    Ok(Pipeline {
        name: name.text().ok_or_else(|| name.wrong("name", "a string"))?,
        steps: items(steps, "filter")?.iter().map(|item| step(item, output_type)).collect::<Result<_, _>>()?,
    })
}

fn step(node: &Node, output_type: OutputType) -> Result<Step, TaskError> {
    let function = node.get("function").ok_or_else(|| missing(node, "function", "each step of `filter` has one"))?;
    let name = match &function.kind {
        Kind::Function(name) => return Err(no_hook(function, "function", name)),
        _ => function.str("function")?,
    };
    if let Some(node) = node.get("filter_fn").filter(|_| name == "custom")
        && let Kind::Function(name) = &node.kind
    {
        return Err(no_hook(node, "filter_fn", name));
    }
    let kind = filters::find(name).ok_or_else(|| TaskError::UnknownFilter {
        place: function.place.clone(),
        filter: name.to_owned(),
        nearest: filters::nearest_name(name),
        known: FILTERS.iter().map(|kind| kind.name).collect(),
    })?;
    if output_type != OutputType::GenerateUntil && kind.name != "take_first" {
        let reason = format!("{name} works on texts, and a task of output_type {} has none", output_type.name());
        return Err(TaskError::Unsupported { place: function.place.clone(), key: "function".to_owned(), reason });
    }
    keys::check_arguments(node.entries("filter")?, kind.arguments)?;
    Ok(Step { name: kind.name, place: function.place.clone(), filter: (kind.read)(node)? })
}

/// A Python class or function as a filter: there are no hooks of that kind.
fn no_hook(node: &Node, key: &str, name: &str) -> TaskError {
    hook(node, key, name).map_or_else(
        |error| error,
        |_| TaskError::WrongHook { place: node.place.clone(), key: key.to_owned(), function: name.to_owned() },
    )
}

//! Every key of the schema and what becomes of it.

use crate::error::{TaskError, nearest};
use crate::yaml::{Entry, Kind};

/// What a key does here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    /// Read by [`super::TaskConfig`].
    Used,
    /// Without influence on a result: display names, decontamination.
    NoEffect,
    /// Would change the result, unless null or the value that means "off".
    Refused(&'static str),
}

use Policy::{NoEffect, Refused, Used};

/// The keys of lm-eval 0.4.13's task files.
const TASK_KEYS: &[(&str, Policy)] = &[
    ("task", Used),
    ("task_alias", NoEffect),
    ("task_list", NoEffect),
    // Of a task, not of a group: lm-eval drops it.
    ("group", NoEffect),
    ("tag", Used),
    ("class", Refused("the task is a Python class")),
    ("recipe", Refused("the task is made by a Python package")),
    ("custom_dataset", Refused("the dataset is made by a Python function")),
    ("dataset_path", Used),
    ("dataset_name", Used),
    ("dataset_kwargs", Used),
    ("training_split", Used),
    ("validation_split", Used),
    ("test_split", Used),
    ("fewshot_split", Used),
    ("process_docs", Used),
    ("doc_to_text", Used),
    ("doc_to_target", Used),
    ("doc_to_choice", Used),
    ("doc_to_image", Refused("the prompt has an image")),
    ("doc_to_audio", Refused("the prompt has sound")),
    ("unsafe_code", Refused("the metric runs code that the model wrote")),
    ("process_results", Used),
    ("use_prompt", Refused("the prompt comes from promptsource")),
    ("description", Used),
    ("target_delimiter", Used),
    ("fewshot_delimiter", Used),
    ("fewshot_config", Used),
    ("num_fewshot", Used),
    ("metric_list", Used),
    ("output_type", Used),
    ("generation_kwargs", Used),
    ("repeats", Used),
    ("filter_list", Used),
    ("should_decontaminate", NoEffect),
    ("doc_to_decontamination_query", NoEffect),
    ("gen_prefix", Used),
    ("metadata", Used),
];

/// The keys of `fewshot_config`.
const FEWSHOT_KEYS: &[(&str, Policy)] = &[
    ("sampler", Used),
    ("split", Used),
    ("process_docs", Used),
    // lm-eval 0.4.13 reads the key and makes its sampler without it.
    ("fewshot_indices", NoEffect),
    ("samples", Used),
    ("doc_to_text", Used),
    ("doc_to_choice", Used),
    ("doc_to_target", Used),
    ("gen_prefix", Used),
    ("fewshot_delimiter", Used),
    ("target_delimiter", Used),
];

/// The keys of a group. All others are keys of tasks, which the group's members take over.
const GROUP_KEYS: &[(&str, Policy)] = &[
    ("group", Used),
    ("group_alias", NoEffect),
    ("task", Used),
    ("aggregate_metric_list", Used),
    // Of a group lm-eval makes no tag, and hands it to members where it does nothing.
    ("tag", NoEffect),
    ("metadata", Used),
];

/// The keys of an entry of `metric_list`. All that lm-eval does not know itself it hands to the metric's function.
const METRIC_KEYS: &[&str] = &["metric", "aggregation", "higher_is_better", "hf_evaluate"];

/// The keys of an entry of `filter_list`.
const PIPELINE_KEYS: &[(&str, Policy)] = &[("name", Used), ("filter", Used)];

/// The keys of an entry of `aggregate_metric_list`.
const AGGREGATE_KEYS: &[(&str, Policy)] =
    &[("metric", Used), ("aggregation", Used), ("weight_by_size", Used), ("filter_list", Used)];

/// Refuses keys of a task that the schema does not have or that cannot be honoured.
pub(super) fn check_task(entries: &[Entry]) -> Result<(), TaskError> {
    entries.iter().try_for_each(|entry| check(entry, TASK_KEYS))
}

/// The same for `fewshot_config`.
pub(super) fn check_fewshot(entries: &[Entry]) -> Result<(), TaskError> {
    entries.iter().try_for_each(|entry| check(entry, FEWSHOT_KEYS))
}

/// The same for a group, whose keys are its own or those of its members.
pub(super) fn check_group(entries: &[Entry]) -> Result<(), TaskError> {
    let both: Vec<_> = GROUP_KEYS.iter().chain(TASK_KEYS).copied().collect();
    entries.iter().try_for_each(|entry| check(entry, &both))
}

/// Whether a key in a group's file belongs to the members.
pub(super) fn is_override(key: &str) -> bool {
    GROUP_KEYS.iter().all(|(own, _)| *own != key)
}

/// The same for an entry of `metric_list`. Keys of the file's own are for the metric, and warned of where it has no use
/// for them; a key that is nearly one of the schema's is a slip.
pub(super) fn check_metric(entries: &[Entry], options: &[&str], metric: &str) -> Result<Vec<String>, TaskError> {
    let is_known = |key: &str| METRIC_KEYS.contains(&key) || options.contains(&key);
    let own = entries.iter().filter(|entry| !is_known(&entry.key) && !is_off(&entry.value.kind));
    own.map(|entry| match nearest(&entry.key, METRIC_KEYS.iter().chain(options).copied()) {
        Some(nearest) => Err(unknown(entry, Some(nearest))),
        None => Ok(format!("{}: `{}` has no effect on {metric}", entry.place, entry.key)),
    })
    .collect()
}

/// The same for an entry of `filter_list`.
pub(super) fn check_pipeline(entries: &[Entry]) -> Result<(), TaskError> {
    entries.iter().try_for_each(|entry| check(entry, PIPELINE_KEYS))
}

/// The same for a filter with its arguments.
pub(super) fn check_arguments(entries: &[Entry], arguments: &[&str]) -> Result<(), TaskError> {
    let is_known = |entry: &&Entry| entry.key == "function" || arguments.contains(&entry.key.as_str());
    let unknown = |entry: &Entry| Err(unknown(entry, nearest(&entry.key, arguments.iter().copied())));
    entries.iter().find(|entry| !is_known(entry)).map_or(Ok(()), unknown)
}

/// The same for an entry of `aggregate_metric_list`.
pub(super) fn check_aggregate(entries: &[Entry]) -> Result<(), TaskError> {
    entries.iter().try_for_each(|entry| check(entry, AGGREGATE_KEYS))
}

fn check(entry: &Entry, keys: &[(&str, Policy)]) -> Result<(), TaskError> {
    match keys.iter().find(|(key, _)| *key == entry.key) {
        Some((_, Used | NoEffect)) => Ok(()),
        Some((_, Refused(_))) if is_off(&entry.value.kind) => Ok(()),
        Some((_, Refused(reason))) => Err(unsupported(entry, reason)),
        None => Err(unknown(entry, nearest(&entry.key, keys.iter().map(|(key, _)| *key)))),
    }
}

fn unknown(entry: &Entry, nearest: Option<String>) -> TaskError {
    TaskError::UnknownKey { place: entry.place.clone(), key: entry.key.clone(), nearest }
}

fn unsupported(entry: &Entry, reason: &str) -> TaskError {
    TaskError::Unsupported { place: entry.place.clone(), key: entry.key.clone(), reason: reason.to_owned() }
}

const fn is_off(kind: &Kind) -> bool {
    matches!(kind, Kind::Null | Kind::Bool(false) | Kind::Int(0))
}

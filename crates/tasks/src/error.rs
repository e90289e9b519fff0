//! Everything that can be wrong with a task file, a dataset or an answer, each with where it is and what to do.

pub use crate::place::{Place, RowPlace};

pub(crate) use crate::nearest::nearest;

use std::path::PathBuf;
use std::sync::Arc;

/// Why a task could not be found, read, rendered or scored.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// No task, group, tag, suite, file or folder of that name.
    #[error("no task, group, tag or file is called {selector:?} (`yardstick ls tasks` lists them){}", hint(.nearest.as_deref()))]
    UnknownTask {
        /// As typed.
        selector: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// No suite of that name.
    #[error("no suite is called {id:?} (`yardstick ls suites` lists them){}", hint(.nearest.as_deref()))]
    UnknownSuite {
        /// As typed.
        id: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// One id, two task files.
    #[error("task {id} is defined twice, in {first} and in {second}; rename one of them or select only one")]
    DuplicateTask {
        /// The id.
        id: String,
        /// File of the first definition.
        first: Arc<str>,
        /// File of the second definition.
        second: Arc<str>,
    },
    /// A file or folder that cannot be read.
    #[error("cannot read {}: {source}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A file that is no YAML, or larger or deeper than a task file may be.
    #[error("{place}: {reason}")]
    Yaml {
        /// Where.
        place: Place,
        /// What is wrong.
        reason: String,
    },
    /// A key that the schema does not have.
    #[error("{place}: unknown key `{key}`{}", hint(.nearest.as_deref()))]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// The most similar key of the schema.
        nearest: Option<String>,
    },
    /// A key with a value that it cannot have.
    #[error("{place}: `{key}` must be {expected}, but is {found}")]
    BadKey {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A key that is needed and absent.
    #[error("{place}: `{key}` is missing ({why})")]
    MissingKey {
        /// The file, at the line where the task begins.
        place: Place,
        /// The key.
        key: &'static str,
        /// What it is needed for.
        why: &'static str,
    },
    /// A key of the schema whose meaning is not implemented and would change the result.
    #[error("{place}: `{key}` is not supported yet: {reason}")]
    Unsupported {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// What it would do.
        reason: String,
    },
    /// `include` of a file that cannot be read.
    #[error("{place}: `include` cannot read {}: {source}", .path.display())]
    MissingInclude {
        /// The line that asks for it.
        place: Place,
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// A member of a group that is nowhere.
    #[error("{place}: no task, group or tag is called {member:?}, which group {group} names{}", hint(.nearest.as_deref()))]
    UnknownMember {
        /// Where.
        place: Place,
        /// The group.
        group: String,
        /// As written.
        member: String,
        /// The most similar name there is.
        nearest: Option<String>,
    },
    /// `include` that leads back to itself.
    #[error("{place}: `include` leads back to {file}; break the circle")]
    IncludeCycle {
        /// The include that closes the circle.
        place: Place,
        /// The file included a second time.
        file: String,
    },
    /// `!function` naming a Python function without a counterpart.
    #[error("{place}: `{key}` calls the Python function {function:?}, and there is no hook of that name{}", hint(.nearest.as_deref()))]
    UnknownHook {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// `module.function`.
        function: String,
        /// The most similar hook.
        nearest: Option<String>,
    },
    /// A hook of the wrong kind for its key.
    #[error("{place}: hook {function:?} cannot be used for `{key}`")]
    WrongHook {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// The hook.
        function: String,
    },
    /// A metric that there is not, or not for this output type.
    #[error("{place}: there is no metric {metric:?} for output_type {output_type}, only {}{}", .known.join(", "), hint(.nearest.as_deref()))]
    UnknownMetric {
        /// Where.
        place: Place,
        /// As written.
        metric: String,
        /// The task's output type.
        output_type: &'static str,
        /// The most similar metric of that output type.
        nearest: Option<String>,
        /// The metrics of that output type.
        known: Vec<&'static str>,
    },
    /// A filter that there is not.
    #[error("{place}: there is no filter {filter:?}, only {}{}", .known.join(", "), hint(.nearest.as_deref()))]
    UnknownFilter {
        /// Where.
        place: Place,
        /// As written.
        filter: String,
        /// The most similar filter.
        nearest: Option<String>,
        /// All filters.
        known: Vec<&'static str>,
    },
    /// A step of a filter pipeline that cannot be taken for a document.
    #[error("{row}: filter `{filter}` ({place}) fails: {reason}")]
    Filter {
        /// The document.
        row: RowPlace,
        /// The filter.
        filter: String,
        /// Where it is asked for.
        place: Place,
        /// What is wrong.
        reason: String,
    },
    /// A metric of a task with `process_results` that its hook does not give.
    #[error("{place}: hook {function:?} of `process_results` does not give the metric {metric:?}; it gives {}", .given.join(", "))]
    MetricNotGiven {
        /// Where the metric is asked for; the hook's place for one of the output type's own metrics.
        place: Place,
        /// The metric.
        metric: String,
        /// The hook.
        function: &'static str,
        /// The metrics that it gives.
        given: &'static [&'static str],
    },
    /// A Jinja template that does not parse.
    #[error("{place}: the template in `{key}` does not parse: {reason}")]
    Template {
        /// Where.
        place: Place,
        /// The key.
        key: &'static str,
        /// What is wrong, with the line in the template.
        reason: String,
    },
    /// A Jinja template that fails on a row.
    #[error("{row}: the template in `{key}` ({place}) fails: {reason}")]
    Render {
        /// The row.
        row: RowPlace,
        /// The key.
        key: &'static str,
        /// Where the template is.
        place: Place,
        /// What is wrong.
        reason: String,
    },
    /// A chat template that cannot be used.
    #[error("the model's chat template fails: {reason}")]
    ChatTemplate {
        /// What is wrong, with the line in the template.
        reason: String,
    },
    /// A dataset that is in no store.
    #[error("dataset {id}{}, split {split}, was not found; looked in:{}{}\n{}", in_brackets(.config.as_deref()), one_a_line(.tried), instead(.there), how_to_get(.id))]
    DatasetNotFound {
        /// Hub id.
        id: String,
        /// Configuration, when the task names one.
        config: Option<String>,
        /// Split.
        split: String,
        /// The folders that were looked at.
        tried: Vec<PathBuf>,
        /// Configurations or splits that stand there instead.
        there: Vec<String>,
    },
    /// Several configurations and a task that names none.
    #[error("dataset {id} in {} has several configurations ({}); name one with `dataset_name`", .store.display(), .configs.join(", "))]
    AmbiguousConfig {
        /// Hub id.
        id: String,
        /// The store.
        store: PathBuf,
        /// What there is.
        configs: Vec<String>,
    },
    /// A split for few-shot examples that is not there.
    #[error("{place}: there is no such split to take examples from: {source}")]
    NoExamples {
        /// Where it is named.
        place: Place,
        /// What is not there.
        source: Box<TaskError>,
    },
    /// More few-shot examples than there are documents for.
    #[error(
        "{place}: {shots} solved examples (`num_fewshot` or --shots) need {needed} documents of {pool}, and only {available} can be drawn"
    )]
    TooFewExamples {
        /// The task's file.
        place: Place,
        /// Examples before each document.
        shots: usize,
        /// Documents that the draw needs.
        needed: usize,
        /// Where they come from.
        pool: String,
        /// Documents that there are.
        available: usize,
    },
    /// A split without rows.
    #[error("dataset {id}, split {split}, has no rows (read from {file})")]
    EmptyDataset {
        /// Hub id or format.
        id: String,
        /// Split.
        split: String,
        /// The first file of the split.
        file: String,
    },
    /// A split of which `process_docs` keeps nothing.
    #[error(
        "dataset {id}, split {split}: none of its {rows} rows is left by `process_docs` ({function}); is it the right split and configuration?"
    )]
    NothingLeft {
        /// Hub id or format.
        id: String,
        /// Split.
        split: String,
        /// Rows that there were.
        rows: u64,
        /// The hook.
        function: &'static str,
    },
    /// A data file that is damaged.
    #[error("{file} is damaged or not what its name says: {reason}")]
    Corrupt {
        /// The file.
        file: String,
        /// What the reader found.
        reason: String,
    },
    /// A row without a column that the task needs.
    #[error("{row}: there is no column `{column}`{}", hint(.nearest.as_deref()))]
    MissingColumn {
        /// The row.
        row: RowPlace,
        /// The column.
        column: String,
        /// The most similar column of the row.
        nearest: Option<String>,
    },
    /// A cell of the wrong type or with a value it cannot have.
    #[error("{row}: `{column}` must be {expected}, but is {found}")]
    BadCell {
        /// The row.
        row: RowPlace,
        /// The column or the task's key that was made from it.
        column: String,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A label that names none of the choices.
    #[error("{row}: the label is {label}, which is none of the {n_choices} choices")]
    BadLabel {
        /// The row.
        row: RowPlace,
        /// The label.
        label: String,
        /// How many choices there are.
        n_choices: usize,
    },
    /// Answers that do not belong to the questions.
    #[error("{row}: task {task} cannot be scored: {reason}")]
    BadResponse {
        /// The document.
        row: RowPlace,
        /// The task.
        task: String,
        /// What is wrong.
        reason: String,
    },
}

impl TaskError {
    /// The file that an error is about, where its message begins with one.
    pub(crate) fn file(&self) -> String {
        match self {
            Self::DuplicateTask { second, .. } => second.to_string(),
            Self::Io { path, .. } => path.display().to_string(),
            other => {
                let text = other.to_string();
                let place = text.split_once(": ").map_or(text.as_str(), |(place, _)| place);
                place.rsplit_once(':').map_or(place, |(file, _)| file).to_owned()
            }
        }
    }
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn in_brackets(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" ({name})"))
}

/// What to do about a dataset that is missing; only what is on the hub or has an address can be fetched.
fn how_to_get(id: &str) -> String {
    const PUT: &str = "put its files there, or name a folder that has them with --data or YARDSTICK_DATA";
    let is_file = [".json", ".csv", ".tsv", ".txt", ".parquet"].iter().any(|extension| id.contains(extension));
    let is_path = is_file || id.starts_with(['.', '/']);
    if is_path && !id.contains("://") {
        PUT.to_owned()
    } else {
        format!("fetch it with `yardstick data pull {id}`, {PUT}")
    }
}

/// What is in the folders that were looked at.
fn instead(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!("\nwhat is there: {}", names.join(", ")) }
}

fn one_a_line(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return " no folder at all".to_owned();
    }
    paths.iter().flat_map(|path| ["\n  ".to_owned(), path.display().to_string()]).collect()
}

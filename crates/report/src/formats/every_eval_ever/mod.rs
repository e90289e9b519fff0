//! The records of Every Eval Ever (schema 0.3.0), by which evaluations of different tools are put together: for each run,
//! model and task an aggregate and its documents, in the folders of their data store.

mod aggregate;
mod documents;
mod names;
#[cfg(test)]
mod tests;

use super::{Format, Put};
use crate::hash::sha256_hex;
use crate::{Artifact, Card, Report, ReportError};
use jiff::Timestamp;
use serde_json::{Value, json};
use yardstick_core::{ModelCard, ResultRecord, RunRecord, Sample, TaskCard};

/// The schema's version.
const SCHEMA: &str = "0.3.0";

/// `data/<task>/<developer>/<model>/<uuid>.json` and `<uuid>_samples.jsonl`.
pub(super) struct EveryEvalEver;

impl Format for EveryEvalEver {
    fn card(&self) -> Card {
        Card {
            id: "every-eval-ever",
            summary: "data/<task>/<developer>/<model>/<uuid>.json and <uuid>_samples.jsonl: records of schema 0.3.0",
        }
    }

    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError> {
        for run in report.runs {
            for model in &run.record.models {
                for name in names_of_results(&run.record, model) {
                    let samples = run.samples.iter().filter(|s| s.model == model.name && s.task == name).collect();
                    Evaluation::new(&run.record, model, name, samples).write(put)?;
                }
            }
        }
        Ok(())
    }
}

/// The tasks and groups that a model has results of, in their order.
fn names_of_results<'a>(record: &'a RunRecord, model: &ModelCard) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for result in record.results.iter().filter(|result| result.model == model.name) {
        if !names.contains(&result.task.as_str()) {
            names.push(&result.task);
        }
    }
    names
}

/// One model on one task or group.
struct Evaluation<'a> {
    record: &'a RunRecord,
    model: &'a ModelCard,
    name: &'a str,
    /// `None` for a group.
    task: Option<&'a TaskCard>,
    results: Vec<&'a ResultRecord>,
    samples: Vec<&'a Sample>,
}

impl<'a> Evaluation<'a> {
    fn new(record: &'a RunRecord, model: &'a ModelCard, name: &'a str, samples: Vec<&'a Sample>) -> Self {
        let results = record.results.iter().filter(|r| r.model == model.name && r.task == name).collect();
        let task = record.tasks.iter().find(|task| task.id == name);
        Self { record, model, name, task, results, samples }
    }

    /// The documents first: the aggregate holds their checksum.
    fn write(&self, put: &mut Put) -> Result<(), ReportError> {
        let stem = format!("data/{}/{}/{}", names::component(self.name), self.folders(), self.uuid());
        let (lines, n) = documents::lines(self)?;
        let documents = (n > 0).then(|| {
            let path = format!("{stem}_samples.jsonl");
            let (algorithm, checksum) = ("sha256", sha256_hex(&lines));
            json!({ "format": "jsonl", "file_path": path, "hash_algorithm": algorithm, "checksum": checksum, "total_rows": n })
        });
        if let Some(documents) = &documents {
            let path = documents["file_path"].as_str().unwrap_or_default().to_owned();
            put(Artifact { path, bytes: lines })?;
        }
        let value = aggregate::aggregate(self, documents.as_ref());
        let mut bytes = serde_json::to_vec_pretty(&value).map_err(encode)?;
        bytes.push(b'\n');
        put(Artifact { path: format!("{stem}.json"), bytes })
    }

    /// `<developer>/<model>` of the store.
    fn folders(&self) -> String {
        let (developer, model) = names::identity(self.model);
        format!("{}/{}", names::component(&developer), names::component(&model))
    }

    /// The model as the schema names it, `<developer>/<model>`.
    fn model_id(&self) -> String {
        let (developer, model) = names::identity(self.model);
        format!("{developer}/{model}")
    }

    /// Unique for a run, model and task.
    fn id(&self) -> String {
        format!("{}/{}/{}", self.name, self.model_id(), self.finished())
    }

    /// Seconds since 1970 at the run's start.
    fn started(&self) -> i64 {
        self.record.started.parse::<Timestamp>().map_or(0, Timestamp::as_second)
    }

    /// … and at its end, when its record was made.
    fn finished(&self) -> i64 {
        self.started() + self.record.seconds.ceil() as i64
    }

    /// A UUID of version 4 by its form. Its bits are a checksum of what was run, so that the same run has the same files.
    fn uuid(&self) -> String {
        let what = json!([self.record.started, self.record.spec, self.model, self.name, self.task, self.results]);
        let mut hex = sha256_hex(what.to_string()).into_bytes();
        hex[12] = b'4';
        hex[16] = b"89ab"[usize::from(hex[16]) % 4];
        let hex = String::from_utf8_lossy(&hex[..32]).into_owned();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }
}

#[expect(clippy::needless_pass_by_value, reason = "an error that is mapped is passed by value")]
fn encode(error: serde_json::Error) -> ReportError {
    ReportError::Encode { what: "every_eval_ever's records".to_owned(), reason: error.to_string() }
}

/// An object without the members that are null.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, member)| !member.is_null()).collect(),
        other => other,
    }
}

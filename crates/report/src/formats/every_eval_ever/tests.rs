//! Records as they are written, and against the published JSON schema.

use super::EveryEvalEver;
use crate::formats::artifacts;
use crate::{Artifact, Report, Run, testing};
use serde_json::Value;
use std::path::Path;
use yardstick_core::{RunRecord, Sample};

fn written(record: RunRecord, samples: Vec<Sample>) -> Vec<Artifact> {
    let runs = [Run { record, samples }];
    artifacts(&EveryEvalEver, &Report::numbers(&runs))
}

/// Whether a file has a line a document.
fn is_of_documents(artifact: &Artifact) -> bool {
    std::path::Path::new(&artifact.path).extension().is_some_and(|extension| extension == "jsonl")
}

/// The values of a file: one, or one a line.
fn values(artifact: &Artifact) -> Vec<Value> {
    let text = std::str::from_utf8(&artifact.bytes).expect("UTF-8");
    if is_of_documents(artifact) {
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    } else {
        vec![serde_json::from_str(text).expect("JSON")]
    }
}

/// Made-up runs of all kinds of tasks, metrics and trouble.
fn material() -> Vec<Artifact> {
    let (mut partial, mut hostile) = (testing::with_group(), testing::hostile());
    partial.status = yardstick_core::RunStatus::Partial;
    partial.results[0].estimate.value = f64::INFINITY;
    partial.results[1].estimate.stderr = None;
    partial.results[1].estimate.low = None;
    let mut sample = testing::choice(&hostile.models[0].name);
    sample.task.clone_from(&hostile.tasks[0].id);
    hostile.models[0].source = "/models/\u{202e}x".to_owned();
    let mut written = testing::one_by_one("gsm8k");
    written.results[0].metric = "exact_match,strict".to_owned();
    written.spec.system = Some("Be brief.".to_owned());
    let runs = [
        (testing::four_by_eleven(), testing::samples()),
        (written, testing::samples()),
        (partial, Vec::new()),
        (hostile, vec![sample]),
    ];
    runs.into_iter().flat_map(|(record, samples)| self::written(record, samples)).collect()
}

#[test]
fn a_task_with_its_documents() {
    let run = (testing::one_by_one("boolq"), vec![testing::choice("gpt2-micro")]);
    let artifacts = written(run.0.clone(), run.1.clone());
    let [documents, aggregate] = artifacts.as_slice() else { panic!("{} files", artifacts.len()) };
    assert_eq!(documents.path.strip_suffix("_samples.jsonl"), aggregate.path.strip_suffix(".json"));
    let value = &values(aggregate)[0];
    assert_eq!(value["detailed_evaluation_results"]["file_path"], documents.path.as_str());
    assert_eq!(value["detailed_evaluation_results"]["checksum"], crate::hash::sha256_hex(&documents.bytes).as_str());
    assert_eq!(written(run.0, run.1), artifacts, "the same run gives the same files");
    insta::assert_snapshot!(format!("{}\n{value:#}\n{:#}", aggregate.path, values(documents)[0]));
}

#[test]
fn what_was_written_and_what_was_taken_from_it() {
    let mut record = testing::one_by_one("gsm8k");
    record.results[0].metric = "exact_match,strict".to_owned();
    let artifacts = written(record, vec![testing::written("gpt2-micro")]);
    let lines = values(&artifacts[0]);
    // BLEU is a number of the corpus alone.
    assert_eq!(lines.len(), 2);
    let strict = lines.iter().find(|line| line["evaluation_result_id"] == "exact_match,strict").expect("a line");
    assert_eq!(strict["output"]["raw"], serde_json::json!([" 2, I say", ""]));
    assert_eq!(strict["answer_attribution"][0]["extracted_value"], "[invalid]");
    assert_eq!(strict["answer_attribution"][0]["extraction_method"], "strict");
    assert_eq!(strict["input"]["reference"], serde_json::json!(["2", "two"]));
}

#[test]
fn numbers_that_json_lacks_are_told_in_words() {
    let mut record = testing::one_by_one("piqa");
    record.results[0].estimate.value = f64::INFINITY;
    let value = &values(&written(record, Vec::new())[0])[0];
    assert_eq!(value["evaluation_results"], serde_json::json!([]));
    assert_eq!(value["source_metadata"]["additional_details"]["not_finite.acc"], "inf");
}

/// The schemas that `every_eval_ever` 0.3.0 publishes (MIT; `.ci/run` fetches them from PyPI into target/).
fn schemas() -> Option<[Value; 2]> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/every_eval_ever/schemas");
    let read = |name: &str| serde_json::from_slice(&std::fs::read(folder.join(name)).ok()?).ok();
    let found = read("eval.schema.json").zip(read("instance_level_eval.schema.json"));
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", folder.display());
        eprintln!("{} is not there: records are not checked against the published schema", folder.display());
    }
    found.map(|(aggregate, document)| [aggregate, document])
}

#[test]
fn records_are_valid_by_the_published_schema() {
    let Some(schemas) = schemas() else { return };
    let (mut all, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    let mut compile = |at: usize| {
        let name = format!("http://localhost/{at}.json");
        assert_eq!(schemas[at]["version"], super::SCHEMA);
        compiler.add_resource(&name, schemas[at].clone()).expect("a schema");
        compiler.compile(&name, &mut all).expect("a schema")
    };
    let (aggregate, document) = (compile(0), compile(1));
    let mut counts = [0, 0];
    for artifact in material() {
        let is_document = is_of_documents(&artifact);
        for value in values(&artifact) {
            let schema = if is_document { document } else { aggregate };
            all.validate(&value, schema).unwrap_or_else(|error| panic!("{}: {error}\n{value:#}", artifact.path));
            counts[usize::from(is_document)] += 1;
        }
    }
    assert!(counts[0] > 40 && counts[1] > 10, "{counts:?}");
    // The check can fail.
    assert!(all.validate(&serde_json::json!({ "schema_version": "0.3.0" }), aggregate).is_err());
}

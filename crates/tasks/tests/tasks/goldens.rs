//! Prompts and metrics against those of lm-eval 0.4.13 on the same data, which lie outside the project.

use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use yardstick_core::{Instance, Response, Sample, Score, Target};
use yardstick_tasks::{Catalog, DrawMode, LoadOptions, Loaded, Stores, Task};

/// Goldens of tasks in the catalog, by file: the id and, after a dash, the number of examples.
const GOLDENS: [&str; 15] = [
    "arc_challenge",
    "arc_easy",
    "arc_easy-3shot",
    "blimp_adjunct_island",
    "blimp_causative",
    "boolq",
    "boolq-3shot",
    "copa",
    "hellaswag",
    "hellaswag-3shot",
    "lambada_openai",
    "lambada_standard",
    "piqa",
    "wikitext",
    "winogrande",
];

fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("YARDSTICK_SHARED").map(PathBuf::from);
    if shared.is_none() {
        eprintln!("YARDSTICK_SHARED is not set: skipped the comparison with lm-eval's prompts and metrics");
    }
    shared
}

#[derive(serde::Deserialize)]
struct Golden {
    task: String,
    num_fewshot: usize,
    limit: String,
    results: serde_json::Map<String, serde_json::Value>,
    docs: Vec<GoldenDoc>,
}

#[derive(serde::Deserialize)]
struct GoldenDoc {
    doc_id: u64,
    requests: Vec<Vec<String>>,
    /// Numbers as strings; a bare one for a rolling request.
    responses: Vec<Vec<serde_json::Value>>,
    target: String,
    metrics: serde_json::Map<String, serde_json::Value>,
}

fn read(shared: &Path, name: &str) -> Golden {
    let text = std::fs::read_to_string(shared.join(format!("goldens/lm-eval/{name}.json"))).expect("golden");
    serde_json::from_str(&text).expect("golden JSON")
}

/// As lm-eval drew: its seed, and its stream over the documents.
fn load(shared: &Path, task: &Task, golden: &Golden) -> Loaded {
    let options = LoadOptions {
        limit: Some(golden.limit.parse().expect("limit")),
        shots: (golden.num_fewshot > 0).then_some(golden.num_fewshot),
        draw: DrawMode::LmEval,
        ..LoadOptions::default()
    };
    task.load(&Stores::new(vec![shared.join("data")]), &options)
        .unwrap_or_else(|error| panic!("{}: {error}", task.id()))
}

fn check_prompts(task: &str, instance: &Instance, golden: &GoldenDoc) {
    assert_eq!(instance.doc.id, golden.doc_id, "{task}");
    let ours: Vec<Vec<&str>> = instance
        .requests
        .iter()
        .map(|request| match request {
            yardstick_core::Request::Rolling { text } => vec![text.as_str()],
            yardstick_core::Request::LogLikelihood { context, continuation } => {
                vec![&**context, continuation.as_str()]
            }
            yardstick_core::Request::Generate { context, .. } => vec![&**context],
        })
        .collect();
    assert_eq!(ours, golden.requests, "{task} document {}", golden.doc_id);
    let index = match &instance.target {
        Target::Choice(index) => index.to_string(),
        Target::Choices(indices) => format!("{indices:?}"),
        Target::Text(_) | Target::Texts(_) => String::new(),
    };
    // lm-eval logs what doc_to_target gave: a label, a choice or the text that follows a gap.
    let is_same = [&index, &instance.target_text].contains(&&golden.target)
        || instance.requests.iter().all(|request| request.scored_text().trim_start() == golden.target);
    assert!(is_same, "{task} document {}: {} against {index} {}", golden.doc_id, golden.target, instance.target_text);
}

fn responses(golden: &GoldenDoc) -> Vec<Response> {
    let response = |logged: &Vec<serde_json::Value>| {
        let logged: Vec<&str> = match &logged[0] {
            serde_json::Value::Array(pair) => pair.iter().map(|v| v.as_str().expect("text")).collect(),
            single => vec![single.as_str().expect("text")],
        };
        Response {
            log_likelihood: logged[0].parse().expect("number"),
            is_greedy: logged.get(1) == Some(&"True"),
            n_tokens: 1,
            n_truncated: 0,
            n_unscored: 0,
            is_merged: false,
            text: None,
        }
    };
    golden.responses.iter().map(response).collect()
}

fn check_metrics(task: &str, sample: &Sample, golden: &GoldenDoc) {
    for (name, want) in &golden.metrics {
        let same = match &sample.metrics[name] {
            Score::Value(value) => want.as_f64() == Some(*value),
            Score::Ratio(quantity, units) => want[0].as_f64() == Some(*quantity) && want[1].as_f64() == Some(*units),
            Score::Counts(counts) => *want == serde_json::json!(counts),
        };
        assert!(same, "{task} document {}: {name} is {:?}, lm-eval has {want}", golden.doc_id, sample.metrics[name]);
    }
    assert_eq!(sample.metrics.len(), golden.metrics.len(), "{task}");
}

fn close(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-9 * want.abs().max(1.0)
}

fn check_results(task: &str, loaded: &Loaded, samples: &[Sample], golden: &Golden) {
    for (name, estimate) in loaded.task.estimates(samples) {
        let want = golden.results[&format!("{name},none")].as_f64().expect("a value");
        assert!(close(estimate.value, want), "{task} {name}: {} against {want}", estimate.value);
        // lm-eval bootstraps perplexity and has no error for ratios ("N/A").
        if let Some(want) = golden.results[&format!("{name}_stderr,none")].as_f64().filter(|_| name != "perplexity") {
            let stderr = estimate.stderr.expect("an error");
            assert!(close(stderr, want), "{task} {name}: error {stderr} against {want}");
        }
    }
}

fn check(name: &str, loaded: &Loaded, golden: &Golden) {
    assert_eq!((loaded.instances.len(), loaded.card.shots), (golden.docs.len(), golden.num_fewshot), "{name}");
    let mut samples = Vec::new();
    for (instance, doc) in loaded.instances.iter().zip(&golden.docs) {
        check_prompts(name, instance, doc);
        let sample = loaded.task.sample("golden", instance, &responses(doc)).expect(name);
        check_metrics(name, &sample, doc);
        samples.push(sample);
    }
    check_results(name, loaded, &samples, golden);
}

#[test]
fn as_lm_eval() {
    let Some(shared) = shared() else { return };
    for name in GOLDENS {
        let golden = read(&shared, name);
        let selection = Catalog::bundled().expect("catalog").resolve(std::slice::from_ref(&golden.task)).expect(name);
        check(name, &load(&shared, &selection.tasks[0], &golden), &golden);
    }
}

/// A file of the store, as its manifest has it.
#[derive(serde::Deserialize)]
struct Listed {
    id: String,
    config: String,
    split: String,
    rows: u64,
    sha256: String,
}

#[test]
fn every_row_of_the_real_datasets_renders() {
    let Some(shared) = shared() else { return };
    let manifest = std::fs::read_to_string(shared.join("data/manifest.json")).expect("manifest");
    let manifest: Vec<Listed> = serde_json::from_str(&manifest).expect("manifest JSON");
    let selectors = ["lambada", "hellaswag", "piqa", "winogrande", "ai2_arc", "boolq", "copa", "wikitext", "blimp"];
    let catalog = Catalog::bundled().expect("catalog");
    let selection = catalog.resolve(&selectors.map(str::to_owned)).expect("tasks");
    assert_eq!(selection.tasks.len(), 77);
    for task in &selection.tasks {
        let loaded = task
            .load(&Stores::new(vec![shared.join("data")]), &LoadOptions::default())
            .unwrap_or_else(|e| panic!("{}: {e}", task.id()));
        let card = &loaded.card.dataset;
        let listed = manifest
            .iter()
            .find(|row| row.id == card.path && Some(&row.config) == card.name.as_ref() && row.split == card.split)
            .unwrap_or_else(|| panic!("{card:?} is in the manifest"));
        assert_eq!((loaded.card.n_docs, loaded.instances.len() as u64), (listed.rows, listed.rows), "{}", task.id());
        assert_eq!(card.files.iter().map(|(_, sha256)| sha256).collect::<Vec<_>>(), [&listed.sha256], "{}", task.id());
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
    }
}

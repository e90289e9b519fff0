//! What lm-eval 0.4.13 gave for the same checkpoint and data, against what this binary gives.

use crate::support::{ok, only_file, read_json, shared, text};
use serde_json::Value;
use std::path::Path;

/// Largest difference of a log-likelihood, nats.
const NATS: f64 = 1e-3;
/// Largest relative difference of an aggregate from the formula over the same documents.
const FORMULA: f64 = 1e-9;

const TASKS: &[&str] = &[
    "lambada_openai",
    "lambada_standard",
    "hellaswag",
    "piqa",
    "winogrande",
    "arc_easy",
    "arc_challenge",
    "boolq",
    "copa",
    "blimp_adjunct_island",
    "blimp_causative",
];

#[test]
fn zero_shot_tasks() {
    check(TASKS, 50);
}

#[test]
fn rolling_windows() {
    check(&["wikitext"], 4);
}

fn check(tasks: &[&str], limit: usize) {
    let Some(shared) = shared("the comparison with lm-eval's results") else { return };
    let out = tempfile::tempdir().unwrap();
    let (model, data, limit) = (shared.join("reference/gpt2-ctx512"), shared.join("data"), limit.to_string());
    let mut args = vec!["run", "--no-report", "--export", "lm-eval", "--limit", &limit, "--out", text(out.path())];
    args.extend(["--model", text(&model), "--data", text(&data), "--task"]);
    args.extend(tasks);
    ok(&args);
    let record = read_json(&out.path().join("run.json"));
    let exported = out.path().join("gpt2-ctx512");
    let results = read_json(&only_file(&exported, "results_", ".json"));
    for task in tasks {
        let golden = read_json(&shared.join(format!("goldens/lm-eval/{task}.json")));
        let samples = read_samples(&only_file(&exported, &format!("samples_{task}_"), ".jsonl"));
        compare(task, &golden, &samples, &results["results"][task], &record);
    }
}

fn read_samples(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn compare(task: &str, golden: &Value, samples: &[Value], results: &Value, record: &Value) {
    let docs = golden["docs"].as_array().unwrap();
    assert_eq!(samples.len(), docs.len(), "{task}: documents");
    let mut largest = 0.0_f64;
    for (ours, theirs) in samples.iter().zip(docs) {
        largest = largest.max(compare_document(task, ours, theirs));
    }
    eprintln!("{task}: {} documents, largest log-likelihood difference {largest:.2e} nats", docs.len());
    assert!(largest <= NATS, "{task}: a log-likelihood differs by {largest} nats");
    compare_aggregates(task, &golden["results"], results, record);
    recompute_aggregates(task, docs, samples, record);
}

/// Texts and per-document accuracies are equal; returns the largest difference of a log-likelihood.
fn compare_document(task: &str, ours: &Value, theirs: &Value) -> f64 {
    let id = &theirs["doc_id"];
    let requests = theirs["requests"].as_array().unwrap();
    let mut largest = 0.0_f64;
    for (i, request) in requests.iter().enumerate() {
        let arguments = &ours["arguments"][format!("gen_args_{i}")];
        for (j, text) in request.as_array().unwrap().iter().enumerate() {
            assert_eq!(&arguments[format!("arg_{j}")], text, "{task}, row {id}, request {i}");
        }
        let (got, want) = (&ours["resps"][i][0], &theirs["responses"][i][0]);
        largest = largest.max((number(got) - number(want)).abs());
        assert_eq!(got.get(1), want.get(1), "{task}, row {id}, request {i}: is_greedy");
    }
    for (metric, want) in theirs["metrics"].as_object().unwrap() {
        if metric.starts_with("acc") {
            let (got, want) = (ours[metric].as_f64().unwrap(), want.as_f64().unwrap());
            assert_eq!(got.to_bits(), want.to_bits(), "{task}, row {id}: {metric}");
        }
    }
    largest
}

/// A log-likelihood as lm-eval logs it: as a string, alone or before `is_greedy`.
fn number(value: &Value) -> f64 {
    value.get(0).unwrap_or(value).as_str().unwrap().parse().unwrap()
}

/// What is made of log-likelihoods follows from our own to 1e-9: exp(−mean) for perplexity; sums over lm-eval's own units for
/// the rolling metrics.
fn recompute_aggregates(task: &str, docs: &[Value], samples: &[Value], record: &Value) {
    let sum: f64 = samples.iter().map(|sample| number(&sample["resps"][0][0])).sum();
    for result in record["results"].as_array().unwrap().iter().filter(|r| r["task"] == task) {
        let metric = result["metric"].as_str().unwrap();
        let units: f64 = docs.iter().filter_map(|doc| doc["metrics"][metric][1].as_f64()).sum();
        let want = match metric {
            "perplexity" => (-sum / docs.len() as f64).exp(),
            "word_perplexity" | "byte_perplexity" => (-sum / units).exp(),
            "bits_per_byte" => -sum / units / std::f64::consts::LN_2,
            _ => continue,
        };
        let value = result["estimate"]["value"].as_f64().unwrap();
        assert!((value - want).abs() <= FORMULA * want, "{task} {metric}: {value}, by the formula {want}");
    }
}

/// Accuracies and their standard errors to 1e-9. What is computed from log-likelihoods follows their tolerance, and
/// perplexity's standard error is another estimator (delta method, where lm-eval draws a bootstrap).
fn compare_aggregates(task: &str, golden: &Value, exported: &Value, record: &Value) {
    let mut compared = 0;
    for result in record["results"].as_array().unwrap().iter().filter(|r| r["task"] == task) {
        let metric = result["metric"].as_str().unwrap();
        let value = result["estimate"]["value"].as_f64().unwrap();
        let want = golden[format!("{metric},none")].as_f64().unwrap();
        let tolerance = if metric.starts_with("acc") { FORMULA } else { NATS };
        assert!((value - want).abs() <= tolerance * want.abs().max(1.0), "{task} {metric}: {value}, lm-eval {want}");
        assert_eq!(exported[format!("{metric},none")].as_f64(), Some(value), "{task} {metric} as exported");
        if metric.starts_with("acc") {
            let (got, want) = (&result["estimate"]["stderr"], &golden[format!("{metric}_stderr,none")]);
            let (got, want) = (got.as_f64().unwrap(), want.as_f64().unwrap());
            assert!((got - want).abs() <= FORMULA, "{task} {metric} standard error: {got}, lm-eval {want}");
        }
        compared += 1;
    }
    assert!(compared > 0, "{task} has no results");
}

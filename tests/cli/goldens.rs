//! What lm-eval 0.4.13 gave for the same checkpoint and data, against what this binary gives.

use crate::support::{ok, only_file, read_json, shared, text};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Largest difference of a log-likelihood, nats.
const NATS: f64 = 1e-3;
/// Largest relative difference of an aggregate from the formula over the same documents.
const FORMULA: f64 = 1e-9;

/// Every recorded run: its file's name is the task's id and, after a dash, the number of examples.
#[test]
fn every_recorded_run() {
    let Some(shared) = shared("the comparison with lm-eval's results") else { return };
    let files = std::fs::read_dir(shared.join("goldens/lm-eval")).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 24, "{files:?}");
    for file in files {
        check(&shared, file.file_stem().unwrap().to_str().unwrap(), &read_json(&file));
    }
}

/// As lm-eval was called: so many documents and examples, and its draws.
fn check(shared: &Path, name: &str, golden: &Value) {
    let out = tempfile::tempdir().unwrap();
    let (model, data) = (shared.join("reference/gpt2-ctx512"), shared.join("data"));
    let (task, shots) = (golden["task"].as_str().unwrap(), golden["num_fewshot"].to_string());
    let mut args = vec!["run", "--no-report", "--export", "lm-eval", "--compat", "lm-eval", "--out", text(out.path())];
    args.extend(["--model", text(&model), "--data", text(&data), "--task", task]);
    args.extend(["--limit", golden["limit"].as_str().unwrap(), "--shots", &shots]);
    ok(&args);
    let record = read_json(&out.path().join("run.json"));
    let exported = out.path().join("gpt2-ctx512");
    let results = read_json(&only_file(&exported, "results_", ".json"));
    let samples = read_samples(&only_file(&exported, &format!("samples_{task}_"), ".jsonl"));
    compare(name, golden, &samples, &results["results"][task], &record);
}

fn read_samples(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn compare(name: &str, golden: &Value, samples: &[Value], results: &Value, record: &Value) {
    let docs = golden["docs"].as_array().unwrap();
    assert_eq!(samples.len(), docs.len(), "{name}: documents");
    let mut largest = 0.0_f64;
    for theirs in docs {
        let is_same = |ours: &&Value| ours["doc_id"] == theirs["doc_id"] && ours["filter"] == theirs["filter"];
        let ours = samples.iter().find(is_same).unwrap_or_else(|| panic!("{name}: no {}", theirs["doc_id"]));
        largest = largest.max(compare_document(name, ours, theirs));
    }
    eprintln!("{name}: {} documents, largest log-likelihood difference {largest:.2e} nats", docs.len());
    assert!(largest <= NATS, "{name}: a log-likelihood differs by {largest} nats");
    compare_aggregates(name, &golden["results"], results, record);
    recompute_aggregates(name, docs, samples, record);
}

/// Prompts, texts, filtered texts and scores are equal; returns the largest difference of a log-likelihood.
fn compare_document(name: &str, ours: &Value, theirs: &Value) -> f64 {
    let at = format!("{name}, row {}", theirs["doc_id"]);
    let mut largest = 0.0_f64;
    for (i, request) in theirs["requests"].as_array().unwrap().iter().enumerate() {
        compare_request(&at, &ours["arguments"][format!("gen_args_{i}")], request);
        let (got, want) = (&ours["resps"][i][0], &theirs["responses"][i][0]);
        if request[1].is_object() {
            assert_eq!(got, want, "{at}: the text");
            continue;
        }
        largest = largest.max((number(got) - number(want)).abs());
        assert_eq!(got.get(1), want.get(1), "{at}, request {i}: is_greedy");
    }
    if theirs["requests"][0][1].is_object() {
        assert_eq!(ours["filtered_resps"], theirs["filtered"], "{at}: what the filter made of the text");
    }
    for (metric, want) in theirs["metrics"].as_object().unwrap() {
        if is_exact(metric) {
            assert_eq!(floats(&ours[metric]), floats(want), "{at}: {metric}");
        }
    }
    largest
}

fn compare_request(at: &str, ours: &Value, theirs: &Value) {
    for (j, argument) in theirs.as_array().unwrap().iter().enumerate() {
        let got = &ours[format!("arg_{j}")];
        if let Some(settings) = argument.as_object() {
            settings.iter().for_each(|(key, want)| assert_eq!(&got[key], want, "{at}: {key}"));
        } else {
            assert_eq!(got, argument, "{at}: argument {j}");
        }
    }
}

/// Whether a metric is made of choices or texts, and not of log-likelihoods themselves.
fn is_exact(metric: &str) -> bool {
    metric.starts_with("acc") || metric.starts_with("exact_match") || metric == "f1"
}

/// A number, or all numbers of a list.
fn floats(value: &Value) -> Vec<Option<f64>> {
    value.as_array().map_or_else(|| vec![value.as_f64()], |list| list.iter().map(Value::as_f64).collect())
}

/// A log-likelihood as lm-eval logs it: as a string, alone or before `is_greedy`.
fn number(value: &Value) -> f64 {
    value.get(0).unwrap_or(value).as_str().unwrap().parse().unwrap()
}

/// What is made of log-likelihoods follows from our own to 1e-9: exp(−mean) for perplexity; sums over lm-eval's own units for
/// the rolling metrics.
fn recompute_aggregates(name: &str, docs: &[Value], samples: &[Value], record: &Value) {
    for result in record["results"].as_array().unwrap() {
        let metric = result["metric"].as_str().unwrap();
        let sum = || -> f64 { samples.iter().map(|sample| number(&sample["resps"][0][0])).sum() };
        let units = || -> f64 { docs.iter().filter_map(|doc| doc["metrics"][metric][1].as_f64()).sum() };
        let want = match metric {
            "perplexity" => (-sum() / docs.len() as f64).exp(),
            "word_perplexity" | "byte_perplexity" => (-sum() / units()).exp(),
            "bits_per_byte" => -sum() / units() / std::f64::consts::LN_2,
            _ => continue,
        };
        let value = result["estimate"]["value"].as_f64().unwrap();
        assert!((value - want).abs() <= FORMULA * want, "{name} {metric}: {value}, by the formula {want}");
    }
}

/// Shares and their standard errors to 1e-9. What is computed from log-likelihoods follows their tolerance. Where lm-eval
/// draws a bootstrap (perplexity) or has no standard error at all, ours is another estimator.
fn compare_aggregates(name: &str, golden: &Value, exported: &Value, record: &Value) {
    let results = record["results"].as_array().unwrap();
    for result in results {
        let metric = result["metric"].as_str().unwrap();
        let (metric, filter) = metric.split_once(',').unwrap_or((metric, "none"));
        let value = result["estimate"]["value"].as_f64().unwrap();
        let want = golden[format!("{metric},{filter}")].as_f64().unwrap();
        let tolerance = if is_exact(metric) { FORMULA } else { NATS };
        assert!((value - want).abs() <= tolerance * want.abs().max(1.0), "{name} {metric}: {value}, lm-eval {want}");
        assert_eq!(exported[format!("{metric},{filter}")].as_f64(), Some(value), "{name} {metric} as exported");
        if let Some(want) = golden[format!("{metric}_stderr,{filter}")].as_f64().filter(|_| is_exact(metric)) {
            let got = result["estimate"]["stderr"].as_f64().unwrap();
            assert!((got - want).abs() <= FORMULA, "{name} {metric} standard error: {got}, lm-eval {want}");
        }
    }
    let metrics = golden.as_object().unwrap().keys().filter(|key| key.contains(',') && !key.contains("_stderr"));
    assert_eq!(results.len(), metrics.count(), "{name}: metrics");
}

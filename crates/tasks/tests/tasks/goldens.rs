//! Prompts and metrics against those of lm-eval 0.4.13 on the same data, which lie outside the project.

use std::path::{Path, PathBuf};
use yardstick_core::{Instance, Request, Response, Sample, Score, Target};
use yardstick_tasks::{Catalog, DrawMode, LoadOptions, Loaded, Stores, Task};

/// Goldens of tasks in the catalog, by file: the id and, after a dash, the number of examples.
const GOLDENS: [&str; 24] = [
    "anagrams1",
    "arc_challenge",
    "arc_easy",
    "arc_easy-3shot",
    "arithmetic_2da",
    "blimp_adjunct_island",
    "blimp_causative",
    "boolq",
    "boolq-3shot",
    "cb",
    "copa",
    "gsm8k-2shot",
    "hellaswag",
    "hellaswag-3shot",
    "lambada_openai",
    "lambada_standard",
    "mmlu_abstract_algebra",
    "mmlu_anatomy",
    "mmlu_anatomy-5shot",
    "nq_open-5shot",
    "piqa",
    "sglue_rte",
    "wikitext",
    "winogrande",
];
/// Metrics whose error lm-eval bootstraps, and we do not, or with other draws.
const BOOTSTRAPPED: [&str; 2] = ["perplexity", "f1"];

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

/// What lm-eval logged of a document for one of its filters.
#[derive(serde::Deserialize)]
struct GoldenDoc {
    doc_id: u64,
    filter: String,
    /// Context and continuation, or context and how to write.
    requests: Vec<Vec<serde_json::Value>>,
    /// Numbers as strings, a bare one for a rolling request; or texts.
    responses: Vec<Vec<serde_json::Value>>,
    filtered: serde_json::Value,
    target: String,
    metrics: serde_json::Map<String, serde_json::Value>,
}

/// A metric's name in results: with the name of its filter, unless that is lm-eval's for none.
fn key(metric: &str, filter: &str) -> String {
    if filter == "none" { metric.to_owned() } else { format!("{metric},{filter}") }
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
            Request::Rolling { text } => vec![text.as_str()],
            Request::LogLikelihood { context, continuation } => vec![&**context, continuation.as_str()],
            Request::Generate { context, .. } => vec![&**context],
        })
        .collect();
    let texts =
        |request: &Vec<serde_json::Value>| request.iter().filter_map(|part| part.as_str().map(str::to_owned)).collect();
    let theirs: Vec<Vec<String>> = golden.requests.iter().map(texts).collect();
    assert_eq!(ours, theirs, "{task} document {}", golden.doc_id);
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

fn responses(instance: &Instance, golden: &GoldenDoc) -> Vec<Response> {
    let texts = |logged: &serde_json::Value| match logged {
        serde_json::Value::Array(pair) => pair.iter().map(|v| v.as_str().expect("text").to_owned()).collect(),
        single => vec![single.as_str().expect("text").to_owned()],
    };
    let response = |(request, logged): (&Request, &Vec<serde_json::Value>)| {
        let logged: Vec<String> = texts(&logged[0]);
        if let Request::Generate { .. } = request {
            return Response { text: Some(logged[0].clone()), ..Response::default() };
        }
        let is_greedy = logged.get(1).is_some_and(|greedy| greedy == "True");
        Response { log_likelihood: logged[0].parse().expect("number"), is_greedy, n_tokens: 1, ..Response::default() }
    };
    instance.requests.iter().zip(&golden.responses).map(response).collect()
}

fn check_metrics(task: &str, sample: &Sample, golden: &GoldenDoc) {
    let place = format!("{task} document {}, filter {}", golden.doc_id, golden.filter);
    for (name, want) in &golden.metrics {
        let got = &sample.metrics[&key(name, &golden.filter)];
        let number = |value: &serde_json::Value| value.as_f64();
        let same = match got {
            Score::Value(value) => number(want) == Some(*value),
            Score::Ratio(quantity, units) => number(&want[0]) == Some(*quantity) && number(&want[1]) == Some(*units),
            Score::Counts(counts) => {
                let wanted: Vec<_> = want.as_array().expect("counts").iter().map(number).collect();
                !wanted.is_empty() && counts.iter().copied().map(Some).eq(wanted)
            }
        };
        assert!(same, "{place}: {name} is {got:?}, lm-eval has {want}");
    }
    if sample.requests.iter().any(|request| matches!(request, Request::Generate { .. })) {
        let filtered = sample.filtered.iter().find(|(filter, _)| *filter == golden.filter);
        let (_, texts) = filtered.unwrap_or_else(|| panic!("{place}: only {:?}", sample.filtered));
        assert_eq!(serde_json::json!(texts), golden.filtered, "{place}");
    } else {
        assert_eq!((sample.filtered.len(), golden.filter.as_str()), (0, "none"), "{place}");
    }
}

fn close(got: f64, want: f64) -> bool {
    (got - want).abs() <= 1e-9 * want.abs().max(1.0)
}

fn check_results(task: &str, loaded: &Loaded, samples: &[Sample], golden: &Golden) {
    for (name, estimate) in loaded.task.estimates(samples) {
        let (metric, filter) = name.split_once(',').unwrap_or((&name, "none"));
        let want = golden.results[&format!("{metric},{filter}")].as_f64().expect("a value");
        assert!(close(estimate.value, want), "{task} {name}: {} against {want}", estimate.value);
        let stderr = golden.results[&format!("{metric}_stderr,{filter}")].as_f64();
        // There is no error for ratios ("N/A").
        if let Some(want) = stderr.filter(|_| !BOOTSTRAPPED.contains(&metric)) {
            let stderr = estimate.stderr.expect("an error");
            assert!(close(stderr, want), "{task} {name}: error {stderr} against {want}");
        }
    }
}

fn check(name: &str, loaded: &Loaded, golden: &Golden) {
    let mut samples = Vec::new();
    for instance in &loaded.instances {
        let docs: Vec<_> = golden.docs.iter().filter(|doc| doc.doc_id == instance.doc.id).collect();
        let first = docs.first().unwrap_or_else(|| panic!("{name} has no document {}", instance.doc.id));
        check_prompts(name, instance, first);
        let sample = loaded.task.sample("golden", instance, &responses(instance, first)).expect(name);
        for doc in &docs {
            check_metrics(name, &sample, doc);
        }
        assert_eq!(sample.metrics.len(), docs.iter().map(|doc| doc.metrics.len()).sum::<usize>(), "{name}");
        samples.push(sample);
    }
    let logged: usize = samples.iter().map(|sample| sample.filtered.len().max(1)).sum();
    assert_eq!((logged, loaded.card.shots), (golden.docs.len(), golden.num_fewshot), "{name}");
    check_results(name, loaded, &samples, golden);
}

#[test]
fn as_lm_eval() {
    let Some(shared) = shared() else { return };
    let catalog = Catalog::bundled().expect("catalog");
    for name in GOLDENS {
        let golden = read(&shared, name);
        let selection = catalog.resolve(std::slice::from_ref(&golden.task)).expect(name);
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
    let selectors = [
        "lambada",
        "hellaswag",
        "piqa",
        "winogrande",
        "ai2_arc",
        "boolq",
        "copa",
        "cb",
        "sglue_rte",
        "wikitext",
        "blimp",
        "arithmetic",
        "unscramble",
        "mmlu",
        "xcopa_it",
        "xcopa_zh",
        "nq_open",
        "gsm8k",
    ];
    let catalog = Catalog::bundled().expect("catalog");
    let selection = catalog.resolve(&selectors.map(str::to_owned)).expect("tasks");
    assert_eq!(selection.tasks.len(), 155);
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

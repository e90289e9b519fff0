//! The protocols of the papers: each task's requests on a made-up row, and the numbers that the papers print.

use crate::workspace::Workspace;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use yardstick_core::{Request, TaskCard};
use yardstick_tasks::{Catalog, EntryKind, LoadOptions, Selection, Stores};

/// A task with made-up rows and what it asks about the last document of them.
#[derive(serde::Deserialize)]
struct Case {
    task: String,
    rows: Vec<serde_json::Value>,
    /// Context and scored text of each request; the context alone of a text to write.
    requests: Vec<Vec<String>>,
    /// The right answer.
    target: String,
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tasks/papers");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("cases").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let text = |file| std::fs::read_to_string(file).expect("a file of cases");
    files.iter().map(text).flat_map(|text| serde_json::from_str::<Vec<Case>>(&text).expect("cases")).collect()
}

fn protocols(catalog: &Catalog) -> Vec<String> {
    let entries = catalog.entries().filter(|entry| entry.kind == EntryKind::Task && entry.id.contains('@'));
    entries.map(|entry| entry.id).collect()
}

fn resolve(catalog: &Catalog, id: &str) -> Selection {
    catalog.resolve(&[id.to_owned()]).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn asked(request: &Request) -> Vec<String> {
    match request {
        Request::Generate { context, .. } => vec![context.to_string()],
        Request::LogLikelihood { context, continuation } => vec![context.to_string(), continuation.clone()],
        Request::Rolling { text } => vec![text.clone()],
    }
}

/// The rows where the task looks for its documents, and for its examples.
fn workspace(card: &TaskCard, rows: &[serde_json::Value]) -> Workspace {
    let workspace = Workspace::new(&[]);
    let text = rows.iter().fold(String::new(), |text, row| text + &row.to_string() + "\n");
    let config = card.dataset.name.as_deref().unwrap_or("default");
    for split in [card.dataset.split.as_str(), "train", "validation"] {
        workspace.write(&format!("data/{}/{config}/{split}/rows.jsonl", card.dataset.path), text.as_bytes());
    }
    workspace
}

fn check(catalog: &Catalog, case: &Case) {
    let task = resolve(catalog, &case.task).tasks.remove(0);
    let workspace = workspace(&task.card(), &case.rows);
    let options = LoadOptions { shots: Some(0), ..LoadOptions::default() };
    let loaded = task.load(&workspace.stores(), &options);
    let loaded = loaded.unwrap_or_else(|error| panic!("{}: {}", case.task, workspace.message(&error)));
    let last = loaded.instances.last().expect("a document");
    let mut requests: Vec<_> = last.requests.iter().map(asked).collect();
    requests.dedup();
    assert_eq!(requests, case.requests, "{}", case.task);
    assert_eq!(last.target_text, case.target, "{}", case.task);
    assert!(loaded.warnings.is_empty(), "{}: {:?}", case.task, loaded.warnings);
}

#[test]
fn requests_on_made_up_rows() {
    let catalog = Catalog::bundled().expect("catalog");
    let cases = cases();
    for case in &cases {
        check(&catalog, case);
    }
    let covered: Vec<_> = cases.iter().map(|case| case.task.as_str()).collect();
    let missing: Vec<_> = protocols(&catalog).into_iter().filter(|id| !covered.contains(&id.as_str())).collect();
    assert!(missing.is_empty(), "no made-up row for {missing:?}");
}

#[test]
fn every_protocol_says_what_was_chosen() {
    let catalog = Catalog::bundled().expect("catalog");
    for id in protocols(&catalog) {
        let task = &resolve(&catalog, &id).tasks[0];
        let card = task.card();
        assert!(card.paper.is_some() && !card.choices.is_empty() && !task.columns().is_empty(), "{id}");
        for reference in &card.references {
            let metric = card.metrics.iter().find(|metric| metric.name == reference.metric);
            assert!(metric.is_some(), "{id} has no {}", reference.metric);
            assert!(reference.n_params.is_some() && reference.value >= 0.0, "{reference:?}");
        }
    }
}

/// Numbers of examples with the values for the models.
type Series = Vec<(usize, Vec<f64>)>;

/// Rows of table H.1 by the tasks and metrics that have them.
fn table_h1(catalog: &Catalog) -> BTreeMap<(String, String), Series> {
    let mut rows = BTreeMap::new();
    for id in protocols(catalog).into_iter().filter(|id| id.ends_with("@gpt3")) {
        for reference in resolve(catalog, &id).tasks[0].card().references {
            let row: &mut Series = rows.entry((id.clone(), reference.metric)).or_default();
            match row.iter_mut().find(|(shots, _)| *shots == reference.shots) {
                Some((_, values)) => values.push(reference.value),
                None => row.push((reference.shots, vec![reference.value])),
            }
        }
    }
    rows
}

/// Every series of the transcription is some task's, number by number, where the transcription is at hand.
#[test]
fn references_are_the_transcription() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        eprintln!("YARDSTICK_SHARED is not set: the papers' numbers are not compared with their transcription");
        return;
    };
    let text = std::fs::read(Path::new(&shared).join("paper/paper_tables.json")).expect("the transcription");
    let tables: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let ours: Vec<_> = table_h1(&Catalog::bundled().expect("catalog")).into_values().flatten().collect();
    for (name, row) in tables["gpt3"]["table_H1"].as_object().expect("rows") {
        let few = row["k_fewshot"].as_u64().and_then(|k| usize::try_from(k).ok());
        for (kind, shots) in [("zero", Some(0)), ("one", Some(1)), ("few", few)] {
            // A mean over tasks, another script's BLEU, and answers in a form that the table cannot mean.
            let is_left_out =
                name.starts_with("SuperGLUE") || name.ends_with("BLEU-mb") || (name == "WiC|acc" && kind == "zero");
            let Some(printed) = row[kind].as_array().filter(|_| !is_left_out) else { continue };
            let printed: Vec<f64> = printed.iter().map(|value| value.as_f64().expect("a number")).collect();
            let is_same = |values: &[f64]| {
                let scale = if ["ppl", "BLEU-sb"].iter().any(|unit| name.ends_with(unit)) { 1.0 } else { 100.0 };
                values.len() == printed.len()
                    && values.iter().zip(&printed).all(|(ours, printed)| (ours * scale - printed).abs() < 1e-9)
            };
            let found = ours.iter().any(|(k, values)| Some(*k) == shots && is_same(values));
            assert!(found, "no task has {name} {kind}: {printed:?}");
        }
    }
}

/// `WikiText` with rare words in place, through the de-tokenizer of the GPT-2 protocol.
const WIKITEXT: &str = "task: t
dataset_path: EleutherAI/wikitext_document_level
dataset_name: wikitext-2-raw-v1
test_split: test
output_type: loglikelihood_rolling
process_docs: !function paper.language.wikitext_docs
doc_to_text: ''
doc_to_target: text
";

/// What the rules cannot restore has two spaces before it: little of real text.
#[test]
fn few_tokens_of_wikipedia_stay_as_published() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        eprintln!("YARDSTICK_SHARED is not set: the de-tokenizer is not tried on articles");
        return;
    };
    let workspace = Workspace::new(&[("t.yaml", WIKITEXT)]);
    let task = workspace.resolve("t.yaml").expect("a task").tasks.remove(0);
    let stores = Stores::new(vec![Path::new(&shared).join("data")]);
    let loaded = task.load(&stores, &LoadOptions::default()).expect("articles");
    let texts = loaded.instances.iter().flat_map(|instance| &instance.requests).map(Request::scored_text);
    let (mut marks, mut words) = (0, 0);
    for text in texts {
        marks += text.matches("  ").count();
        words += text.split_whitespace().count();
    }
    eprintln!("{marks} marked tokens among {words} words");
    assert!(words > 150_000 && marks * 100 < words, "{marks} of {words}");
}

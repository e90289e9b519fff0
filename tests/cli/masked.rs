//! Models that are no causal transformers beside those that are: BERT by its pseudo-log-likelihood, and imported LSTMs.

use crate::support::{fixtures, ok, read_json, run, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Its continuations are single words: the fixtures spell, and have no room for sentences.
const TASK: [&str; 4] = ["--task", "starter_last_word", "--limit", "6"];

fn bert() -> String {
    fixtures().join("bert").display().to_string()
}

/// Values of a run's results for one model.
fn values(record: &Value, model: &str) -> Vec<u64> {
    let results = record["results"].as_array().unwrap().iter().filter(|result| result["model"] == model);
    results.map(|result| result["estimate"]["value"].as_f64().unwrap().to_bits()).collect()
}

/// A run of BERT alone.
fn scored(dir: &Path, name: &str, extra: &[&str]) -> PathBuf {
    let out = dir.join(name);
    let args = ["run", "--quiet", "--no-report", "--model", &bert(), "--out", text(&out)];
    ok(&[&args[..], &TASK[..], extra].concat());
    out
}

#[test]
fn bert_stands_in_a_table_and_is_said_to_be_no_causal_model() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let finished = ok(&[&["run", "--model", &bert(), "gpt2-nano", "--out", text(&out)], &TASK[..]].concat());
    let note = "bert: scored by pseudo-log-likelihood, which is no log-likelihood";
    assert!(finished.stdout.contains(note) && finished.stdout.contains("pll-word-l2r"), "{}", finished.stdout);
    assert!(finished.stderr.contains("a pass over its text for each"), "{}", finished.stderr);
    let record = read_json(&out.join("run.json"));
    assert_eq!(
        (&record["models"][0]["scoring"], &record["models"][1]["scoring"]),
        (&json!("pll-word-l2r"), &json!(null))
    );
    let warnings: Vec<&str> = record["warnings"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(warnings.iter().any(|warning| warning.contains(note)), "{warnings:?}");
    assert_eq!(values(&record, "bert").len(), values(&record, "gpt2-nano").len());
    assert!(ok(&["show", text(&out)]).stdout.contains(note));
    let page = std::fs::read_to_string(out.join("report/report.md")).unwrap();
    assert!(page.contains("bert, pll-word-l2r") && page.contains("scored by pseudo-log-likelihood"), "{page}");

    let models = ["--base-model", "bert", "--candidate-model", "gpt2-nano"];
    let compared = ok(&[&["compare", text(&out), text(&out)], &models[..]].concat());
    assert!(compared.stdout.contains("are of two kinds"), "{}", compared.stdout);
}

#[test]
fn two_ways_of_masking_are_two_protocols() {
    let dir = tempfile::tempdir().unwrap();
    let usual = scored(dir.path(), "usual", &[]);
    let original = scored(dir.path(), "original", &["--pll", "original"]);
    let named = scored(dir.path(), "named", &["--pll", "word-l2r", "--threads", "1", "--memory", "40M"]);
    let record = |folder: &Path| read_json(&folder.join("run.json"));
    assert_eq!(record(&original)["spec"]["pll"], "original");
    assert_eq!(record(&original)["models"][0]["scoring"], "pll-original");
    assert!(record(&named)["spec"]["pll"].is_null());
    let same = ok(&["compare", text(&usual), text(&named), "--json"]).json();
    assert_eq!((&same["same_model"], &same["rows"][0]["verdict"]), (&json!(true), &json!("identical")));
    let other = run(&["compare", text(&usual), text(&original)]);
    assert_ne!(other.code, 0);
    let message = other.message();
    assert!(message.contains("the way masked models score") && message.contains("pll-original"), "{message}");
    // A model against a run is asked as the run was.
    let again = ok(&["compare", text(&original), &bert(), "--json", "--out", text(&dir.path().join("again"))]).json();
    assert_eq!(again["same_model"], true);
    let wrong = run(&["run", "--model", "gpt2-nano", "--pll", "causal"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.message().contains("must be one of word-l2r, original"), "{}", wrong.stderr);
}

#[test]
fn what_needs_a_next_token_is_refused_and_the_rest_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (task, out) = (crate::refusals::writing(dir.path(), 4), dir.path().join("out"));
    let args = ["run", "--no-report", "--model", &bert(), "--task", "starter_last_word", text(&task), "--limit", "2"];
    let finished = run(&[&args[..], &["--out", text(&out)]].concat());
    assert_eq!(finished.code, 4, "{}", finished.stderr);
    let refusal = "bert, task writing, row 0: bert is a masked model: it scores texts and writes none";
    assert_eq!(finished.message().matches(refusal).count(), 1, "{}", finished.stderr);
    let record = read_json(&out.join("run.json"));
    assert_eq!(record["status"], "partial");
    assert!(record["results"].as_array().unwrap().iter().all(|result| result["task"] == "starter_last_word"));
    assert!(!values(&record, "bert").is_empty());

    let diff = run(&["diff", &bert(), "gpt2-nano", "--task", "starter_last_word", "--limit", "1", "--quiet"]);
    assert_eq!(diff.code, 4, "{}", diff.stderr);
    assert!(diff.message().contains("no distribution of the next token"), "{}", diff.stderr);
}

#[test]
fn what_is_meant_for_the_other_kind_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = ["run", "--no-report", "--model", "gpt2-nano", "--task", "starter_pronouns", "--limit", "2"];
    let causal = ok(&[&args[..], &["--pll", "original", "--out", text(&out)]].concat());
    assert!(causal.message().contains("none of these models is one: it changed nothing"), "{}", causal.stderr);
    let bench = run(&["bench", "--model", &bert(), "--quiet"]);
    assert_eq!(bench.code, 2, "{}", bench.stderr);
    assert!(bench.message().contains("bench measures models that read from left to right"), "{}", bench.stderr);
}

/// A character LSTM in ml5's layout: one layer of 4 over letters and space.
fn characters(dir: &Path) {
    let letters: Vec<char> = (' '..='~').collect();
    let vocab: serde_json::Map<String, Value> =
        letters.iter().enumerate().map(|(row, c)| (c.to_string(), json!(row))).collect();
    let n = letters.len();
    let mut manifest = serde_json::Map::new();
    for (name, shape) in [
        ("embedding", vec![n, 4]),
        ("cell_0/kernel", vec![8, 16]),
        ("cell_0/bias", vec![16]),
        ("softmax_w", vec![4, n]),
        ("softmax_b", vec![n]),
    ] {
        let file = name.replace('/', "_");
        let value = |i: usize| ((i * 7919 % 101) as f32 / 50.0 - 1.0).to_le_bytes();
        let bytes: Vec<u8> = (0..shape.iter().product()).flat_map(value).collect();
        std::fs::write(dir.join(&file), bytes).unwrap();
        manifest.insert(name.to_owned(), json!({"filename": file, "shape": shape}));
    }
    std::fs::write(dir.join("manifest.json"), Value::Object(manifest).to_string()).unwrap();
    std::fs::write(dir.join("vocab.json"), Value::Object(vocab).to_string()).unwrap();
}

#[test]
fn a_character_model_is_imported_and_scored() {
    let dir = tempfile::tempdir().unwrap();
    let (from, to, out) = (dir.path().join("raw"), dir.path().join("letters"), dir.path().join("out"));
    std::fs::create_dir(&from).unwrap();
    let nothing = run(&["import", "charrnn", text(&from), "--out", text(&to)]);
    assert_eq!(nothing.code, 4, "{}", nothing.stderr);
    assert!(nothing.message().contains("manifest.json"), "{}", nothing.stderr);
    characters(&from);
    let made = ok(&["import", "charrnn", text(&from), "--out", text(&to)]);
    assert!(made.stdout.ends_with("letters: lstm, 1 layers of 4, 95 characters\n"), "{}", made.stdout);
    let again = run(&["import", "charrnn", text(&from), "--out", text(&to)]);
    assert!(again.code == 4 && again.message().contains("holds files already"), "{}", again.stderr);
    let args = ["run", "--quiet", "--no-report", "--model", text(&to), "--out", text(&out)];
    ok(&[&args[..], &["--task", "starter_last_word", "starter_prose", "--limit", "3"]].concat());
    let record = read_json(&out.join("run.json"));
    assert_eq!((&record["models"][0]["family"], &record["models"][0]["n_ctx"]), (&json!("lstm"), &json!(65_536)));
    assert!(values(&record, "letters").len() >= 3);
}

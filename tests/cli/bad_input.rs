//! Bad input is normal input: one clear message that names file, row and field, the right exit code, nothing lost.

use crate::support::{Finished, fixtures, read_json, run, text};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Runs and expects a code and words in the message.
fn check(args: &[&str], code: i32, words: &[&str]) -> Finished {
    let finished = run(args);
    let message = finished.message();
    assert_eq!(finished.code, code, "{args:?}\n{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in the message of {args:?}:\n{message}");
    }
    assert!(!message.contains("panicked"), "{message}");
    finished
}

/// A copy of the GPT-2 fixture that may be broken.
fn model() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
        std::fs::copy(fixtures().join("gpt2").join(file), dir.path().join(file)).unwrap();
    }
    dir
}

fn edit_config(dir: &Path, edit: impl Fn(&mut serde_json::Map<String, Value>)) {
    let path = dir.join("config.json");
    let mut config = read_json(&path);
    edit(config.as_object_mut().unwrap());
    std::fs::write(path, config.to_string()).unwrap();
}

/// Rewrites the weights, each tensor as (dtype, shape, bytes).
fn edit_weights(dir: &Path, edit: impl Fn(&str, &mut Vec<usize>, &mut Vec<u8>)) {
    let path = dir.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let mut owned: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
    for (name, view) in tensors.tensors() {
        let (mut shape, mut data) = (view.shape().to_vec(), view.data().to_vec());
        edit(&name, &mut shape, &mut data);
        owned.push((name, shape, data));
    }
    let views = owned
        .iter()
        .map(|(name, shape, data)| (name.clone(), TensorView::new(Dtype::F32, shape.clone(), data).unwrap()));
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn run_model(dir: &Path, code: i32, words: &[&str]) -> Finished {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    let args = ["run", "--model", text(dir), "--task", "starter_pairs", "--limit", "3", "--out", text(&out)];
    let finished = check(&args, code, words);
    assert!(!out.exists() || out.join("run.json").exists(), "a run folder that is no run was left behind");
    finished
}

#[test]
fn broken_models() {
    let dir = model();
    std::fs::remove_file(dir.path().join("model.safetensors")).unwrap();
    run_model(dir.path(), 4, &["model.safetensors"]);

    let dir = model();
    let path = dir.path().join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    run_model(dir.path(), 4, &["model.safetensors", "damaged"]);

    let dir = model();
    edit_weights(dir.path(), |name, shape, _| {
        if name.ends_with("h.1.mlp.c_fc.weight") {
            shape.reverse();
        }
    });
    run_model(dir.path(), 4, &["h.1.mlp.c_fc.weight", "48", "192"]);

    let dir = model();
    edit_config(dir.path(), |config| drop(config.remove("n_head")));
    run_model(dir.path(), 4, &["config.json", "n_head"]);

    let dir = model();
    edit_config(dir.path(), |config| drop(config.insert("model_type".to_owned(), json!("mamba"))));
    run_model(dir.path(), 4, &["mamba", "gpt2", "gpt_neo", "openai-gpt"]);

    let dir = model();
    std::fs::copy(
        fixtures().join("../../crates/zoo/bundled/gpt2-nano/tokenizer.json"),
        dir.path().join("tokenizer.json"),
    )
    .unwrap();
    run_model(dir.path(), 4, &["tokenizer", "768"]);

    check(&["run", "--model", "gpt2-mikro", "--task", "starter_pairs"], 4, &["gpt2-mikro", "gpt2-micro"]);
}

#[test]
fn logits_that_are_no_numbers() {
    let dir = model();
    edit_weights(dir.path(), |name, _, data| {
        if name.ends_with("ln_f.weight") {
            data[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        }
    });
    run_model(dir.path(), 4, &["starter_pairs", "row", "not finite", "NaN"]);
}

/// A task file over rows of our own.
fn task(dir: &Path, rows: &[Value], yaml: &str) -> PathBuf {
    let data = dir.join("rows.jsonl");
    std::fs::write(&data, rows.iter().map(|row| row.to_string() + "\n").collect::<String>()).unwrap();
    let path = dir.join("mine.yaml");
    let head = format!(
        "task: mine\ndataset_path: json\ndataset_kwargs:\n  data_files:\n    test: {}\ntest_split: test\n",
        text(&data)
    );
    std::fs::write(&path, format!("{head}{yaml}")).unwrap();
    path
}

const CHOICES: &str = "output_type: multiple_choice\ndoc_to_text: \"{{question}}\"\ndoc_to_choice: [\"a\", \"b\"]\ndoc_to_target: label\nmetric_list:\n  - metric: acc\n";

fn run_task(rows: &[Value], yaml: &str, code: i32, words: &[&str]) -> Finished {
    let dir = tempfile::tempdir().unwrap();
    let file = task(dir.path(), rows, yaml);
    let out = dir.path().join("out");
    check(&["run", "--no-report", "--model", "gpt2-nano", "--task", text(&file), "--out", text(&out)], code, words)
}

#[test]
fn broken_data() {
    let good = json!({"question": "x", "label": 0});
    run_task(&[good.clone(), json!({"question": "x", "label": 1})], CHOICES, 0, &[]);
    run_task(&[good.clone(), json!({"label": 1})], CHOICES, 0, &["`question` is null in 1 of 2 documents", "None"]);
    run_task(&[json!({"label": 1})], CHOICES, 3, &["row 0", "question"]);
    run_task(&[good, json!({"question": "x", "label": 2})], CHOICES, 3, &["row 1", "2"]);
    run_task(&[], CHOICES, 3, &["rows.jsonl"]);
}

#[test]
fn a_continuation_longer_than_the_context_costs_only_its_task() {
    let dir = tempfile::tempdir().unwrap();
    let rows = [json!({"answer": " word".repeat(400)})];
    let yaml = "output_type: loglikelihood\ndoc_to_text: \"Say:\"\ndoc_to_target: \"{{answer}}\"\nmetric_list:\n  - metric: acc\n";
    let (file, out) = (task(dir.path(), &rows, yaml), dir.path().join("out"));
    let args =
        ["run", "--no-report", "--limit", "4", "--model", "gpt2-nano", "--out", text(&out), "--task", text(&file)];
    check(&[&args[..], &["starter_pronouns"]].concat(), 3, &["mine", "row 0", "256"]);
    let record = read_json(&out.join("run.json"));
    assert_eq!(record["status"], "partial");
    let scored: Vec<&str> = record["results"].as_array().unwrap().iter().map(|r| r["task"].as_str().unwrap()).collect();
    assert_eq!(scored, ["starter_pronouns"], "the other task is not lost");
}

#[test]
fn a_model_that_fails_does_not_cost_the_others() {
    let (dir, out) = (model(), tempfile::tempdir().unwrap());
    std::fs::write(dir.path().join("model.safetensors"), b"x").unwrap();
    let args = ["run", "--no-report", "--limit", "4", "--task", "starter_pronouns", "--out", text(out.path())];
    check(&[&args[..], &["--model", text(dir.path()), "gpt2-nano"]].concat(), 4, &["model.safetensors"]);
    let record = read_json(&out.path().join("run.json"));
    assert_eq!(
        (record["status"].as_str(), record["results"][0]["model"].as_str()),
        (Some("partial"), Some("gpt2-nano"))
    );
}

#[test]
fn names_that_nothing_answers_to() {
    check(&["run", "--task", "starter_pear"], 2, &["starter_pear", "starter_pairs"]);
    check(&["run", "--suite", "startr"], 2, &["startr", "starter"]);
    check(&["run", "--task", "hellaswag", "--model", "gpt2-nano"], 3, &["Rowan/hellaswag", "--data"]);
    check(&["show", "/nonexistent"], 3, &["/nonexistent", "run.json"]);
}

/// A model that cannot be loaded leaves the run that it should have replaced, and nothing else.
#[test]
fn a_run_is_replaced_by_results_alone() {
    let dir = tempfile::tempdir().unwrap();
    let (out, broken) = (dir.path().join("out"), model());
    check(&small_run(&out), 0, &[]);
    let before = std::fs::read(out.join("run.json")).unwrap();
    edit_weights(broken.path(), |_, shape, _| shape.reverse());
    let args = ["run", "--task", "starter_pronouns", "--limit", "2", "--overwrite", "--out", text(&out), "--model"];
    check(&[&args[..], &[text(broken.path())]].concat(), 4, &["a run that was in the folder is as it was"]);
    assert_eq!(std::fs::read(out.join("run.json")).unwrap(), before);
    assert!(!out.join("log").exists());
}

#[test]
fn a_folder_held_in_no_known_way() {
    let folder = model();
    let typed = format!("{}:int3", folder.path().display());
    check(&["run", "--model", &typed], 4, &["weights can be held as f32, bf16, int8, int4, not as \"int3\""]);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let inside = file.join("out");
    check(&["run", "--limit", "1", "--task", "starter_pronouns", "--out", text(&inside)], 3, &["file"]);
}

/// Two documents with the smallest model into `out`.
fn small_run(out: &Path) -> [&str; 10] {
    let task = "starter_pronouns";
    ["run", "--no-report", "--limit", "2", "--model", "gpt2-nano", "--task", task, "--out", text(out)]
}

#[test]
fn a_finished_run_is_not_overwritten_unasked() {
    let dir = tempfile::tempdir().unwrap();
    let args = small_run(dir.path());
    check(&args, 0, &[]);
    check(&args, 2, &["finished run", "--overwrite"]);
    check(&[&args[..], &["--overwrite"]].concat(), 0, &[]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("log")).unwrap();
    std::os::unix::fs::symlink("/dev/full", dir.path().join("log/responses.jsonl")).unwrap();
    let args = small_run(dir.path());
    check(&args, 3, &["responses.jsonl", "No space left"]);
}

/// A pattern that takes for ever on long texts, and does not on short ones.
const SLOW: &str = r#"output_type: generate_until
doc_to_text: "{{q}}"
doc_to_target: "x"
generation_kwargs: {until: ["th"], max_gen_toks: 48}
filter_list: [{name: slow, filter: [{function: regex, regex_pattern: "(?s)^(?:(?=.).|(?=.).)*%"}, {function: take_first}]}]
metric_list: [{metric: exact_match}]
"#;

#[test]
fn an_answer_that_cannot_be_scored_costs_only_its_document() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Value> =
        ["One", "The man who", "His", "Who is this", "In the", "It"].map(|q| json!({"q": q})).to_vec();
    let (file, out) = (task(dir.path(), &rows, SLOW), dir.path().join("out"));
    let args = ["run", "--no-report", "--model", "gpt2-nano", "--task", text(&file), "--out", text(&out)];
    check(&args, 3, &["filter `regex`", "mine.yaml:11", "marked partial"]);
    let record = read_json(&out.join("run.json"));
    let n = record["results"][0]["estimate"]["n"].as_u64().unwrap();
    assert!(record["status"] == "partial" && (1..6).contains(&n), "{record}");

    let again = check(&args, 3, &["filter `regex`"]);
    assert!(again.stderr.contains("going on: 6 responses"), "{}", again.stderr);
}

//! Models whose weights are rounded: by `--dtype`, or each by its own reference.

use crate::support::{ok, read_json, run, text};
use serde_json::Value;
use std::path::Path;

const TASK: [&str; 6] = ["--task", "starter_last_word", "--limit", "12", "--quiet", "--no-report"];

fn run_json(out: &Path, args: &[&str]) -> Value {
    ok(&[&["run", "--out", text(out)], &TASK[..], args].concat());
    read_json(&out.join("run.json"))
}

/// Perplexities of a run's models, with their names and how they are held.
fn perplexities(run: &Value) -> Vec<(String, String, u64)> {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let models = run["models"].as_array().unwrap().iter();
    let value = |model: &Value| {
        let mut results = run["results"].as_array().unwrap().iter();
        let own = results.find(|r| r["model"] == model["name"] && r["metric"] == "perplexity").unwrap();
        own["estimate"]["value"].as_f64().unwrap().to_bits()
    };
    models.map(|model| (word(&model["name"]), word(&model["storage"]), value(model))).collect()
}

#[test]
fn one_run_holds_a_model_in_several_ways() {
    let dir = tempfile::tempdir().unwrap();
    let typed = ["gpt2-nano", "gpt2-nano:bf16", "gpt2-nano:int8", "gpt2-nano:int4"];
    let run = run_json(&dir.path().join("all"), &[&["--model"], &typed[..]].concat());
    assert_eq!(run["spec"]["models"], Value::from(typed.to_vec()), "as typed");
    assert!(run["spec"]["dtype"].is_null());
    let found = perplexities(&run);
    let names = ["gpt2-nano", "gpt2-nano-bf16", "gpt2-nano-int8", "gpt2-nano-int4"];
    assert_eq!(found.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>(), names);
    for (i, (.., value)) in found.iter().enumerate() {
        assert!(found[..i].iter().all(|(.., other)| other != value), "no two are alike: {found:?}");
    }
    // The same by the option, which a reference overrides.
    let run = run_json(&dir.path().join("option"), &["--dtype", "int4", "--model", "gpt2-nano", "gpt2-nano:f32"]);
    assert_eq!(perplexities(&run), [found[3].clone(), found[0].clone()]);
    assert_eq!(run["spec"]["dtype"], "int4");
}

#[test]
fn twice_the_same_is_refused() {
    let twice = run(&["run", "--model", "gpt2-nano:int4", "gpt2-nano", "--dtype", "int4"]);
    assert_eq!(twice.code, 2, "{}", twice.stderr);
    assert!(twice.message().contains("names gpt2-nano twice"), "{}", twice.stderr);
    let unknown = run(&["run", "--model", "gpt2-nano:int5"]);
    assert_eq!(unknown.code, 4, "{}", unknown.stderr);
    assert!(unknown.message().contains("did you mean \"gpt2-nano:int4\""), "{}", unknown.stderr);
}

#[test]
fn a_rounded_model_can_be_measured() {
    let report = ok(&["bench", "--model", "gpt2-nano:int4", "--only", "scoring", "--json", "--quiet"]).json();
    assert_eq!(report["model"]["name"], "gpt2-nano-int4");
}

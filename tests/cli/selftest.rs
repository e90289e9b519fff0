//! `yardstick selftest`: the bundled models on this machine, and a stand-in for GPT-2 that has to fail.

use crate::support::{ok, run, shared, text};
use serde_json::Value;
use yardstick_workload::{Shape, write_model};

#[test]
fn the_bundled_models_compute_what_they_did() {
    let finished = ok(&["selftest", "--json"]);
    let checks = finished.json()["checks"].as_array().unwrap().clone();
    assert_eq!(checks.len(), 4 * 4 * 2, "four models, four kinds of storage, logits and bits a byte");
    assert!(checks.iter().all(|check| check["passed"] == true), "{}", finished.stdout);
    let one = ok(&["selftest", "--threads", "1", "--json"]).json();
    assert_eq!(one["checks"].as_array().unwrap(), &checks, "threads change nothing");
}

/// Random weights with GPT-2's number of tokens: whatever is compared has to be seen to differ.
#[test]
fn a_stand_in_for_gpt2_fails() {
    let dir = tempfile::tempdir().unwrap();
    write_model(dir.path(), Shape { n_layer: 1, n_head: 1, n_embd: 8, n_ctx: 1024 }).unwrap();
    let finished = run(&["selftest", "--model", text(dir.path())]);
    assert_eq!(finished.code, 4, "{}", finished.stderr);
    assert!(finished.message().contains("checks failed: these are other weights"), "{}", finished.stderr);
    for words in ["expected", "got", "tolerance", "FAILED", "lm-evaluation-harness"] {
        assert!(finished.stdout.contains(words), "{words} in {}", finished.stdout);
    }
    assert!(finished.stdout.lines().all(|line| line.chars().count() <= 400), "{}", finished.stdout);
    let json = run(&["selftest", "--model", text(dir.path()), "--json"]).json();
    let checks = json["checks"].as_array().unwrap();
    let failed = |what: &str| {
        let of = checks.iter().filter(|check| check["check"].as_str().unwrap().contains(what));
        let failed: Vec<bool> = of.map(|check| check["passed"] == false).collect();
        assert!(!failed.is_empty() && failed.iter().all(|failed| *failed), "{what} in {json:#}");
    };
    for what in ["n_params", "n_layer", "tokens of", "ln p", "written after", "largest difference"] {
        failed(what);
    }
    let passed = checks.iter().find(|check| check["check"] == "vocab_size").unwrap();
    assert_eq!(passed["passed"], true);
}

/// With GPT-2's own vocabulary the tokens are the published ones, and as many of a text are scored as were published.
#[test]
fn the_published_tokens_are_those_of_the_vocabulary() {
    let Some(shared) = shared("GPT-2's vocabulary") else { return };
    let dir = tempfile::tempdir().unwrap();
    write_model(dir.path(), Shape { n_layer: 1, n_head: 1, n_embd: 8, n_ctx: 1024 }).unwrap();
    std::fs::remove_file(dir.path().join("tokenizer.json")).unwrap();
    for (from, to) in [("encoder.json", "vocab.json"), ("vocab.bpe", "merges.txt")] {
        std::fs::copy(shared.join("tokenizers/gpt2").join(from), dir.path().join(to)).unwrap();
    }
    let json = run(&["selftest", "--model", text(dir.path()), "--json"]).json();
    let of = |what: &str| -> Vec<&Value> {
        let checks = json["checks"].as_array().unwrap().iter();
        checks.filter(|check| check["check"].as_str().unwrap().contains(what)).collect()
    };
    assert!(of("tokens of").iter().all(|check| check["passed"] == true), "{json:#}");
    assert_eq!(of("tokens of").len(), 3);
    let differences = of("largest difference");
    assert_eq!(differences.len(), 2);
    assert!(differences.iter().all(|check| check["got"].as_str().unwrap().parse::<f64>().is_ok()), "{json:#}");
}

#[test]
fn a_model_that_is_not_there_is_no_failed_check() {
    let finished = run(&["selftest", "--model", "openai-community/gpt2", "--offline"]);
    assert_eq!(finished.code, 4);
    assert!(finished.message().contains("not whole in the cache"), "{}", finished.stderr);
    assert!(finished.stdout.is_empty());
}

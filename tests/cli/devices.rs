//! `--device`: candle's own code beside the kernels, through the whole program; and devices that are not there.

use crate::support::{ok, read_json, run, text};
use serde_json::Value;
use std::path::Path;

const TASKS: [&str; 6] = ["--task", "starter_pairs", "starter_last_word", "starter_prose", "--limit", "3"];

fn run_on(device: &str, out: &Path, models: &[&str]) -> Value {
    ok(&[&["run", "--quiet", "--no-report", "--device", device, "--out", text(out), "--model"], models, &TASKS]
        .concat());
    read_json(&out.join("run.json"))
}

/// Every estimate of a run, in order.
fn values(run: &Value) -> Vec<f64> {
    let results = run["results"].as_array().unwrap().iter();
    results.map(|result| result["estimate"]["value"].as_f64().unwrap()).collect()
}

#[test]
fn another_device_gives_the_same_numbers_and_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let (lstm, bert) = (format!("{fixtures}/lstm"), format!("{fixtures}/bert"));
    let models = ["gpt2-nano", "gpt2-nano:int8", &lstm, &bert];
    let (cpu, candle) = (dir.path().join("cpu"), dir.path().join("candle"));
    let [ours, theirs] = [("cpu", &cpu), ("candle-cpu", &candle)].map(|(device, out)| run_on(device, out, &models));
    for (run, device) in [(&ours, Value::Null), (&theirs, Value::from("candle-cpu"))] {
        assert_eq!(run["spec"]["device"], device);
        assert!(run["models"].as_array().unwrap().iter().all(|model| model["device"] == device), "{device}");
    }
    let (ours, theirs) = (values(&ours), values(&theirs));
    assert!(ours.len() > 12 && ours.len() == theirs.len());
    for (a, b) in ours.iter().zip(&theirs) {
        assert!((a - b).abs() <= 1e-4 * a.abs().max(1.0), "{a} and {b}");
    }
    assert!(ours != theirs, "sums are in another order");
    let compared =
        ok(&["compare", text(&cpu), text(&candle), "--base-model", "gpt2-nano", "--candidate-model", "gpt2-nano"]);
    let note = "computed on cpu, the candidate on candle-cpu";
    assert!(
        compared.stdout.contains(note) || compared.message().contains(note),
        "{}{}",
        compared.stdout,
        compared.stderr
    );
}

/// Scores of one device are not taken for those of another when a run goes on.
#[test]
fn a_run_of_another_device_is_another_run() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    run_on("cpu", &out, &["gpt2-nano"]);
    let again =
        run(&[&["run", "--device", "candle-cpu", "--model", "gpt2-nano", "--out", text(&out)], &TASKS[..]].concat());
    assert_eq!(again.code, 2, "{}", again.stderr);
}

#[test]
fn texts_are_written_and_models_told_apart_there_too() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("text.txt");
    std::fs::write(&file, "The old man saw a ship, and the ship saw him.").unwrap();
    let diff = |device: &str, b: &str| {
        ok(&["diff", "gpt2-nano", b, "--text", text(&file), "--device", device, "--json"]).json()
    };
    assert_eq!(diff("candle-cpu", "gpt2-nano")["bit_identical"], true, "one model on one device");
    let [ours, theirs] = ["cpu", "candle-cpu"].map(|device| diff(device, "gpt2-nano:int4"));
    let kl = |diff: &Value| diff["mean_kl"]["value"].as_f64().unwrap();
    assert!((kl(&ours) - kl(&theirs)).abs() < 1e-4 * kl(&ours) + 1e-6 && kl(&ours) > 1e-4, "{ours} {theirs}");
}

#[test]
fn the_selftest_holds_a_device_against_the_processor() {
    let checks = ok(&["selftest", "--device", "candle-cpu", "--json"]).json();
    let checks = checks["checks"].as_array().unwrap();
    assert_eq!(checks.len(), 4 * 2, "four models, logits and bits a byte");
    assert!(checks.iter().all(|check| check["passed"] == true), "{checks:#?}");
}

#[test]
fn devices_that_are_not_there_are_refused_before_anything_is_read() {
    for (device, words) in [
        ("gpu", "\"gpu\" is no device: give one of cpu, candle-cpu"),
        ("cpu:1", "is no device"),
        #[cfg(not(feature = "cuda"))]
        ("cuda", "built without cuda: build it with `cargo build --release --features cuda`"),
        #[cfg(not(feature = "metal"))]
        ("metal:0", "built without metal"),
    ] {
        let refused = run(&["run", "--device", device, "--model", "gpt2-nano"]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.message().contains(words), "{device}: {}", refused.stderr);
    }
}

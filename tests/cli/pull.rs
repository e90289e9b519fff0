//! Models of the hub: pulled ahead, and named where any model is.

use crate::support::{Finished, ok, read_json, run, text, yardstick};
use crate::web::{COMMIT, hub, serve};
use std::path::Path;

/// Runs the binary with that hub and cache.
fn with(url: &str, cache: &Path, args: &[&str]) -> Finished {
    let mut command = yardstick();
    command.args(args).env("HF_ENDPOINT", url).env("HF_HUB_CACHE", cache).env_remove("HF_HUB_OFFLINE");
    Finished::new(command.output().unwrap())
}

const WORK: [&str; 5] = ["--task", "starter_pronouns", "--limit", "3", "--no-report"];

#[test]
fn a_model_of_the_hub_is_a_model() {
    let (dir, url) = (tempfile::tempdir().unwrap(), hub());
    let cache = dir.path().join("cache");
    let out = dir.path().join("out");
    let args = ["run", "--model", "o/nano", "gpt2-nano", "o/nano:int8", "--out", text(&out)];
    let finished = with(&url, &cache, &[&args[..], &WORK].concat());
    assert_eq!(finished.code, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("o/nano: model.safetensors"), "{}", finished.stderr);
    let record = read_json(&out.join("run.json"));
    let models = record["models"].as_array().unwrap();
    let column = |key: &str| models.iter().map(|model| model[key].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(column("name"), ["o/nano", "gpt2-nano", "o/nano-int8"]);
    let source = format!("o/nano@{COMMIT}");
    assert_eq!(column("source"), [&source, "bundled", &source]);
    assert_eq!(models[0]["weights_sha256"], models[1]["weights_sha256"]);
    assert_eq!(record["spec"]["models"], serde_json::json!(["o/nano", "gpt2-nano", "o/nano:int8"]));
    let score = |n: usize| &record["results"][n]["estimate"];
    let of_each = record["results"].as_array().unwrap().len() / 3;
    assert_eq!(score(0), score(of_each), "the same weights");
    // The record's source is a reference, which needs no network once it is there.
    let again = with(
        "http://127.0.0.1:9",
        &cache,
        &["diff", &source, "gpt2-nano", "--task", "starter_pronouns", "--limit", "2", "--json"],
    );
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_eq!(again.json()["bit_identical"], true, "{}", again.stdout);
}

#[test]
fn a_gate_opens_a_runs_model_again_by_its_commit() {
    let (dir, url) = (tempfile::tempdir().unwrap(), hub());
    let (cache, out) = (dir.path().join("cache"), dir.path().join("out"));
    let run = with(&url, &cache, &[&["run", "--model", "o/nano", "--out", text(&out)][..], &WORK].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    let policy = dir.path().join("policy.toml");
    let lines = "format = \"yardstick.policy/1\"\n[[tier]]\nname = \"critical\"\ntasks = [\"*\"]\nmargin = 0.5\nmin_documents = 2\n\
                 [logits]\ntask = \"starter_pronouns\"\nmax_mean_kl = 0.1\n";
    std::fs::write(&policy, lines).unwrap();
    let gate = with(&url, &cache, &["gate", "--policy", text(&policy), text(&out), text(&out), "--offline", "--json"]);
    assert_eq!(gate.code, 0, "{}{}", gate.stdout, gate.stderr);
    let empty = with(
        &url,
        &dir.path().join("empty"),
        &["gate", "--policy", text(&policy), text(&out), text(&out), "--offline"],
    );
    assert!(empty.code != 0 && empty.message().contains("is not at hand"), "{}", empty.stderr);
}

#[test]
fn models_are_pulled_ahead() {
    let (dir, url) = (tempfile::tempdir().unwrap(), hub());
    let folder = dir.path().join("models--o--nano/snapshots").join(COMMIT);
    let first = with(&url, dir.path(), &["pull", "o/nano"]);
    assert_eq!((first.code, first.stdout.trim()), (0, text(&folder)), "{}", first.stderr);
    assert!(first.stderr.contains("4 files") && first.stderr.contains("0 of them there before"), "{}", first.stderr);
    let second = with(&url, dir.path(), &["pull", &format!("o/nano@{COMMIT}"), "--offline", "--json"]).json();
    assert_eq!((&second[0]["kept"], &second[0]["commit"]), (&4.into(), &COMMIT.into()));
    let rendered = with(&url, dir.path(), &["render", "starter_pronouns", "--model", "o/nano", "--offline"]);
    assert_eq!(rendered.code, 0, "{}", rendered.stderr);
    ok(&[
        "run",
        "--model",
        second[0]["folder"].as_str().unwrap(),
        "--out",
        text(&dir.path().join("out")),
        "--task",
        "starter_pronouns",
        "--limit",
        "1",
        "--no-report",
    ]);
}

fn check(finished: &Finished, code: i32, words: &[&str]) {
    assert_eq!(finished.code, code, "{}", finished.stderr);
    for word in words {
        assert!(finished.message().contains(word), "{word} in {}", finished.stderr);
    }
}

#[test]
fn what_cannot_be_pulled_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let url = serve(|_| None);
    let run_it = |model: &str, offline: &[&str]| {
        let out = dir.path().join("out");
        with(&url, dir.path(), &[&["run", "--model", model, "--out", text(&out)], offline, &WORK].concat())
    };
    check(
        &run_it("openai/gpt2", &[]),
        4,
        &[
            "there is no model openai/gpt2 at http",
            "did you mean openai-community/gpt2?",
            "neither a bundled model nor a folder",
        ],
    );
    check(
        &run_it("o/nano", &["--offline"]),
        4,
        &["o/nano at main is not whole in the cache", "`yardstick pull` fetches it"],
    );
    assert!(!dir.path().join("out").exists(), "nothing was begun");
    check(
        &run(&["run", "--model", "gpt2"]),
        4,
        &["no model \"gpt2\"", "owner/name; did you mean openai-community/gpt2?"],
    );
    check(
        &run(&["run", "--model", "gpt3-xl"]),
        4,
        &["gpt3-xl is a size without weights: `yardstick bench --model gpt3-xl`"],
    );
    check(
        &run(&["pull", "gpt2-xl"]),
        2,
        &["not the name of a model of the hub", "did you mean openai-community/gpt2-xl?"],
    );
    check(&run(&["pull", "o/nano", "--offline"]), 4, &["not whole in the cache"]);
}

#[test]
fn a_broken_model_of_the_hub_names_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let url = serve(|path| {
        match path.rsplit('/').next()? {
        "main" => Some((Vec::new(), format!("{{\"sha\": \"{COMMIT}\", \"siblings\": [{{\"rfilename\": \"config.json\"}}, {{\"rfilename\": \"model.safetensors\"}}]}}").into_bytes())),
        name @ ("config.json" | "model.safetensors") => Some((vec![("ETag", format!("\"{name}\""))], b"{".to_vec())),
        _ => None,
    }
    });
    let out = dir.path().join("out");
    let args = [&["run", "--model", "o/bad", "--out", text(&out)][..], &WORK].concat();
    check(&with(&url, dir.path(), &args), 4, &["config.json is not a JSON object"]);
}

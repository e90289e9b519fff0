//! Two models document by document, through the binary.

use crate::support::{Finished, ok, read_json, run, text};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Scores `model` into a folder of `dir`.
pub fn scored(dir: &Path, name: &str, model: &str, extra: &[&str]) -> PathBuf {
    let out = dir.join(name);
    let base = ["run", "--quiet", "--no-report", "--model", model, "--out", text(&out)];
    ok(&[&base[..], extra].concat());
    out
}

const PAIRS: &[&str] = &["--task", "starter_pairs", "--limit", "40"];

fn compare(base: &Path, candidate: &Path, extra: &[&str]) -> Finished {
    run(&[&["compare", text(base), text(candidate)], extra].concat())
}

fn rows(comparison: &Value) -> Vec<Value> {
    comparison["rows"].as_array().unwrap().iter().filter(|row| row["primary"] == true).cloned().collect()
}

#[test]
fn a_run_is_identical_to_itself_run_another_way() {
    let dir = tempfile::tempdir().unwrap();
    let base = scored(dir.path(), "base", "gpt2-nano", PAIRS);
    let again = scored(dir.path(), "again", "gpt2-nano", &[PAIRS, &["--threads", "1", "--memory", "20M"]].concat());
    let comparison = compare(&base, &again, &["--json"]).json();
    assert_eq!(comparison["same_model"], true);
    let rows = rows(&comparison);
    assert_eq!(rows.len(), 5, "{comparison}");
    assert!(rows.iter().all(|row| row["verdict"] == "identical" && row["p"] == 1.0), "{rows:?}");
    let table = compare(&base, &again, &[]);
    assert!(table.stdout.contains("identical") && table.stdout.contains("the same model"), "{}", table.stdout);
}

#[test]
fn models_are_scored_on_the_spot_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = [&["compare", "gpt2-nano", "gpt2-micro", "--out", text(&out)], PAIRS].concat();
    let first = ok(&args);
    assert!(first.stdout.contains("gpt2-nano → gpt2-micro: 5 tasks compared on 200 documents"), "{}", first.stdout);
    assert!(first.stdout.contains("flipped: ") && first.stdout.contains("p, Holm"), "{}", first.stdout);
    let again = ok(&args);
    assert_eq!(first.stdout, again.stdout, "finished runs are read again");
    assert!(!again.stderr.contains("tokens in"), "nothing is scored again: {}", again.stderr);
    let written = read_json(&out.join("comparison.json"));
    assert_eq!(written["format"], "yardstick.comparison/1");
    let flips = written["flips"].as_array().unwrap();
    assert!(flips.is_sorted_by_key(|flip| -flip["certainty"].as_f64().unwrap()) && !flips.is_empty());
    // The runs are runs like any other; a model is asked what a run asks.
    let against =
        compare(&out.join("base"), Path::new("gpt2-micro"), &["--json", "--out", text(&dir.path().join("b"))]);
    assert_eq!(rows(&against.json()), rows(&written), "{}", against.stderr);
    let page = std::fs::read_to_string(out.join("comparison.md")).unwrap();
    assert!(page.starts_with("# gpt2-nano → gpt2-micro"), "{page}");
    for chart in ["forest", "outcomes"] {
        let drawn = ["svg", "png", "csv"].map(|ext| out.join(format!("{chart}-gpt2_nano_gpt2_micro.{ext}")));
        assert!(drawn.iter().all(|path| path.is_file()), "{drawn:?}");
        let data = std::fs::read_to_string(&drawn[2]).unwrap();
        assert_eq!(data.lines().count(), 1 + 5, "a line a task: {data}");
    }
}

#[test]
fn what_cannot_be_compared_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let base = scored(dir.path(), "base", "gpt2-nano", PAIRS);
    let check = |name: &str, extra: &[&str], options: &[&str], code: i32, words: &[&str]| {
        let other = scored(dir.path(), name, "gpt2-nano", extra);
        let refused = compare(&base, &other, options);
        let message = refused.message();
        assert_eq!(refused.code, code, "{message}");
        assert!(words.iter().all(|word| message.contains(word)) && refused.stdout.is_empty(), "{message}");
    };
    check(
        "fewer",
        &["--task", "starter_pairs", "--limit", "39"],
        &[],
        3,
        &["5 of 395 documents", "row 39", "--allow-missing"],
    );
    check("shots", &[PAIRS, &["--shots", "1"]].concat(), &[], 3, &["number of shots is 0", "and 1 in"]);
    check("task", &["--task", "starter_pronouns", "--limit", "9"], &[], 3, &["no task in common", "starter_pronouns"]);
    let fewer = dir.path().join("fewer");
    let allowed = compare(&base, &fewer, &["--allow-missing"]);
    assert_eq!(allowed.code, 0, "{}", allowed.stderr);
    assert!(allowed.stdout.contains("5 of 395 documents have no partner"), "{}", allowed.stdout);
    for (options, code, words) in [
        (&["--metric", "f1"][..], 2, "\"f1\"; there are acc"),
        (&["--base-model", "gpt9"], 2, "no model \"gpt9\"; it has gpt2-nano"),
        (&["--task", "piqa"], 2, "cannot be given here"),
        (&["--alpha", "2"], 2, "between 0 and 1"),
        (&["--margin", "-1"], 2, "more than 0"),
    ] {
        let refused = compare(&base, &base, options);
        assert_eq!(refused.code, code, "{options:?}: {}", refused.stderr);
        assert!(refused.message().contains(words), "{options:?}: {}", refused.message());
    }
    let unknown = compare(&base, Path::new("no-such-thing"), &[]);
    assert_eq!(unknown.code, 4, "{}", unknown.stderr);
}

#[test]
fn an_unfinished_run_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let base = scored(dir.path(), "base", "gpt2-nano", PAIRS);
    let other = scored(dir.path(), "other", "gpt2-nano", PAIRS);
    let path = other.join("run.json");
    let partial =
        std::fs::read_to_string(&path).unwrap().replace("\"status\": \"complete\"", "\"status\": \"partial\"");
    std::fs::write(&path, partial).unwrap();
    let refused = compare(&base, &other, &[]);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert!(refused.message().contains("unfinished run"), "{}", refused.message());
}

/// The command says where a model is, not what it is.
#[test]
fn a_model_that_changed_is_not_the_one_that_was_scored() {
    let dir = tempfile::tempdir().unwrap();
    let (model, out) = (dir.path().join("model"), dir.path().join("out"));
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/zoo/bundled");
    let put = |name: &str| {
        std::fs::create_dir_all(&model).unwrap();
        for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            std::fs::copy(bundled.join(name).join(file), model.join(file)).unwrap();
        }
    };
    let compare = |extra: &[&str]| {
        run(&[&["compare", "gpt2-nano", text(&model), "--out", text(&out), "--task", "starter_pronouns"], extra]
            .concat())
    };
    put("gpt2-micro");
    let first = compare(&[]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    let again = compare(&[]);
    assert!(again.stderr.contains("read again from") && again.stdout == first.stdout, "{}", again.stderr);
    put("gpt2-nano");
    let refused = compare(&[]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.message().contains("the model changed since"), "{}", refused.message());
    let replaced = compare(&["--overwrite"]);
    assert_eq!(replaced.code, 0, "{}", replaced.stderr);
    assert!(replaced.stdout.contains("identical"), "{}", replaced.stdout);
}

//! The same bits whatever the threads, the company and the resume point.

use crate::support::{ok, read_json, text};
use serde_json::Value;

/// Results of a run with these extra arguments.
fn results(extra: &[&str]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let base = ["run", "--quiet", "--no-report", "--limit", "12", "--out", text(dir.path())];
    ok(&[&base[..], extra].concat());
    read_json(&dir.path().join("run.json"))["results"].clone()
}

#[test]
fn threads_change_nothing() {
    let args = [
        "--model",
        "gpt1-micro",
        "gpt3-micro",
        "--task",
        "starter_last_word",
        "starter_pairs_agreement",
        "starter_prose",
    ];
    let one = results(&[&args[..], &["--threads", "1"]].concat());
    for threads in ["2", "7"] {
        assert_eq!(results(&[&args[..], &["--threads", threads]].concat()), one, "{threads} threads");
    }
}

#[test]
fn company_changes_nothing() {
    let alone = results(&["--model", "gpt2-nano", "--task", "starter_pronouns"]);
    let together =
        results(&["--model", "gpt2-nano", "--task", "starter_prose", "starter_pronouns", "starter_scramble"]);
    let own: Vec<&Value> = together.as_array().unwrap().iter().filter(|r| r["task"] == "starter_pronouns").collect();
    assert_eq!(own, alone.as_array().unwrap().iter().collect::<Vec<_>>());
}

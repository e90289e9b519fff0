//! `yardstick data`: a store is filled from a hub on this machine, listed, checked and read.

use crate::support::{ok, run, text, yardstick};
use crate::web::serve;
use std::net::TcpListener;
use std::path::Path;

const ROWS: &str = "{\"q\":\"one\",\"label\":0}\n{\"q\":\"two\",\"label\":1}\n";

/// A hub that has one file.
fn hub() -> String {
    serve(|path| (path == "/datasets/o/d/resolve/main/test.jsonl").then(|| (Vec::new(), ROWS.as_bytes().to_vec())))
}

fn task(dir: &Path) -> String {
    let file = dir.join("t.yaml");
    let yaml = "task: t\ndataset_path: o/d\ndataset_kwargs: {data_files: {test: test.jsonl}}\ntest_split: test\n\
                output_type: multiple_choice\ndoc_to_text: '{{q}}'\ndoc_to_target: label\ndoc_to_choice: [a, b]\n";
    std::fs::write(&file, yaml).unwrap();
    text(&file).to_owned()
}

#[test]
fn a_tasks_data_is_pulled_listed_checked_and_read() {
    let dir = tempfile::tempdir().unwrap();
    let (store, task) = (dir.path().join("store"), task(dir.path()));
    let pull = |url: &str| {
        let args = ["data", "pull", "--task", &task, "--data", text(&store)];
        yardstick().args(args).env("HF_ENDPOINT", url).env_remove("HF_HUB_OFFLINE").output().unwrap()
    };
    let output = pull(&hub());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_to_string(store.join("o/d/test.jsonl")).unwrap(), ROWS);
    let list = ok(&["data", "ls", "--data", text(&store), "--json"]).json();
    let line = list.as_array().unwrap().iter().find(|line| line["dataset"] == "o/d").unwrap().clone();
    assert_eq!((&line["files"], &line["place"]), (&1.into(), &text(&store).into()));
    assert!(ok(&["data", "verify", "--data", text(&store)]).stdout.contains("1 of 1 files are as recorded"));
    assert!(ok(&["render", &task, "--data", text(&store)]).stdout.contains("two"));
    std::fs::write(store.join("o/d/test.jsonl"), "{}").unwrap();
    let verify = run(&["data", "verify", "--data", text(&store)]);
    assert_eq!(verify.code, 3, "{}", verify.stderr);
    assert!(verify.stdout.contains("test.jsonl  different: 2 bytes instead of"), "{}", verify.stdout);
}

#[test]
fn without_a_network_it_is_said_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    // The port was free a moment ago, and nobody listens on it.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = yardstick()
        .args(["data", "pull", "o/d", "--data", text(dir.path())])
        .env("HF_ENDPOINT", format!("http://127.0.0.1:{port}"))
        .env_remove("HF_HUB_OFFLINE")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("refuses the connection"));
}

#[test]
fn names_that_are_none_are_usage() {
    let dir = tempfile::tempdir().unwrap();
    for id in ["../x", "a/b/c", "a b"] {
        let finished = run(&["data", "pull", id, "--data", text(dir.path())]);
        assert_eq!(finished.code, 2, "{id}: {}", finished.stderr);
    }
    assert_eq!(run(&["data", "pull"]).code, 2);
    assert_eq!(run(&["data", "verify", "--data", text(&dir.path().join("nowhere"))]).code, 2);
}

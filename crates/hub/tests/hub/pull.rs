//! Pulling what is there.

use crate::server::{Reply, Server};
use sha2::{Digest, Sha256};
use std::path::Path;
use yardstick_hub::{Event, LOCK_FILE, Pulled, Puller};

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|n| char::from_digit(n.into(), 16))
        .collect()
}

pub fn json(text: &str) -> Reply {
    Reply::Is(200, Vec::new(), text.as_bytes().to_vec())
}

/// Dataset `o/d` with licence `mit`, and a configuration `c` whose split `test` has these files, each of which the hub sends
/// the client to another path for.
pub fn hub(files: &[&[u8]]) -> Server {
    let server = Server::new(&[("/api/datasets/o/d", json(r#"{"sha": "beef", "cardData": {"license": "mit"}}"#))]);
    publish(&server, files);
    server
}

pub fn publish(server: &Server, files: &[&[u8]]) {
    let urls: Vec<_> = (0..files.len()).map(|n| format!("\"{}/api/parquet/c/test/{n}.parquet\"", server.url)).collect();
    server.set("/api/datasets/o/d/parquet", vec![json(&format!("{{\"c\": {{\"test\": [{}]}}}}", urls.join(", ")))]);
    for (n, file) in files.iter().enumerate() {
        let linked = Reply::Linked(format!("/cdn/{n}"), sha256(file), file.len());
        server.set(&format!("/api/parquet/c/test/{n}.parquet"), vec![linked]);
        server.set(&format!("/cdn/{n}"), vec![Reply::File(file.to_vec())]);
    }
}

pub fn pull(server: &Server, store: &Path) -> Result<Pulled, String> {
    let mut puller = Puller::open(store, server.options()).expect("a store");
    puller.dataset("o/d", None, None, &mut |_| {}).map_err(|error| error.to_string())
}

/// Names below a folder, sorted, part files too.
pub fn names(folder: &Path) -> Vec<String> {
    let entries: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().collect();
    let mut names: Vec<_> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_dataset_comes_with_its_lock() {
    let server = hub(&[b"first", b"second"]);
    let store = tempfile::tempdir().expect("a folder");
    let pulled = pull(&server, store.path()).expect("a dataset");
    assert_eq!(pulled, Pulled { files: 2, bytes: 11, kept: 0 });
    let split = store.path().join("o/d/c/test");
    assert_eq!(names(&split), ["0000.parquet", "0001.parquet"]);
    assert_eq!(std::fs::read(split.join("0001.parquet")).expect("a file"), b"second");
    let lock: serde_json::Value =
        serde_json::from_slice(&std::fs::read(store.path().join(LOCK_FILE)).expect("a lock")).expect("JSON");
    assert_eq!(lock["datasets"]["o/d"], serde_json::json!({"licence": "mit", "revision": "beef"}));
    let entry = &lock["files"]["o/d/c/test/0001.parquet"];
    assert_eq!(entry["sha256"], sha256(b"second"));
    assert_eq!((&entry["bytes"], &entry["revision"]), (&6.into(), &"c0ffee".into()));
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let server = hub(&[b"first", b"second"]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("a dataset");
    let lock = std::fs::read(store.path().join(LOCK_FILE)).expect("a lock");
    server.forget();
    assert_eq!(pull(&server, store.path()), Ok(Pulled { files: 2, bytes: 11, kept: 2 }));
    assert!(server.requests().iter().all(|request| !request.starts_with("GET /cdn")), "{:?}", server.requests());
    assert_eq!(std::fs::read(store.path().join(LOCK_FILE)).expect("a lock"), lock);
}

#[test]
fn a_new_version_replaces_the_old_one_with_all_its_files() {
    let server = hub(&[b"first", b"second", b"third"]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("a dataset");
    publish(&server, &[b"FIRST", b"second"]);
    assert_eq!(pull(&server, store.path()), Ok(Pulled { files: 2, bytes: 11, kept: 1 }));
    let split = store.path().join("o/d/c/test");
    assert_eq!(names(&split), ["0000.parquet", "0001.parquet"]);
    assert_eq!(std::fs::read(split.join("0000.parquet")).expect("a file"), b"FIRST");
}

#[test]
fn one_configuration_and_split_of_several() {
    let server = hub(&[b"first"]);
    let list = format!(
        "{{\"c\": {{\"test\": [\"{0}/api/parquet/c/test/0.parquet\"], \"train\": [\"{0}/no\"]}}, \"e\": {{\"dev\": []}}}}",
        server.url
    );
    server.set("/api/datasets/o/d/parquet", vec![json(&list)]);
    let store = tempfile::tempdir().expect("a folder");
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    let mut check = |config, split, wanted: &str| {
        let result = puller.dataset("o/d", config, split, &mut |_| {});
        let found = result.map_or_else(|error| error.to_string(), |pulled| pulled.files.to_string());
        assert_eq!(found, wanted);
    };
    check(Some("c"), Some("test"), "1");
    check(None, Some("test"), "1");
    check(Some("x"), None, "dataset o/d has no configuration \"x\"; it has c, e");
    check(Some("c"), Some("dev"), "dataset o/d (c) has no split \"dev\"; it has test, train");
}

#[test]
fn a_file_by_its_address() {
    let server = Server::new(&[("/x/rows.jsonl?v=1", Reply::File(b"{}".to_vec()))]);
    let store = tempfile::tempdir().expect("a folder");
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    let url = format!("{}/x/rows.jsonl?v=1", server.url);
    let file = puller.file(&url, "urls/host/rows.jsonl", &mut |_| {}).expect("a file");
    assert_eq!(file, Pulled { files: 1, bytes: 2, kept: 0 });
    assert_eq!(std::fs::read(store.path().join("urls/host/rows.jsonl")).expect("a file"), b"{}");
    assert!(puller.file(&url, "../rows.jsonl", &mut |_| {}).is_err());
}

#[test]
fn the_datasets_server_stands_in() {
    let server = hub(&[b"first"]);
    server.set("/api/datasets/o/d/parquet", vec![Reply::Is(404, Vec::new(), Vec::new())]);
    let file =
        format!("{{\"config\": \"c\", \"split\": \"test\", \"url\": \"{}/api/parquet/c/test/0.parquet\"}}", server.url);
    server.set("/parquet?dataset=o%2Fd", vec![json(&format!("{{\"parquet_files\": [{file}]}}"))]);
    let store = tempfile::tempdir().expect("a folder");
    assert!(pull(&server, store.path()).expect_err("no list").starts_with("the hub has no parquet conversion of o/d"));
    let mut options = server.options();
    options.datasets_server = Some(server.url.clone());
    let mut puller = Puller::open(store.path(), options).expect("a store");
    assert_eq!(puller.dataset("o/d", None, None, &mut |_| {}).expect("a dataset").files, 1);
}

#[test]
fn a_token_goes_to_the_endpoint_and_nowhere_else() {
    let server = hub(&[b"first"]);
    let elsewhere = Server::new(&[("/cdn", Reply::File(b"first".to_vec()))]);
    let linked = Reply::Linked(format!("{}/cdn", elsewhere.url), sha256(b"first"), 5);
    server.set("/api/parquet/c/test/0.parquet", vec![linked]);
    let store = tempfile::tempdir().expect("a folder");
    let mut options = server.options();
    options.token = Some("secret".to_owned());
    assert!(!format!("{options:?}").contains("secret"));
    let mut puller = Puller::open(store.path(), options).expect("a store");
    puller.dataset("o/d", None, None, &mut |_| {}).expect("a dataset");
    assert!(server.requests().iter().all(|request| request.ends_with("Bearer secret")), "{:?}", server.requests());
    assert_eq!(elsewhere.requests().last().map(String::as_str), Some("GET /cdn"));
    assert!(elsewhere.requests().iter().all(|request| !request.contains("secret")));
}

/// The lock file speaks of what is there, and not of what was begun.
#[test]
fn a_dataset_of_which_nothing_came_is_not_in_the_lock() {
    let server = hub(&[b"first"]);
    server.set("/cdn/0", vec![Reply::Is(404, Vec::new(), Vec::new())]);
    server.set("/x.jsonl", vec![Reply::File(b"{}".to_vec())]);
    let store = tempfile::tempdir().expect("a folder");
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    assert!(puller.dataset("o/d", None, None, &mut |_| {}).is_err());
    puller.file(&format!("{}/x.jsonl", server.url), "x.jsonl", &mut |_| {}).expect("a file");
    let lock = std::fs::read_to_string(store.path().join(LOCK_FILE)).expect("a lock");
    assert!(lock.contains("x.jsonl") && !lock.contains("o/d"), "{lock}");
}

#[test]
fn a_conversion_of_the_beginning_only_is_said_to_be_one_once() {
    for head in [Reply::Is(405, Vec::new(), Vec::new()), Reply::File(b"{}".to_vec())] {
        let server = Server::new(&[]);
        server.set("/partial-test/0.parquet", vec![head, Reply::File(b"{}".to_vec())]);
        let store = tempfile::tempdir().expect("a folder");
        let mut puller = Puller::open(store.path(), server.options()).expect("a store");
        let mut said = 0;
        let mut report = |event: Event| said += i32::from(matches!(event, Event::Partial { .. }));
        puller.file(&format!("{}/partial-test/0.parquet", server.url), "0.parquet", &mut report).expect("a file");
        assert_eq!(said, 1);
    }
}

//! What lies in a store, and whether it is what it should be.

use crate::pull::{hub, pull};
use std::path::{Path, PathBuf};
use yardstick_hub::{FileState, LOCK_FILE, StoredSplit, ls, verify};

fn states(store: &Path) -> Vec<(String, FileState)> {
    let checked = verify(store, &mut |_| {}).expect("a store");
    checked.into_iter().map(|checked| (checked.path, checked.state)).collect()
}

#[test]
fn every_kind_of_difference_is_named() {
    let server = hub(&[b"first", b"second", b"third", b"fourth"]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("a dataset");
    let split = store.path().join("o/d/c/test");
    assert!(states(store.path()).iter().all(|(_, state)| *state == FileState::Same));
    std::fs::write(split.join("0001.parquet"), b"SECOND").expect("a file");
    std::fs::write(split.join("0002.parquet"), b"thirds").expect("a file");
    std::fs::remove_file(split.join("0003.parquet")).expect("a file");
    std::fs::write(split.join("mine.jsonl"), b"{}").expect("a file");
    std::fs::write(split.join(".0004.parquet.abc.part"), b"half").expect("a file");
    let found = states(store.path());
    let state = |name: &str| &found.iter().find(|(path, _)| path.ends_with(name)).expect("a file").1;
    assert_eq!(state("0000.parquet"), &FileState::Same);
    assert!(matches!(state("0001.parquet"), FileState::Different { how } if how.starts_with("sha256 ")));
    assert_eq!(state("0002.parquet"), &FileState::Different { how: "6 bytes instead of 5".to_owned() });
    assert_eq!(state("0003.parquet"), &FileState::Missing);
    assert_eq!(state("mine.jsonl"), &FileState::Unknown);
    assert_eq!(state(".part"), &FileState::Unfinished);
    assert_eq!(found.iter().filter(|(_, state)| state.is_wrong()).count(), 3);
}

#[test]
fn a_store_is_listed_with_licences() {
    let server = hub(&[b"first", b"second"]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("a dataset");
    std::fs::create_dir_all(store.path().join("p/default/dev")).expect("a folder");
    std::fs::write(store.path().join("p/default/dev/x.jsonl.gz"), b"123").expect("a file");
    let text = |text: &str| text.to_owned();
    let pulled = StoredSplit {
        id: text("o/d"),
        config: text("c"),
        split: text("test"),
        files: 2,
        bytes: 11,
        rows: None,
        licence: Some(text("mit")),
    };
    let own = StoredSplit {
        id: text("p"),
        config: text("default"),
        split: text("dev"),
        files: 1,
        bytes: 3,
        ..StoredSplit::default()
    };
    assert_eq!(ls(store.path()).expect("a store"), [pulled, own]);
    assert_eq!(ls(&store.path().join("nowhere")).expect("nothing"), []);
}

#[test]
fn records_that_are_none() {
    let store = tempfile::tempdir().expect("a folder");
    let lock = store.path().join(LOCK_FILE);
    for (text, wanted) in [
        ("{", "not a lock file"),
        (r#"{"format": 2, "datasets": {}, "files": {}}"#, "format 2 is not known here, only 1"),
    ] {
        std::fs::write(&lock, text).expect("a file");
        let error = verify(store.path(), &mut |_| {}).expect_err("no lock").to_string();
        assert!(error.contains(LOCK_FILE) && error.contains(wanted), "{error}");
    }
    assert!(verify(&store.path().join("nowhere"), &mut |_| {}).is_err());
}

/// A store with a manifest is checked against that.
#[test]
fn a_manifest_is_a_record_too() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED").map(PathBuf::from) else {
        eprintln!("YARDSTICK_SHARED is not set: skipping the store with a manifest");
        return;
    };
    let found = states(&shared.join("data"));
    assert!(found.len() > 80);
    let strange: Vec<_> =
        found.iter().filter(|(path, state)| *state != FileState::Same && path != "README.md").collect();
    assert!(strange.is_empty(), "{strange:?}");
    let splits = ls(&shared.join("data")).expect("a store");
    let hellaswag = splits.iter().find(|split| split.id == "Rowan/hellaswag").expect("hellaswag");
    assert_eq!((hellaswag.rows, hellaswag.licence.as_deref()), (Some(10_042), Some("MIT")));
}

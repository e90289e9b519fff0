//! Models into the cache of the hub's own client.

use crate::pull::{json, names, sha256};
use crate::server::{Reply, Server};
use sha1::{Digest, Sha1};
use std::path::{Path, PathBuf};
use yardstick_hub::{Event, HubError, ModelHub, ModelId, Options, Snapshot};

pub const COMMIT: &str = "607a30d783dfa663caf39e06633721c8d4cfcd7e";
pub const WEIGHTS: &[u8] = b"the quick brown fox jumps over the lazy dog";
pub const CONFIG: &[u8] = b"{\"model_type\": \"gpt2\"}";

/// git's name of a content.
pub fn git(bytes: &[u8]) -> String {
    let digest = Sha1::new().chain_update(format!("blob {}\0", bytes.len())).chain_update(bytes).finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// A model `o/m` with these files, those in large-file storage at another path.
pub fn hub(files: &[(&str, &[u8])]) -> Server {
    let server = Server::new(&[]);
    publish(&server, "main", COMMIT, files);
    server
}

pub fn publish(server: &Server, revision: &str, commit: &str, files: &[(&str, &[u8])]) {
    let list: Vec<_> = files.iter().map(|(name, _)| format!("{{\"rfilename\": \"{name}\"}}")).collect();
    let answer = json(&format!("{{\"id\": \"o/m\", \"sha\": \"{commit}\", \"siblings\": [{}]}}", list.join(", ")));
    server.set(&format!("/api/models/o/m/revision/{revision}"), vec![answer]);
    for (name, bytes) in files {
        let path = format!("/o/m/resolve/{commit}/{name}");
        if matches!(name.rsplit_once('.'), Some((_, "safetensors" | "bin"))) {
            let elsewhere = format!("/cdn/{}", sha256(bytes));
            server.set(&path, vec![Reply::Linked(elsewhere.clone(), sha256(bytes), bytes.len())]);
            server.set(&elsewhere, vec![Reply::File(bytes.to_vec())]);
        } else {
            server.set(&path, vec![small(bytes, commit)]);
        }
    }
}

pub fn small(bytes: &[u8], commit: &str) -> Reply {
    let marks = vec![("ETag", format!("\"{}\"", git(bytes))), ("X-Repo-Commit", commit.to_owned())];
    Reply::Version(bytes.to_vec(), marks, usize::MAX)
}

pub const FILES: &[(&str, &[u8])] = &[
    (".gitattributes", b"*"),
    ("README.md", b"# gpt2"),
    ("config.json", CONFIG),
    ("model.safetensors", WEIGHTS),
    ("merges.txt", b"#version"),
    ("onnx/decoder_model.onnx", b"onnx"),
    ("pytorch_model.bin", b"bin"),
    ("flax_model.msgpack", b"flax"),
    ("tf_model.h5", b"tf"),
    ("vocab.json", b"{}"),
];

pub fn pull_as(options: Options, cache: &Path, reference: &str) -> Result<Snapshot, HubError> {
    let model = ModelId::parse(reference).expect("a hub id");
    ModelHub::new(options, cache.to_owned()).pull(&model, &mut |_| {})
}

pub fn pull(server: &Server, cache: &Path) -> Result<Snapshot, String> {
    pull_as(server.options(), cache, "o/m").map_err(|error| error.to_string())
}

pub fn folder(cache: &Path) -> PathBuf {
    cache.join("models--o--m")
}

#[test]
fn a_model_lies_as_the_hubs_client_lays_it() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    let found = pull(&server, cache.path()).expect("a model");
    let folder = folder(cache.path());
    let snapshot = folder.join("snapshots").join(COMMIT);
    let bytes = [CONFIG, WEIGHTS, b"#version", b"{}"].iter().map(|file| file.len() as u64).sum();
    let wanted = Snapshot {
        id: "o/m".to_owned(),
        commit: COMMIT.to_owned(),
        folder: snapshot.clone(),
        files: 4,
        bytes,
        kept: 0,
    };
    assert_eq!(found, wanted);
    assert_eq!(names(&snapshot), ["config.json", "merges.txt", "model.safetensors", "vocab.json"]);
    let mut blobs = [git(CONFIG), git(b"#version"), git(b"{}"), sha256(WEIGHTS)];
    blobs.sort();
    assert_eq!(names(&folder.join("blobs")), blobs);
    assert_eq!(std::fs::read_to_string(folder.join("refs/main")).expect("a ref"), COMMIT);
    assert_eq!(std::fs::read(snapshot.join("model.safetensors")).expect("a file"), WEIGHTS);
    #[cfg(unix)]
    assert_eq!(
        std::fs::read_link(snapshot.join("config.json")).expect("a link"),
        Path::new("../../blobs").join(git(CONFIG))
    );
    let lock = cache.path().join(".locks/models--o--m").join(format!("{}.lock", sha256(WEIGHTS)));
    assert!(lock.is_file() && cache.path().join("CACHEDIR.TAG").is_file());
}

#[test]
fn what_is_there_is_not_asked_for_again() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    pull(&server, cache.path()).expect("a model");
    server.forget();
    assert_eq!(pull(&server, cache.path()).expect("the same").kept, 4);
    assert_eq!(server.requests(), ["GET /api/models/o/m/revision/main"]);
    server.forget();
    let exact = pull_as(server.options(), cache.path(), &format!("o/m@{COMMIT}")).expect("a commit");
    assert_eq!((exact.kept, server.requests().len()), (4, 0), "a commit never changes");
}

#[test]
fn a_new_commit_fetches_what_is_new_and_the_old_one_stays() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    pull(&server, cache.path()).expect("a model");
    let (next, config) = ("b".repeat(40), b"{\"model_type\": \"gpt2\", \"n_ctx\": 8}");
    publish(&server, "main", &next, &[("config.json", config), ("model.safetensors", WEIGHTS)]);
    let found = pull(&server, cache.path()).expect("the next");
    assert_eq!((found.files, found.kept, found.commit.as_str()), (2, 1, next.as_str()));
    let old = pull_as(server.options(), cache.path(), &format!("o/m@{COMMIT}")).expect("the old one");
    assert_eq!(std::fs::read(old.folder.join("config.json")).expect("a file"), CONFIG);
    assert_eq!(names(&folder(cache.path()).join("blobs")).len(), 5);
}

#[test]
fn a_revision_is_a_branch_or_a_tag() {
    let server = hub(&[]);
    publish(&server, "refs%2Fpr%2F1", COMMIT, FILES);
    let cache = tempfile::tempdir().expect("a folder");
    pull_as(server.options(), cache.path(), "o/m@refs/pr/1").expect("a branch");
    assert_eq!(std::fs::read_to_string(folder(cache.path()).join("refs/refs/pr/1")).expect("a ref"), COMMIT);
}

#[test]
fn pieces_are_those_of_the_index() {
    let index = br#"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#;
    let mut files = vec![
        ("config.json", CONFIG),
        ("model.safetensors.index.json", &index[..]),
        ("model-1.safetensors", b"one"),
        ("model-2.safetensors", b"two"),
        ("model-3.safetensors", b"not listed"),
    ];
    let server = hub(&files);
    let cache = tempfile::tempdir().expect("a folder");
    let found = pull(&server, cache.path()).expect("a model");
    assert_eq!(
        names(&found.folder),
        ["config.json", "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json"]
    );
    files.remove(3);
    publish(&server, "main", &"c".repeat(40), &files);
    let error = pull(&server, cache.path()).expect_err("a piece is missing");
    assert!(error.contains("has no model-2.safetensors, which model.safetensors.index.json lists"), "{error}");
}

#[test]
fn without_safetensors_it_is_the_bin() {
    let server = hub(&[("config.json", CONFIG), ("pytorch_model.bin", b"bin"), ("tf_model.h5", b"tf")]);
    let cache = tempfile::tempdir().expect("a folder");
    let found = pull(&server, cache.path()).expect("a model");
    assert_eq!(names(&found.folder), ["config.json", "pytorch_model.bin"]);
    for (files, wanted) in [
        (&[("config.json", CONFIG), ("tf_model.h5", b"tf")][..], "has no weights (model.safetensors or"),
        (&[("model.safetensors", WEIGHTS)], "o/m at main has no config.json; it has model.safetensors"),
    ] {
        let error = pull(&hub(files), cache.path()).expect_err("no model");
        assert!(error.contains(wanted), "{error}");
    }
}

/// What the hub's client leaves, made by hand: an older version of it did not write all that we do.
#[cfg(unix)]
#[test]
fn what_others_fetched_is_found() {
    let cache = tempfile::tempdir().expect("a folder");
    let folder = folder(cache.path());
    let snapshot = folder.join("snapshots").join(COMMIT);
    std::fs::create_dir_all(&snapshot).expect("a folder");
    for name in ["blobs", "refs"] {
        std::fs::create_dir_all(folder.join(name)).expect("a folder");
    }
    std::fs::write(folder.join("refs/main"), COMMIT).expect("a ref");
    for (name, bytes) in [("config.json", CONFIG), ("model.safetensors", WEIGHTS)] {
        std::fs::write(folder.join("blobs").join(sha256(bytes)), bytes).expect("a blob");
        std::os::unix::fs::symlink(Path::new("../../blobs").join(sha256(bytes)), snapshot.join(name)).expect("a link");
    }
    let offline = || Options { is_offline: true, ..Options::at("http://127.0.0.1:9") };
    let found = pull_as(offline(), cache.path(), "o/m").expect("a model");
    assert_eq!((found.folder, found.files), (snapshot.clone(), 2));
    std::fs::remove_file(folder.join("blobs").join(sha256(WEIGHTS))).expect("a blob");
    let error = pull_as(offline(), cache.path(), "o/m").expect_err("a link to nothing").to_string();
    assert!(error.contains("(model.safetensors was not fetched)"), "{error}");
}

#[test]
fn offline_takes_what_there_is() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    let offline = || Options { is_offline: true, ..server.options() };
    let error = pull_as(offline(), cache.path(), "o/m").expect_err("nothing there").to_string();
    assert!(error.contains("is not whole in the cache") && error.contains("`yardstick pull`"), "{error}");
    pull(&server, cache.path()).expect("a model");
    server.forget();
    assert_eq!(pull_as(offline(), cache.path(), "o/m").expect("from the cache").commit, COMMIT);
    let error = pull_as(offline(), cache.path(), "o/m@v2").expect_err("another revision").to_string();
    assert!(error.contains("o/m at v2") && error.contains("nothing of it was fetched"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_hub_that_is_away_is_done_without() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    pull(&server, cache.path()).expect("a model");
    server.set("/api/models/o/m/revision/main", vec![Reply::Is(503, Vec::new(), Vec::new())]);
    let mut unasked = Vec::new();
    let model = ModelId::parse("o/m").expect("an id");
    let hub = ModelHub::new(server.options(), cache.path().to_owned());
    let found = hub.pull(&model, &mut |event| {
        if let Event::Unasked { reason } = event {
            unasked.push(reason.to_string());
        }
    });
    assert_eq!(found.expect("from the cache").commit, COMMIT);
    assert!(matches!(&*unasked, [only] if only.contains("answered 503")), "{unasked:?}");
}

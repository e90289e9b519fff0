//! Models of hubs that refuse, break off or send something else.

use crate::models::{COMMIT, CONFIG, FILES, WEIGHTS, folder, git, hub, pull, pull_as, small};
use crate::pull::{json, names, sha256};
use crate::server::{Reply, Server};
use std::path::Path;
use yardstick_hub::{Event, ModelHub, ModelId, Options};

fn weights_path() -> String {
    format!("/cdn/{}", sha256(WEIGHTS))
}

fn resolve(name: &str) -> String {
    format!("/o/m/resolve/{COMMIT}/{name}")
}

/// Nothing has the name of a file that is not whole.
fn check_absent(cache: &Path, name: &str) {
    assert!(!folder(cache).join("snapshots").join(COMMIT).join(name).exists());
    assert!(!folder(cache).join("refs").exists(), "a revision is remembered when all of it is there");
}

#[test]
fn weights_that_break_off_go_on() {
    let server = hub(FILES);
    server.set(&weights_path(), vec![Reply::Cut(WEIGHTS.to_vec(), 30)]);
    let cache = tempfile::tempdir().expect("a folder");
    let found = pull(&server, cache.path()).expect("in two pieces");
    assert_eq!(std::fs::read(found.folder.join("model.safetensors")).expect("a file"), WEIGHTS);
    let asked: Vec<_> = server.requests().into_iter().filter(|r| r.starts_with("GET /cdn")).collect();
    assert_eq!(asked, [format!("GET {}", weights_path()), format!("GET {} bytes=30-", weights_path())]);
}

#[test]
fn a_pull_that_gave_up_is_gone_on_with() {
    let server = hub(FILES);
    server.set(&weights_path(), vec![Reply::Cut(WEIGHTS.to_vec(), 30), Reply::Is(500, Vec::new(), Vec::new())]);
    let cache = tempfile::tempdir().expect("a folder");
    assert!(pull(&server, cache.path()).expect_err("given up").contains("answered 500"));
    check_absent(cache.path(), "model.safetensors");
    server.set(&weights_path(), vec![Reply::File(WEIGHTS.to_vec())]);
    server.forget();
    let found = pull(&server, cache.path()).expect("the rest");
    assert_eq!((found.files, found.kept), (4, 3));
    assert!(server.requests().contains(&format!("GET {} bytes=30-", weights_path())), "{:?}", server.requests());
    assert!(names(&folder(cache.path()).join("blobs")).iter().all(|name| !name.starts_with('.')));
}

#[test]
fn what_is_not_what_was_announced_is_thrown_away() {
    let check = |path: &str, reply: Reply, wanted: &str| {
        let server = hub(FILES);
        server.set(path, vec![reply]);
        let cache = tempfile::tempdir().expect("a folder");
        let error = pull(&server, cache.path()).expect_err("another file");
        assert!(error.contains(wanted), "{error} has {wanted}");
        check_absent(cache.path(), "model.safetensors");
        assert!(names(&folder(cache.path()).join("blobs")).iter().all(|name| name.len() == 40), "{error}");
    };
    let other = vec![b'x'; WEIGHTS.len()];
    check(&weights_path(), Reply::File(other.clone()), &format!("has sha256 {}", sha256(&other)));
    check(&weights_path(), Reply::File(b"short".to_vec()), "has size 5, and should have 43");
    let mut marked = CONFIG.to_vec();
    marked[0] = b'[';
    let Reply::Version(_, marks, _) = small(CONFIG, COMMIT) else { panic!("a version") };
    let wanted = format!("has git sha1 {}, and should have {}", git(&marked), git(CONFIG));
    check(&resolve("config.json"), Reply::Version(marked, marks, usize::MAX), &wanted);
    check(&resolve("config.json"), Reply::File(CONFIG.to_vec()), "no ETag by which the file could be kept");
    let bad = vec![("ETag", "\"../../x\"".to_owned())];
    check(&resolve("config.json"), Reply::Version(CONFIG.to_vec(), bad, usize::MAX), "no ETag");
}

fn check_refusal(status: u16, code: &str, token: Option<&str>, wanted: &[&str]) {
    let server = hub(FILES);
    let headers = if code.is_empty() { Vec::new() } else { vec![("X-Error-Code", code.to_owned())] };
    server.set("/api/models/o/m/revision/main", vec![Reply::Is(status, headers, Vec::new())]);
    let refs = json(r#"{"branches": [{"name": "master"}], "tags": [{"name": "v1"}], "converts": []}"#);
    if status == 404 && code != "RepoNotFound" {
        server.set("/api/models/o/m/refs", vec![refs]);
    }
    let cache = tempfile::tempdir().expect("a folder");
    let options = Options { token: token.map(str::to_owned), ..server.options() };
    let error = pull_as(options, cache.path(), "o/m").expect_err("refused").to_string();
    for words in wanted {
        assert!(error.contains(words), "{status} {code}: {error} has {words}");
    }
    assert!(!error.contains("  "), "{error}");
}

#[test]
fn refusals_say_what_they_mean() {
    check_refusal(401, "RepoNotFound", None, &["there is no model o/m at http://127", "HF_TOKEN, a token, shows"]);
    check_refusal(404, "RepoNotFound", Some("t"), &["there is no model o/m", "the token in HF_TOKEN does not see it"]);
    check_refusal(401, "", None, &["there is no model o/m"]);
    check_refusal(401, "GatedRepo", None, &["is gated (401): accept its terms at http://127", "/o/m and set HF_TOKEN"]);
    check_refusal(403, "GatedRepo", Some("t"), &["is gated (403)", "with the account that the token in HF_TOKEN"]);
    check_refusal(403, "", Some("t"), &["is gated (403)"]);
    check_refusal(404, "RevisionNotFound", None, &["no revision \"main\"; it has master, v1"]);
    check_refusal(404, "", None, &["no revision \"main\"; it has master, v1"]);
    check_refusal(429, "", None, &["answered 429; try again later"]);
    check_refusal(500, "", None, &["answered 500; try again later"]);
}

/// The hub lists a gated model's files for everybody.
#[test]
fn a_file_may_be_gated_where_the_list_is_not() {
    let server = hub(FILES);
    let refused = Reply::Is(401, vec![("X-Error-Code", "GatedRepo".to_owned())], Vec::new());
    server.set(&resolve("config.json"), vec![refused]);
    let cache = tempfile::tempdir().expect("a folder");
    let error = pull(&server, cache.path()).expect_err("gated");
    assert!(error.starts_with("model o/m is gated (401): accept its terms at http://127"), "{error}");
}

#[test]
fn a_name_that_is_nearly_one_gets_a_hint() {
    let server = Server::new(&[]);
    let cache = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(cache.path().join("models--me--mine-7b")).expect("a folder");
    for (typed, wanted) in
        [("openai/gpt2", "did you mean openai-community/gpt2?"), ("me/nime-7b", "did you mean me/mine-7b?")]
    {
        let error = pull_as(server.options(), cache.path(), typed).expect_err("nothing there").to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn a_busy_hub_is_asked_again() {
    let server = hub(FILES);
    let busy = |status| Reply::Is(status, vec![("Retry-After", "0".to_owned())], Vec::new());
    server.set(&weights_path(), vec![busy(503), busy(429), Reply::File(WEIGHTS.to_vec())]);
    server.set(&resolve("config.json"), vec![busy(429), small(CONFIG, COMMIT)]);
    let cache = tempfile::tempdir().expect("a folder");
    pull(&server, cache.path()).expect("in the end");
}

#[test]
fn a_listing_that_is_none() {
    let cache = tempfile::tempdir().expect("a folder");
    for (text, wanted) in [
        ("<html>", "expected value"),
        ("{}", "not a model's commit"),
        (r#"{"sha": "../x", "siblings": []}"#, "not a model's commit"),
        (r#"{"sha": "607a30d783dfa663caf39e06633721c8d4cfcd7e", "siblings": [{}]}"#, "not a model's commit"),
    ] {
        let server = Server::new(&[("/api/models/o/m/revision/main", json(text))]);
        let error = pull(&server, cache.path()).expect_err("no list");
        assert!(error.contains(wanted), "{text}: {error}");
    }
}

#[test]
fn a_token_goes_to_the_endpoint_and_nowhere_else() {
    let server = hub(FILES);
    let elsewhere = Server::new(&[("/cdn", Reply::File(WEIGHTS.to_vec()))]);
    let linked = Reply::Linked(format!("{}/cdn", elsewhere.url), sha256(WEIGHTS), WEIGHTS.len());
    server.set(&resolve("model.safetensors"), vec![linked]);
    let cache = tempfile::tempdir().expect("a folder");
    let options = Options { token: Some("secret".to_owned()), ..server.options() };
    pull_as(options, cache.path(), "o/m").expect("a model");
    assert!(server.requests().iter().all(|request| request.ends_with("Bearer secret")), "{:?}", server.requests());
    assert_eq!(elsewhere.requests(), ["GET /cdn"]);
}

/// Whoever comes second waits, and then finds the file.
#[test]
fn a_blob_is_fetched_once() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    let locks = cache.path().join(".locks/models--o--m");
    std::fs::create_dir_all(&locks).expect("a folder");
    let lock = std::fs::File::create(locks.join(format!("{}.lock", sha256(WEIGHTS)))).expect("a file");
    lock.lock().expect("a lock");
    let blob = folder(cache.path()).join("blobs").join(sha256(WEIGHTS));
    let mut held = Some(lock);
    let mut waited = 0;
    let model = ModelId::parse("o/m").expect("an id");
    let found = ModelHub::new(server.options(), cache.path().to_owned()).pull(&model, &mut |event| {
        if let Event::Waiting { path } = event {
            assert!(path.ends_with("model.safetensors"), "{}", path.display());
            std::fs::write(&blob, WEIGHTS).expect("the other one's file");
            waited += 1;
            drop(held.take());
        }
    });
    assert_eq!((found.expect("a model").kept, waited), (1, 1));
    assert!(server.requests().iter().all(|request| !request.starts_with("GET /cdn")), "{:?}", server.requests());
}

/// What is written goes to a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_to_be_one() {
    let server = hub(FILES);
    let cache = tempfile::tempdir().expect("a folder");
    let blobs = folder(cache.path()).join("blobs");
    std::fs::create_dir_all(&blobs).expect("a folder");
    let part = blobs.join(format!(".{}.part", sha256(WEIGHTS)));
    std::os::unix::fs::symlink("/dev/full", &part).expect("a link");
    let error = pull(&server, cache.path()).expect_err("no room");
    assert!(error.contains("; make room, or name another place (HF_HUB_CACHE for models"), "{error}");
    check_absent(cache.path(), "model.safetensors");
}

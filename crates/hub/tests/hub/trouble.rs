//! Servers and connections that misbehave.

use crate::pull::{hub, json, names, pull, sha256};
use crate::server::{Reply, Server};
use std::path::Path;
use yardstick_hub::{Event, HubError, Options, Puller};

fn file(store: &Path) -> Option<Vec<u8>> {
    std::fs::read(store.join("o/d/c/test/0000.parquet")).ok()
}

const TEXT: &[u8] = b"the quick brown fox jumps over the lazy dog";

#[test]
fn a_transfer_that_breaks_off_goes_on_where_it_did() {
    let server = hub(&[TEXT]);
    server.set("/cdn/0", vec![Reply::Cut(TEXT.to_vec(), 10)]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("in five pieces");
    assert_eq!(file(store.path()).as_deref(), Some(TEXT));
    let ranges: Vec<_> = server.requests().into_iter().filter(|request| request.starts_with("GET /cdn")).collect();
    assert_eq!(
        ranges,
        ["GET /cdn/0", "GET /cdn/0 bytes=10-", "GET /cdn/0 bytes=20-", "GET /cdn/0 bytes=30-", "GET /cdn/0 bytes=40-"]
    );
}

#[test]
fn a_pull_that_gave_up_is_gone_on_with_by_the_next() {
    let server = hub(&[TEXT, b"second"]);
    server.set("/cdn/0", vec![Reply::Cut(TEXT.to_vec(), 10), Reply::Cut(TEXT.to_vec(), 0)]);
    let store = tempfile::tempdir().expect("a folder");
    let error = pull(&server, store.path()).expect_err("given up");
    assert!(error.contains("broke off 4 times") && error.contains("the same command goes on"), "{error}");
    assert_eq!(file(store.path()), None);
    let split = store.path().join("o/d/c/test");
    assert_eq!(names(&split), [".0000.parquet.part", ".0000.parquet.part.json"]);
    server.set("/cdn/0", vec![Reply::File(TEXT.to_vec())]);
    server.forget();
    pull(&server, store.path()).expect("the rest");
    assert!(server.requests().contains(&"GET /cdn/0 bytes=10-".to_owned()), "{:?}", server.requests());
    assert_eq!(file(store.path()).as_deref(), Some(TEXT));
    assert_eq!(names(&split), ["0000.parquet", "0001.parquet"]);
}

/// A split of which a part is missing would be read as a whole one.
#[test]
fn no_file_of_a_split_appears_before_the_last_one() {
    let server = hub(&[TEXT, b"second"]);
    server.set("/cdn/1", vec![Reply::Is(500, Vec::new(), Vec::new())]);
    let store = tempfile::tempdir().expect("a folder");
    assert!(pull(&server, store.path()).expect_err("the second fails").contains("answered 500; try again later"));
    assert_eq!(file(store.path()), None);
    server.set("/cdn/1", vec![Reply::File(b"second".to_vec())]);
    server.forget();
    pull(&server, store.path()).expect("both");
    assert!(server.requests().iter().all(|request| !request.starts_with("GET /cdn/0")), "the first was whole");
}

#[test]
fn a_server_without_ranges_starts_over() {
    let server = hub(&[TEXT]);
    server.set("/cdn/0", vec![Reply::Cut(TEXT.to_vec(), 10), Reply::Whole(TEXT.to_vec())]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("whole");
    assert_eq!(file(store.path()).as_deref(), Some(TEXT));
}

#[test]
fn a_range_beyond_the_end_starts_over() {
    let server = hub(&[TEXT]);
    let refused = Reply::Is(416, Vec::new(), Vec::new());
    server.set("/cdn/0", vec![Reply::Cut(TEXT.to_vec(), 10), refused, Reply::File(TEXT.to_vec())]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("whole");
    assert_eq!(file(store.path()).as_deref(), Some(TEXT));
}

#[test]
fn what_is_not_what_was_announced_is_thrown_away() {
    let server = hub(&[TEXT]);
    let store = tempfile::tempdir().expect("a folder");
    let check = |size: usize, sha: String, wanted: &str| {
        server.set("/api/parquet/c/test/0.parquet", vec![Reply::Linked("/cdn/0".to_owned(), sha, size)]);
        let error = pull(&server, store.path()).expect_err("another file");
        assert!(error.contains(wanted), "{error} has {wanted}");
        assert_eq!(file(store.path()), None);
    };
    check(
        TEXT.len(),
        sha256(b"another"),
        &format!("has sha256 {}, and should have {}", sha256(TEXT), sha256(b"another")),
    );
    check(TEXT.len() - 3, sha256(TEXT), "has size 43, and should have 40");
    assert!(names(&store.path().join("o/d/c/test")).is_empty());
    check(TEXT.len() + 5, sha256(TEXT), "has size 43, and should have 48");
}

#[test]
fn a_busy_server_is_asked_again() {
    let server = hub(&[TEXT]);
    let busy = |status| Reply::Is(status, vec![("Retry-After", "0".to_owned())], Vec::new());
    server.set("/api/datasets/o/d", vec![busy(429), busy(503), json("{}")]);
    server.set("/cdn/0", vec![busy(503), busy(500), Reply::File(TEXT.to_vec())]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("in the end");
}

fn check_status(status: u16, wanted: &str) {
    let server = Server::new(&[("/api/datasets/o/d", Reply::Is(status, Vec::new(), Vec::new()))]);
    let store = tempfile::tempdir().expect("a folder");
    let error = pull(&server, store.path()).expect_err("refused");
    assert!(error.contains(wanted), "{status}: {error}");
    assert!(!error.contains("  "), "{error}");
}

#[test]
fn refusals_say_what_to_do() {
    check_status(404, "there is nothing at http://127.0.0.1:");
    check_status(401, "accept its terms on its page and set HF_TOKEN to a token");
    check_status(403, "set HF_TOKEN");
    check_status(500, "answered 500; try again later");
    check_status(418, "answered 418");
}

#[test]
fn no_connection_is_said_so() {
    let store = tempfile::tempdir().expect("a folder");
    // The port was free a moment ago, and nobody listens on it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port").port();
    let options = |options: Options| Options { attempts: 2, pause: std::time::Duration::from_millis(1), ..options };
    let mut puller =
        Puller::open(store.path(), options(Options::at(&format!("http://127.0.0.1:{port}")))).expect("a store");
    let error = puller.dataset("o/d", None, None, &mut |_| {}).expect_err("nobody there").to_string();
    assert!(
        error.starts_with(&format!(
            "cannot reach http://127.0.0.1:{port}: it refuses the connection; check the network"
        )),
        "{error}"
    );
    drop(puller);
    let offline = Options { is_offline: true, ..Options::at("http://127.0.0.1:9") };
    let mut puller = Puller::open(store.path(), offline).expect("a store");
    let error = puller.dataset("o/d", None, None, &mut |_| {}).expect_err("by choice").to_string();
    assert!(error.contains("HF_HUB_OFFLINE"), "{error}");
}

#[test]
fn redirects_end() {
    let server = Server::new(&[(
        "/api/datasets/o/d",
        Reply::Is(302, vec![("Location", "/api/datasets/o/d".to_owned())], Vec::new()),
    )]);
    let store = tempfile::tempdir().expect("a folder");
    assert!(pull(&server, store.path()).expect_err("round and round").contains("more than 10 redirects"));
}

#[test]
fn answers_that_are_no_lists() {
    let store = tempfile::tempdir().expect("a folder");
    let check = |list: &str, wanted: &str| {
        let server = hub(&[TEXT]);
        server.set("/api/datasets/o/d/parquet", vec![json(list)]);
        let error = pull(&server, store.path()).expect_err("no list");
        assert!(error.contains(wanted), "{list}: {error}");
    };
    check("<html>", "expected value at line 1 column 1");
    check("[1]", "not a list of parquet files");
    check("{}", "no parquet conversion of o/d");
    check(r#"{"../x": {"test": ["u"]}}"#, "configuration \"../x\" cannot be a name");
    check(r#"{"c": {"a/b": ["u"]}}"#, "split \"a/b\" cannot be a name");
}

#[test]
fn one_pull_at_a_time() {
    let store = tempfile::tempdir().expect("a folder");
    let first = Puller::open(store.path(), Options::at("http://x")).expect("a store");
    assert!(matches!(Puller::open(store.path(), Options::at("http://x")), Err(HubError::Busy { .. })));
    drop(first);
    assert!(Puller::open(store.path(), Options::at("http://x")).is_ok());
}

#[test]
fn what_happens_is_reported() {
    let server = hub(&[TEXT]);
    server.set("/cdn/0", vec![Reply::Cut(TEXT.to_vec(), 30)]);
    let store = tempfile::tempdir().expect("a folder");
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    let (mut bytes, mut retries) = (0, 0);
    puller
        .dataset("o/d", None, None, &mut |event| match event {
            Event::Bytes(n) => bytes += n,
            Event::Retry { .. } => retries += 1,
            Event::File { bytes, from, .. } => assert_eq!((bytes, from), (Some(TEXT.len() as u64), 0)),
            _ => {}
        })
        .expect("a dataset");
    assert_eq!((bytes, retries), (TEXT.len() as u64, 1));
}

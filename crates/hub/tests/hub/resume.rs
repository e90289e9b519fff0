//! A file that breaks off and is another one when the rest is asked for: two versions are never one file.

use crate::pull::{hub, names, publish, pull, sha256};
use crate::server::{Reply, Server};
use std::path::Path;
use yardstick_hub::{Event, Puller};

const OLD: &[u8] = b"the quick brown fox jumps over the lazy dog";
const NEW: &[u8] = b"THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG";
const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

type Marks = Vec<(&'static str, String)>;

fn marks(list: &[(&'static str, &str)]) -> Marks {
    list.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

/// HEAD that is not answered, as some servers do, and the answers to GET.
fn silent(answers: impl IntoIterator<Item = Reply>) -> Vec<Reply> {
    let refused = Reply::Is(405, Vec::new(), Vec::new());
    std::iter::once(refused).chain(answers).collect()
}

fn get(server: &Server, store: &Path) -> Result<Vec<u8>, String> {
    let mut puller = Puller::open(store, server.options()).expect("a store");
    puller.file(&format!("{}/x", server.url), "x.jsonl", &mut |_| {}).map_err(|error| error.to_string())?;
    assert!(!names(store).iter().any(|name| name.contains(".part")), "{:?}", names(store));
    Ok(std::fs::read(store.join("x.jsonl")).expect("a file"))
}

/// What comes of these answers to GET, and what was asked for.
fn check(case: &str, answers: Vec<Reply>, wanted: &[u8], asked: &[&str]) {
    let server = Server::new(&[]);
    server.set("/x", silent(answers));
    let store = tempfile::tempdir().expect("a folder");
    let found = get(&server, store.path());
    assert_eq!(found.as_deref().map(String::from_utf8_lossy), Ok(String::from_utf8_lossy(wanted)), "{case}");
    let requests: Vec<_> = server.requests().iter().filter_map(|r| r.strip_prefix("GET ")).map(str::to_owned).collect();
    assert_eq!(requests, asked, "{case}");
}

fn cut(marks: &Marks) -> Reply {
    Reply::Version(OLD.to_vec(), marks.clone(), 10)
}

fn whole(file: &[u8], marks: &Marks) -> Reply {
    Reply::Version(file.to_vec(), marks.clone(), usize::MAX)
}

#[test]
fn without_a_strong_validator_it_starts_over() {
    let minute = "Sun, 06 Nov 1994 08:50:36 GMT";
    let day = "Mon, 07 Nov 1994 08:49:37 GMT";
    for (case, list) in [
        ("nothing", &[][..]),
        ("a weak tag", &[("ETag", "W/\"1\"")]),
        ("a tag without quotes", &[("ETag", "1")]),
        ("a date alone", &[("Last-Modified", MODIFIED)]),
        ("a date that is too young", &[("Last-Modified", MODIFIED), ("Date", minute)]),
        ("a weak tag and a date", &[("ETag", "W/\"1\""), ("Last-Modified", MODIFIED), ("Date", day)]),
    ] {
        let marks = marks(list);
        check(case, vec![cut(&marks), whole(NEW, &marks)], NEW, &["/x", "/x"]);
    }
}

#[test]
fn with_a_strong_validator_the_same_version_is_gone_on_with() {
    let day = "Mon, 07 Nov 1994 08:49:37 GMT";
    let (tag, date) = (marks(&[("ETag", "\"1\"")]), marks(&[("Last-Modified", MODIFIED), ("Date", day)]));
    let later = marks(&[("Last-Modified", day), ("Date", "Tue, 08 Nov 1994 08:49:37 GMT")]);
    let (of_tag, of_date) = ("/x bytes=10- \"1\"", format!("/x bytes=10- {MODIFIED}"));
    check("the same tag", vec![cut(&tag), whole(OLD, &tag)], OLD, &["/x", of_tag]);
    check("another tag", vec![cut(&tag), whole(NEW, &marks(&[("ETag", "\"2\"")]))], NEW, &["/x", of_tag]);
    check("the same date", vec![cut(&date), whole(OLD, &date)], OLD, &["/x", &of_date]);
    check("another date", vec![cut(&date), whole(NEW, &later)], NEW, &["/x", &of_date]);
}

/// The rest of the new version as an answer that should have been all of it.
fn rest(range: &str, list: &[(&'static str, &str)]) -> Reply {
    let mut headers = marks(list);
    headers.push(("Content-Range", range.to_owned()));
    Reply::Is(206, headers, NEW[10..].to_vec())
}

#[test]
fn answers_that_are_not_the_rest_start_over() {
    let tag = marks(&[("ETag", "\"1\"")]);
    let same = &[("ETag", "\"1\"")][..];
    let bare = Reply::Is(206, tag.clone(), NEW[10..].to_vec());
    for (case, answer) in [
        ("If-Range is ignored", rest("bytes 10-42/43", &[("ETag", "\"2\"")])),
        ("the tag is weak now", rest("bytes 10-42/43", &[("ETag", "W/\"1\"")])),
        ("the tag is gone", rest("bytes 10-42/43", &[])),
        ("another beginning", rest("bytes 9-41/43", same)),
        ("another total", rest("bytes 10-42/44", same)),
        ("a range that is none", rest("bytes 10-9/43", same)),
        ("no range", bare),
        ("nothing there", Reply::Is(416, marks(&[("Content-Range", "bytes */43")]), Vec::new())),
    ] {
        check(case, vec![cut(&tag), answer, whole(NEW, &tag)], NEW, &["/x", "/x bytes=10- \"1\"", "/x"]);
    }
    let ignored = Reply::Whole(NEW.to_vec());
    check("the range is ignored", vec![cut(&tag), ignored], NEW, &["/x", "/x bytes=10- \"1\""]);
    let unsized_rest =
        Reply::Is(206, [tag.clone(), marks(&[("Content-Range", "bytes 10-42/*")])].concat(), OLD[10..].to_vec());
    check("no total, but a known one", vec![cut(&tag), unsized_rest], OLD, &["/x", "/x bytes=10- \"1\""]);
}

/// What is known of a part lies beside it from the first byte on, and holds for the next pull.
#[test]
fn a_part_is_remembered_by_the_next_pull() {
    let tag = marks(&[("ETag", "\"1\"")]);
    let end = Reply::Is(500, Vec::new(), Vec::new());
    let second = |marks: &Marks, change: &dyn Fn(&Path), wanted: &[u8], asked: &str| {
        let server = Server::new(&[]);
        server.set("/x", silent([cut(marks), end.clone()]));
        let store = tempfile::tempdir().expect("a folder");
        assert!(get(&server, store.path()).is_err());
        assert!(names(store.path()).contains(&".x.jsonl.part.json".to_owned()));
        change(store.path());
        server.set("/x", silent([whole(wanted, &tag)]));
        server.forget();
        assert_eq!(get(&server, store.path()).as_deref(), Ok(wanted));
        assert_eq!(server.requests().last().map(String::as_str), Some(asked));
    };
    let record = |store: &Path| store.join(".x.jsonl.part.json");
    let nothing = |_: &Path| ();
    second(&tag, &nothing, OLD, "GET /x bytes=10- \"1\"");
    second(&marks(&[]), &nothing, NEW, "GET /x");
    second(&marks(&[("ETag", "W/\"1\"")]), &nothing, NEW, "GET /x");
    second(&tag, &|store| std::fs::remove_file(record(store)).expect("a record"), NEW, "GET /x");
    second(&tag, &|store| std::fs::write(record(store), "{\"url\"").expect("a record"), NEW, "GET /x");
    let elsewhere = |store: &Path| {
        let text = std::fs::read_to_string(record(store)).expect("a record");
        std::fs::write(record(store), text.replace("/x\"", "/y\"")).expect("a record");
    };
    second(&tag, &elsewhere, NEW, "GET /x");
    let longer = |store: &Path| std::fs::write(store.join(".x.jsonl.part"), [b'.'; 99]).expect("a part");
    second(&tag, &longer, NEW, "GET /x");
}

#[test]
fn the_record_is_there_before_the_first_byte() {
    let server = Server::new(&[]);
    server.set("/x", silent([Reply::Version(OLD.to_vec(), marks(&[("ETag", "\"1\"")]), 0)]));
    let store = tempfile::tempdir().expect("a folder");
    let error = get(&server, store.path()).expect_err("nothing arrives");
    assert!(error.contains("the same command starts over"), "{error}");
    assert_eq!(std::fs::read(store.path().join(".x.jsonl.part")).expect("a part"), b"");
    let record = std::fs::read_to_string(store.path().join(".x.jsonl.part.json")).expect("a record");
    assert!(record.contains("\\\"1\\\"") && record.contains("\"bytes\": 43"), "{record}");
}

/// What lies in the store in the middle of a transfer is what a kill leaves.
#[test]
fn a_kill_leaves_what_the_next_pull_goes_on_with() {
    let tag = marks(&[("ETag", "\"1\"")]);
    let server = Server::new(&[]);
    server.set("/x", silent([cut(&tag), whole(OLD, &tag)]));
    let [store, left] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    let mut report = |event: Event| {
        if matches!(event, Event::Bytes(10)) {
            for name in names(store.path()) {
                std::fs::copy(store.path().join(&name), left.path().join(&name)).expect("a copy");
            }
        }
    };
    puller.file(&format!("{}/x", server.url), "x.jsonl", &mut report).expect("a file");
    assert!(!left.path().join("x.jsonl").exists());
    server.forget();
    assert_eq!(get(&server, left.path()).as_deref(), Ok(OLD));
    assert_eq!(server.requests().last().map(String::as_str), Some("GET /x bytes=10- \"1\""));
}

#[test]
fn a_body_that_is_cut_short_is_no_file() {
    for length in ["Content-Length: 43\r\n", "Transfer-Encoding: chunked\r\n"] {
        let body = if length.contains("chunked") { "2b\r\nthe quick" } else { "the quick" };
        let raw = format!("HTTP/1.1 200 X\r\n{length}Connection: close\r\n\r\n{body}");
        let server = Server::new(&[]);
        server.set("/x", silent([Reply::Raw(raw.into_bytes())]));
        let store = tempfile::tempdir().expect("a folder");
        let error = get(&server, store.path()).expect_err("never whole");
        assert!(error.contains("broke off") && error.contains("the same command starts over"), "{length}: {error}");
        assert!(!store.path().join("x.jsonl").exists(), "{length}");
    }
}

/// 416 where all bytes are there already, of which only the end of the transfer was lost.
#[test]
fn nothing_after_the_end_is_whole_if_the_sha256_says_so() {
    let linked = |file: &[u8]| {
        Reply::Is(302, marks(&[("Location", "/cdn"), ("X-Linked-Etag", &format!("\"{}\"", sha256(file)))]), Vec::new())
    };
    let text = String::from_utf8_lossy(OLD);
    let lost = format!("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2b\r\n{text}\r\n");
    let end = |all: &str| Reply::Is(416, marks(&[("Content-Range", all)]), Vec::new());
    for (case, file, all, wanted) in [
        ("all of it", OLD, "bytes */43", "GET /cdn bytes=43-"),
        ("another size", OLD, "bytes */44", "GET /cdn"),
        ("another file", NEW, "bytes */43", "GET /cdn"),
    ] {
        let server = Server::new(&[("/x", linked(file))]);
        server.set("/cdn", vec![Reply::Raw(lost.clone().into_bytes()), end(all), Reply::File(file.to_vec())]);
        let store = tempfile::tempdir().expect("a folder");
        assert_eq!(get(&server, store.path()).as_deref(), Ok(file), "{case}");
        assert_eq!(server.requests().last().map(String::as_str), Some(wanted), "{case}");
    }
}

/// What the lock file says of a file is said by the answer that the bytes came with.
#[test]
fn a_file_that_changes_after_head_is_not_taken_for_the_one_before() {
    let (old, new) = (marks(&[("ETag", "\"1\"")]), marks(&[("ETag", "\"2\"")]));
    let server = Server::new(&[]);
    server.set("/x", vec![whole(NEW, &new), whole(OLD, &old)]);
    let store = tempfile::tempdir().expect("a folder");
    assert_eq!(get(&server, store.path()).as_deref(), Ok(OLD), "a stale answer");
    server.set("/x", vec![whole(NEW, &new)]);
    assert_eq!(get(&server, store.path()).as_deref(), Ok(NEW), "and the one that HEAD spoke of");
}

#[test]
fn a_tag_that_looks_like_a_checksum_is_only_a_tag() {
    let marks = marks(&[("ETag", &format!("\"{}\"", sha256(NEW)))]);
    let server = Server::new(&[("/x", whole(OLD, &marks))]);
    let store = tempfile::tempdir().expect("a folder");
    assert_eq!(get(&server, store.path()).as_deref(), Ok(OLD));
}

#[test]
fn a_packed_answer_is_no_file_and_neither_is_an_empty_success() {
    let packed = Reply::Is(200, marks(&[("Content-Encoding", "gzip")]), OLD.to_vec());
    let part = Reply::Is(206, marks(&[("Content-Range", "bytes 0-42/99")]), OLD.to_vec());
    for (answer, wanted) in
        [(packed, "packed as gzip"), (Reply::Is(204, Vec::new(), Vec::new()), "answered 204"), (part, "answered 206")]
    {
        let server = Server::new(&[]);
        server.set("/x", silent([answer]));
        let store = tempfile::tempdir().expect("a folder");
        let error = get(&server, store.path()).expect_err("no file");
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn the_length_of_a_redirect_is_not_the_files() {
    let linked = marks(&[("Location", "/cdn"), ("X-Linked-Etag", &format!("\"{}\"", sha256(OLD)))]);
    let redirect = Reply::Is(302, linked, b"it is elsewhere".to_vec());
    let server = Server::new(&[("/x", redirect), ("/cdn", Reply::File(OLD.to_vec()))]);
    let store = tempfile::tempdir().expect("a folder");
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    let mut sizes = Vec::new();
    let mut report = |event: Event| {
        if let Event::File { bytes, .. } = event {
            sizes.push(bytes);
        }
    };
    puller.file(&format!("{}/x", server.url), "x.jsonl", &mut report).expect("a file");
    assert_eq!(sizes, [None]);
}

/// One file's part is not another's, however alike their names are.
#[test]
fn names_that_begin_alike() {
    let server = Server::new(&[]);
    let tag = marks(&[("ETag", "\"1\"")]);
    server.set("/long", silent([cut(&tag), Reply::Is(500, Vec::new(), Vec::new())]));
    server.set("/short", vec![Reply::File(NEW.to_vec())]);
    let store = tempfile::tempdir().expect("a folder");
    let mut puller = Puller::open(store.path(), server.options()).expect("a store");
    assert!(puller.file(&format!("{}/long", server.url), "x.jsonl", &mut |_| {}).is_err());
    puller.file(&format!("{}/short", server.url), "x", &mut |_| {}).expect("a file");
    assert!(names(store.path()).contains(&".x.jsonl.part".to_owned()));
}

/// A file that was changed by hand is not the server's, though its length may be.
#[test]
fn a_file_that_was_changed_is_fetched_again() {
    let server = hub(&[b"first", b"second"]);
    let store = tempfile::tempdir().expect("a folder");
    pull(&server, store.path()).expect("a dataset");
    let file = store.path().join("o/d/c/test/0001.parquet");
    std::fs::write(&file, b"SECOND").expect("a file");
    assert_eq!(pull(&server, store.path()).map(|pulled| pulled.kept), Ok(1));
    assert_eq!(std::fs::read(file).expect("a file"), b"second");
}

/// Files of two conversions are no split.
#[test]
fn a_split_is_of_one_commit() {
    let server = hub(&[b"first", b"second"]);
    let other = |file: &[u8]| {
        let etag = format!("\"{}\"", sha256(file));
        Reply::Is(
            302,
            marks(&[("Location", "/cdn/1"), ("X-Linked-Etag", &etag), ("X-Repo-Commit", "f00d")]),
            Vec::new(),
        )
    };
    server.set("/api/parquet/c/test/1.parquet", vec![other(b"second")]);
    let store = tempfile::tempdir().expect("a folder");
    let error = pull(&server, store.path()).expect_err("two commits");
    assert!(error.starts_with("o/d/c/test was converted anew while it was pulled"), "{error}");
    assert!(!store.path().join("o/d/c/test/0000.parquet").exists());
    assert!(!store.path().join(yardstick_hub::LOCK_FILE).exists());
    publish(&server, &[b"first", b"second"]);
    server.forget();
    pull(&server, store.path()).expect("one commit");
    assert!(server.requests().iter().all(|request| !request.starts_with("GET /cdn")), "{:?}", server.requests());
}

//! The page as a file: what is in it, and what is not. `tests/page` looks at it in a browser.

use super::*;
use crate::{Run, testing};
use serde_json::Value;
use yardstick_core::{RunRecord, Sample};

fn page(runs: &[Run]) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let written = write_page(&Report::new(runs, &[], &testing::value), dir.path()).expect("writes");
    assert_eq!(written.last(), Some(&dir.path().join(INDEX)));
    let html = std::fs::read_to_string(dir.path().join(INDEX)).expect("reads");
    (dir, html)
}

/// The JSON of one of the page's data elements.
fn data(html: &str, id: &str) -> Value {
    let start = html.split_once(&format!("id=\"{id}\">")).expect("the element").1;
    serde_json::from_str(start.split_once("</script>").expect("its end").0).expect("JSON")
}

fn run(record: RunRecord, samples: Vec<Sample>) -> Run {
    Run { record, samples }
}

#[test]
fn rows_are_those_of_the_overview() {
    let (_dir, html) = page(&[run(testing::with_group(), Vec::new())]);
    let data = data(&html, "data");
    let rows = data["rows"].as_array().expect("rows");
    let kinds: Vec<_> =
        rows.iter().map(|row| (row["id"].as_str(), row["kind"].as_str(), row["group"].as_str())).collect();
    assert_eq!(kinds[2], (Some("blimp"), Some("group"), None));
    assert_eq!(kinds[3], (Some("blimp_a"), Some("member"), Some("blimp")));
    assert_eq!(rows[2]["task"], Value::Null);
    assert_eq!(data["tasks"][rows[3]["task"].as_u64().expect("a task") as usize]["id"], "blimp_a");
    assert!(rows[0]["cells"][0]["text"].as_str().expect("words").contains('±'));
    assert_eq!(data["tasks"][0]["list"], Value::Null, "without samples there is no list");
}

#[test]
fn a_document_has_every_models_answer() {
    let record = testing::one_by_one("boolq");
    let model = record.models[0].name.clone();
    let (_dir, html) = page(&[run(record, vec![testing::choice(&model)])]);
    let (page, pieces) = (data(&html, "data"), data(&html, "pieces"));
    let list = &pieces[page["tasks"][0]["list"].as_u64().expect("a list") as usize];
    assert_eq!(list["metric"], "acc");
    assert_eq!(list["models"][0]["right"], "1");
    assert_eq!(list["models"][0]["margin"][0], 225, "-3 against -5.25 nats");
    let document = &pieces[list["first"].as_u64().expect("a piece") as usize][0];
    assert_eq!(document["c"][0], "Is it?\nAnswer:");
    assert_eq!(document["r"][1][1], " yes");
    assert_eq!(document["ok"][0], 1);
    assert_eq!(document["m"][0]["ll"][0], -5.25);
    assert_eq!(pieces[list["heads"].as_u64().expect("a piece") as usize][0], "Is it? Answer:");
}

#[test]
fn equal_runs_give_equal_pages() {
    let runs = [run(testing::four_by_eleven(), testing::samples())];
    let ((_one, first), (_two, second)) = (page(&runs), page(&runs));
    assert!(first == second);
}

#[test]
fn hostile_names_are_data() {
    let (_dir, html) = page(&[run(testing::hostile(), Vec::new())]);
    assert_eq!(html.matches("<script").count(), 3);
    assert_eq!(html.matches("</script>").count(), 3);
    let names = data(&html, "data").to_string();
    assert!(names.contains("<script"), "names are there as they are: {names}");
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    let (_dir, html) = page(&[run(testing::one_by_one("piqa"), Vec::new())]);
    let (shell, _) = html.split_once("<script type=\"application/json\"").expect("data");
    for mark in ["http://", "https://", "//cdn", "@import", "url("] {
        assert!(!shell.contains(mark), "{mark}");
    }
    assert!(shell.contains("default-src 'none'"));
}

#[test]
fn a_page_of_nothing() {
    assert!(matches!(
        write_page(&Report::new(&[], &[], &testing::value), Path::new("nowhere")),
        Err(ReportError::NoRuns)
    ));
}

//! Questions, answers and refusals.

use super::{Answer, AnswerOptions, QueryError, query};
use crate::{Run, testing, write_run};
use insta::assert_snapshot;
use serde_json::json;
use std::path::PathBuf;
use std::sync::OnceLock;
use yardstick_core::Sample;

/// Two runs in folders of their own.
fn runs() -> Vec<(String, PathBuf)> {
    static RUNS: OnceLock<(tempfile::TempDir, Vec<(String, PathBuf)>)> = OnceLock::new();
    let make = || {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let documents = |model: &str| -> Vec<Sample> {
            (0..6).map(|row| testing::document(model, "boolq", row, row % 3 > 0, 1.0 + row as f64)).collect()
        };
        let mut samples = documents("gpt2-nano");
        samples.extend(documents("gpt2-micro"));
        samples.extend(testing::samples());
        let first = Run { record: testing::four_by_eleven(), samples };
        let second = Run { record: testing::one_by_one("boolq"), samples: vec![testing::choice("gpt2-micro")] };
        let mut runs = Vec::new();
        for (name, run) in [("old", first), ("new", second)] {
            let folder = dir.path().join(name);
            write_run(&folder, &run).expect("writes");
            runs.push((name.to_owned(), folder));
        }
        (dir, runs)
    };
    RUNS.get_or_init(make).1.clone()
}

fn ask(sql: &str) -> Answer {
    query(&runs(), sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
}

fn refusal(sql: &str) -> (String, String) {
    match query(&runs(), sql).map(|answer| answer.json()) {
        Err(QueryError::Sql { reason, place, help }) => (format!("{place}{reason}"), help),
        other => panic!("{sql}: {other:?}"),
    }
}

fn shown(sql: &str, width: usize) -> String {
    let table = ask(sql).table(&AnswerOptions { width, rows: 5, color: false });
    let mut lines = table.lines().filter(|line| !line.starts_with('…'));
    assert!(lines.all(|line| crate::text::width(line) <= width), "{table}");
    table
}

#[test]
fn documents_are_counted_and_averaged() {
    let sql = "SELECT run, model, COUNT(*) AS n, AVG(acc) AS acc FROM samples WHERE task = 'boolq' \
               GROUP BY run, model ORDER BY run DESC, model";
    let wanted = json!([
        { "run": "old", "model": "gpt2-micro", "n": 7, "acc": 5.0 / 7.0 },
        { "run": "old", "model": "gpt2-nano", "n": 7, "acc": 5.0 / 7.0 },
        { "run": "new", "model": "gpt2-micro", "n": 1, "acc": 1.0 },
    ]);
    assert_eq!(ask(sql).json(), wanted);
}

#[test]
fn what_the_manual_promises_works() {
    for (sql, height) in [
        ("SHOW TABLES", 2),
        ("FROM results LIMIT 3", 3),
        ("WITH w AS (SELECT * FROM samples WHERE acc = 0) SELECT model FROM w GROUP BY model", 2),
        (
            "SELECT s.doc_id FROM samples s JOIN results r ON s.run = r.run AND s.model = r.model AND s.task = r.task WHERE r.metric = 'acc' AND s.acc < r.value AND s.task = 'boolq'",
            4,
        ),
        (
            "SELECT doc_id FROM samples WHERE task IN (SELECT task FROM results WHERE chance > 0.4) AND doc LIKE '%quotes%' AND run = 'new'",
            1,
        ),
        (
            "SELECT model, RANK() OVER (PARTITION BY task ORDER BY value DESC) AS place FROM results WHERE run = 'old' AND metric = 'acc' AND task = 'piqa'",
            4,
        ),
        ("SELECT ARRAY_LENGTH(choices) AS n, contexts FROM samples WHERE run = 'new'", 1),
        ("SELECT CASE WHEN acc = 1 THEN 'right' ELSE 'wrong' END AS word, COUNT(*) FROM samples GROUP BY word", 2),
        (
            "SELECT a.doc_id FROM samples a JOIN samples b ON a.doc_hash = b.doc_hash AND a.task = b.task AND a.run = b.run WHERE a.model = 'gpt2-nano' AND b.model = 'gpt2-micro' AND a.task = 'boolq' AND a.acc = b.acc",
            7,
        ),
        ("SELECT \"exact_match,strict\" FROM samples WHERE \"exact_match,strict\" IS NOT NULL", 2),
        ("-- a comment\n(SELECT 1 AS one)", 1),
    ] {
        assert_eq!(ask(sql).height(), height, "{sql}");
    }
}

#[test]
fn faults_have_a_place_and_name_what_there_is() {
    let (message, help) = refusal("SELECT modell FROM samples");
    assert!(message.starts_with("line 1, column 8: there is no column \"modell\""), "{message}");
    assert!(
        help.starts_with("did you mean model?\n") && help.contains("columns of samples: run, model, task"),
        "{help}"
    );
    assert!(help.contains("\"exact_match,strict\"") && help.contains("columns of results: run, status"), "{help}");
    let (message, help) = refusal("SELECT *\nFROM sample");
    assert!(message.starts_with("line 2, column 6: ") && message.contains("sample"), "{message}");
    assert!(help.starts_with("did you mean samples?"), "{help}");
    let (message, _) = refusal("SELECT model\n  FROM results GROUP task");
    assert!(message.starts_with("line 2, column 16: expected: end of statement, found: GROUP"), "{message}");
    let (message, _) = refusal("SELECT 'open FROM samples");
    assert!(message.contains("line 1, column 8"), "{message}");
    let (message, _) = refusal("SELECT NOT_THERE(acc) FROM samples");
    assert!(message.starts_with("line 1, column 8: ") && message.contains("not_there"), "{message}");
    refusal("SELECT model FROM results; SELECT 1");
    refusal(&format!("SELECT 1{} FROM results", "+1".repeat(20_000)));
    refusal(&format!("SELECT {}1{}", "(".repeat(5000), ")".repeat(5000)));
}

#[test]
fn a_query_can_only_read() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let secret = dir.path().join("secret.csv");
    std::fs::write(&secret, "a\n1\n").expect("writes");
    let path = secret.display();
    for sql in [
        format!("SELECT * FROM read_csv('{path}')"),
        format!("SELECT * FROM read_parquet('{path}')"),
        format!("SELECT * FROM read_ipc('{path}')"),
        format!("SELECT * FROM read_json('{path}')"),
        format!("SELECT * FROM read_ndjson('{path}')"),
        format!("SELECT * FROM '{path}'"),
        format!("COPY samples TO '{path}'"),
        format!("SELECT * INTO OUTFILE '{path}' FROM samples"),
        "CREATE TABLE more AS SELECT * FROM samples".to_owned(),
        "DELETE FROM samples".to_owned(),
        "TRUNCATE TABLE samples".to_owned(),
        "DROP TABLE samples".to_owned(),
        "INSERT INTO samples VALUES (1)".to_owned(),
        "UPDATE samples SET acc = 1".to_owned(),
        "/* SELECT */ DROP TABLE samples".to_owned(),
        String::new(),
    ] {
        refusal(&sql);
    }
    assert_eq!(std::fs::read_to_string(&secret).expect("reads"), "a\n1\n");
    assert_eq!(std::fs::read_dir(dir.path()).expect("lists").count(), 1);
    let (message, _) = refusal("  drop table samples");
    assert_eq!(message, "line 1, column 3: a query reads and begins with SELECT or WITH, not with drop");
}

#[test]
fn tables_fit_the_width() {
    let sql = "SELECT run, model, task, doc_id, acc, target_text, doc, contexts FROM samples ORDER BY run, model, task, doc_id";
    assert_snapshot!("table", shown(sql, 100));
    assert_snapshot!("narrow", shown("SELECT model, task, metric, value, n FROM results WHERE run = 'new'", 40));
    assert_snapshot!("records", shown("SELECT * FROM samples WHERE run = 'new'", 60));
    for width in [12, 20, 35, 50, 80, 200] {
        shown(sql, width);
        shown("SELECT * FROM samples", width);
    }
}

#[test]
fn the_other_forms() {
    let sql = "SELECT model, task, metric, value, higher_is_better FROM results WHERE task = 'wikitext' OR task = 'piqa' \
               ORDER BY value LIMIT 4";
    assert_snapshot!("csv", String::from_utf8(ask(sql).csv().expect("encodes")).expect("UTF-8"));
    assert_snapshot!("markdown", ask(sql).markdown(3));
    let nested = ask("SELECT choices, log_likelihood, target FROM samples WHERE run = 'new'");
    assert_eq!(
        nested.json(),
        json!([{ "choices": ["no", "yes"], "log_likelihood": [-5.25, -3.0], "target": "{\"choice\":1}" }])
    );
    let csv = String::from_utf8(nested.csv().expect("encodes")).expect("UTF-8");
    assert!(csv.contains("\"[\"\"no\"\",\"\"yes\"\"]\",\"[-5.25,-3.0]\""), "{csv}");
    let frame = crate::samples::frame_from_parquet("x".as_ref(), nested.parquet().expect("encodes")).expect("reads");
    assert_eq!((frame.height(), frame.width()), (1, 3));
}

#[test]
fn a_folder_that_is_no_run() {
    let error = query(&[("x".to_owned(), "/nonexistent/run")], "SELECT 1").expect_err("refused");
    assert!(error.to_string().contains("/nonexistent/run/run.json") && !error.is_usage(), "{error}");
}

#[test]
fn many_operators_are_no_matter() {
    for sql in [
        format!("SELECT 1{} AS n FROM results", "+1".repeat(8_000)),
        format!("SELECT model FROM results WHERE n = 0{}", " OR n = 1".repeat(1_700)),
    ] {
        assert!(sql.len() <= 16_384, "{}", sql.len());
        // Answered or refused, and nothing worse.
        let _ = query(&runs(), &sql).map(|answer| answer.height());
    }
}

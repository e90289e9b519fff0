//! Files for other tools, and questions in SQL, as a user asks for them.

use crate::support::{ok, only_file, read_json, run, text, yardstick};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Two models on a task of choices and one of whole texts.
fn scored() -> &'static Path {
    static RUN: OnceLock<(tempfile::TempDir, PathBuf)> = OnceLock::new();
    let make = || {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let args = ["run", "--model", "gpt2-nano", "gpt2-micro", "--task", "starter_pronouns", "starter_prose"];
        ok(&[&args[..], &["--limit", "8", "--quiet", "--no-report", "--out", text(&out)]].concat());
        (dir, out)
    };
    &RUN.get_or_init(make).1
}

fn files(dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path.display().to_string());
        }
    }
    files.sort();
    files
}

#[test]
fn a_report_has_only_the_files_that_are_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let (plain, all) = (dir.path().join("plain"), dir.path().join("all"));
    ok(&["report", text(scored()), "--out", text(&plain), "--quiet"]);
    let formats = ok(&["ls", "formats", "--json"]).json();
    let ids: Vec<&str> = formats.as_array().unwrap().iter().map(|format| format["format"].as_str().unwrap()).collect();
    assert_eq!(ids, ["csv", "markdown", "latex", "samples-csv", "parquet", "lm-eval", "every-eval-ever"]);
    let written = ok(&["report", text(scored()), "--out", text(&all), "--export", &ids.join(","), "--json"]).json();
    let names = |root: &Path| -> Vec<String> {
        files(root).iter().map(|file| file.strip_prefix(&format!("{}/", root.display())).unwrap().to_owned()).collect()
    };
    let (plain, all_names) = (names(&plain), names(&all));
    assert!(plain.iter().all(|name| all_names.contains(name)), "{plain:?}");
    let more: Vec<&String> = all_names.iter().filter(|name| !plain.contains(name)).collect();
    for name in ["results.tex", "tables/results.parquet", "tables/samples.csv", "tables/samples.parquet"] {
        assert!(more.iter().any(|file| *file == name), "{name} in {more:?}");
    }
    // Of lm-eval two tasks and the results a model; of Every Eval Ever an aggregate and its documents a model and task.
    for (start, wanted) in
        [("gpt2-nano/", 3), ("gpt2-micro/", 3), ("data/starter_prose/yardstick/gpt2-nano/", 2), ("data/", 8)]
    {
        assert_eq!(more.iter().filter(|name| name.starts_with(start)).count(), wanted, "{start} in {more:?}");
    }
    assert_eq!(more.len(), 4 + 6 + 8, "{more:?}");
    assert_eq!(written.as_array().unwrap().len(), all_names.len() + 2, "csv and markdown were written twice");
    let table = std::fs::read_to_string(all.join("results.tex")).unwrap();
    assert!(
        table.contains("\\toprule") && table.contains("starter\\_pronouns") && table.contains("\\textbf{"),
        "{table}"
    );
    let aggregate = all.join("data/starter_pronouns/yardstick/gpt2-micro");
    let record = read_json(&only_file(&aggregate, "", ".json"));
    assert_eq!(record["model_info"]["id"], "yardstick/gpt2-micro");
    assert_eq!(record["detailed_evaluation_results"]["total_rows"], 8);
}

#[test]
fn a_run_writes_exports_into_its_folder() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = ["run", "--model", "gpt2-nano", "--task", "starter_pronouns", "--limit", "2", "--quiet", "--no-report"];
    ok(&[&args[..], &["--export", "latex,lm-eval", "--export", "samples-csv", "--out", text(&out)]].concat());
    for name in ["results.tex", "tables/samples.csv", "run.json", "samples.parquet"] {
        assert!(out.join(name).is_file(), "{name}");
    }
    only_file(&out.join("gpt2-nano"), "results_", ".json");
    let refused = run(&["report", text(&out), "--out", text(&dir.path().join("x")), "--export", "word"]);
    assert_eq!((refused.code, dir.path().join("x").exists()), (2, false), "{}", refused.stderr);
}

#[test]
fn questions_are_answered() {
    let folder = text(scored());
    let sql = "SELECT model, COUNT(*) AS n, SUM(acc) AS right FROM samples WHERE task = 'starter_pronouns' GROUP BY model ORDER BY model";
    let sql = sql.replace("AS right", "AS hits");
    let answer = ok(&["query", folder, &sql, "--json"]).json();
    assert_eq!(
        (&answer[0]["model"], &answer[0]["n"], &answer[1]["model"]),
        (&"gpt2-micro".into(), &8.into(), &"gpt2-nano".into())
    );
    let record = read_json(&scored().join("run.json"));
    let result = |model: &str| {
        let results = record["results"].as_array().unwrap();
        let own =
            |r: &&serde_json::Value| r["model"] == model && r["task"] == "starter_pronouns" && r["metric"] == "acc";
        results.iter().find(own).unwrap()["estimate"]["value"].as_f64().unwrap()
    };
    assert!((answer[0]["hits"].as_f64().unwrap() - 8.0 * result("gpt2-micro")).abs() < 1e-9, "{answer}");
    let table = ok(&["query", folder, &sql]).stdout;
    assert!(table.starts_with("model") && table.contains("gpt2-nano") && table.lines().count() == 4, "{table}");
    assert!(ok(&["query", folder, &sql, "--format", "csv"]).stdout.starts_with("model,n,hits\ngpt2-micro,8,"));
    assert!(
        ok(&["query", folder, &sql, "--format", "markdown"]).stdout.starts_with("| model | n | hits |\n| --- | ---: |")
    );
    let dir = tempfile::tempdir().unwrap();
    let parquet = dir.path().join("answer.parquet");
    ok(&["query", folder, folder, "SELECT DISTINCT run FROM results", "--format", "parquet", "--out", text(&parquet)]);
    assert!(std::fs::read(&parquet).unwrap().starts_with(b"PAR1"));
    let few = ok(&["query", folder, "SELECT doc_id FROM samples", "--rows", "3"]).stdout;
    assert!(few.ends_with("… and 29 more rows\n"), "{few}");
}

#[test]
fn what_is_wrong_with_a_question_is_said() {
    let finished = run(&["query", text(scored()), "SELECT modl FROM samples"]);
    let message = finished.message();
    assert_eq!((finished.code, finished.stdout.as_str()), (2, ""));
    for words in
        ["line 1, column 8: there is no column \"modl\"", "did you mean model?", "columns of samples: run, model, task"]
    {
        assert!(message.contains(words), "{words} in {message}");
    }
    let finished = run(&["query", text(scored()), "SELECT * FROM read_csv('/etc/passwd')"]);
    assert!(finished.code == 2 && !finished.stderr.contains("root"), "{}", finished.stderr);
    assert_eq!(run(&["query", "/nonexistent", "SELECT 1"]).code, 3);
    assert_eq!(run(&["query", text(scored())]).code, 2, "no question");
}

/// What `show` prints in another environment.
fn shown(variables: &[(&str, &str)]) -> String {
    let mut command = yardstick();
    command.args(["show", text(scored())]).envs(variables.iter().copied());
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn a_table_suits_what_it_is_shown_on() {
    let plain = shown(&[]);
    assert!(plain.contains('█') && plain.contains('±') && !plain.contains('\u{1b}'), "{plain}");
    assert!(plain.lines().all(|line| line.chars().count() <= 160));
    let ascii = shown(&[("LC_ALL", "C")]);
    assert!(ascii.is_ascii() && ascii.contains("+/-") && ascii.contains('#'), "{ascii}");
    let widths = |text: &str| text.lines().map(|line| line.chars().count()).collect::<Vec<_>>();
    assert_eq!(widths(&plain), widths(&ascii));
    assert!(shown(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}["), "forced");
    assert!(!shown(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]).contains('\u{1b}'));
    let narrow = shown(&[("COLUMNS", "60")]);
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
}

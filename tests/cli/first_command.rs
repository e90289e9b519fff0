//! The README's first command: bundled models, bundled suite, a table and a report, nothing else needed.

use crate::support::{ok, read_json, text, yardstick};

#[test]
fn without_arguments_it_runs_everything_bundled() {
    let dir = tempfile::tempdir().unwrap();
    let output = yardstick().args(["--limit", "3"]).current_dir(dir.path()).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{stderr}");
    for name in
        ["gpt1-micro", "gpt2-nano", "gpt2-micro", "gpt3-micro", "starter_last_word", "starter_prose", "±", "chance"]
    {
        assert!(stdout.contains(name), "{name} is not in the table:\n{stdout}");
    }
    let run = std::fs::read_dir(dir.path().join("reports")).unwrap().next().unwrap().unwrap().path();
    assert!(stderr.contains("report.md"), "it says where the report is:\n{stderr}");
    for file in [
        "run.json",
        "samples.parquet",
        "report/index.html",
        "report/report.md",
        "report/results.csv",
        "report/charts/bars-accuracy.svg",
        "report/charts/bars-accuracy.png",
    ] {
        let size = run.join(file).metadata().unwrap_or_else(|e| panic!("{file}: {e}")).len();
        assert!(size > 100, "{file} has {size} bytes");
    }
    assert!(!run.join("log").exists(), "a finished run keeps no log");
}

#[test]
fn every_number_has_its_error_and_chance() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let args = ["run", "--model", "gpt2-nano", "--task", "starter_cause_effect", "starter_prose", "--limit", "20"];
    let json = ok(&[&args[..], &["--no-report", "--quiet", "--json", "--out", text(&out)]].concat()).json();
    let written = read_json(&out.join("run.json"));
    for (key, value) in json.as_object().unwrap() {
        assert_eq!(&written[key], value, "{key} in run.json");
    }
    assert_eq!(json["status"], "complete");
    let results = json["results"].as_array().unwrap();
    let acc = results.iter().find(|r| r["metric"] == "acc").unwrap();
    assert_eq!(acc["estimate"]["n"], 20);
    assert!(acc["estimate"]["stderr"].as_f64().unwrap() > 0.0);
    let bits = results.iter().find(|r| r["metric"] == "bits_per_byte").unwrap()["estimate"]["value"].as_f64().unwrap();
    assert!((1.0..5.0).contains(&bits), "{bits} bits per byte");
    assert_eq!(json["tasks"][0]["metrics"][0]["chance"], 0.5);
}

#[test]
fn show_and_report_need_no_model() {
    let dir = tempfile::tempdir().unwrap();
    let (out, report) = (dir.path().join("out"), dir.path().join("again"));
    let args = ["run", "--model", "gpt2-nano", "gpt2-micro", "--task", "starter_pairs", "--limit", "5", "--quiet"];
    let first = ok(&[&args[..], &["--out", text(&out)]].concat());
    assert_eq!(ok(&["show", text(&out)]).stdout, first.stdout);
    ok(&["report", text(&out), "--out", text(&report)]);
    for file in ["report.md", "results.csv", "index.html"] {
        let (again, before) =
            (std::fs::read(report.join(file)).unwrap(), std::fs::read(out.join("report").join(file)).unwrap());
        assert_eq!(again, before, "{file} is drawn the same from the run folder");
    }
}

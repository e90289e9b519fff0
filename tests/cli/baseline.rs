//! Kept runs, through the binary.

use crate::support::{ok, run, text, yardstick};
use std::path::{Path, PathBuf};

fn scored(dir: &Path, name: &str, model: &str) -> PathBuf {
    let out = dir.join(name);
    let args = ["run", "-q", "--no-report", "--model", model, "--task", "starter_pairs_islands", "starter_pronouns"];
    ok(&[&args[..], &["--out", text(&out)]].concat());
    out
}

#[test]
fn runs_are_kept_named_and_followed() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    let (micro, nano) = (scored(dir.path(), "micro", "gpt2-micro"), scored(dir.path(), "nano", "gpt2-nano"));
    let again = scored(dir.path(), "again", "gpt2-micro");
    let save =
        |folder: &Path| ok(&["baseline", "save", "main", text(folder), "--store", text(&store), "--json"]).json();
    assert_eq!((&save(&micro)["is_new_run"], &save(&micro)["saves"]), (&true.into(), &1.into()));
    assert_eq!((&save(&again)["saves"], &save(&nano)["saves"]), (&2.into(), &3.into()));

    let list = ok(&["baseline", "ls", "--store", text(&store), "--json"]).json();
    assert_eq!(
        (&list[0]["baseline"], &list[0]["saves"], &list[0]["models"]),
        (&"main".into(), &3.into(), &"gpt2-nano".into())
    );
    let show = |name: &str| ok(&["baseline", "show", name, "--store", text(&store)]).stdout;
    assert!(show("main").contains("gpt2-nano") && show("main~2").contains("gpt2-micro"));

    // The same everywhere a run folder may stand.
    let with_store = |args: &[&str]| {
        let output = yardstick().args(args).env("YARDSTICK_BASELINES", &store).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(with_store(&["show", "baseline:main~2"]).1, show("main~2"));
    let (code, table, _) = with_store(&["compare", "baseline:main~2", "baseline:main~1"]);
    assert!(code == Some(0) && table.contains("identical"), "{table}");
    let report = dir.path().join("report");
    assert_eq!(with_store(&["report", "baseline:main", "baseline:main~1", "--out", text(&report)]).0, Some(0));
    assert!(report.join("report.md").is_file());
    let policy = dir.path().join("policy.toml");
    assert_eq!(with_store(&["gate", "init", "baseline:main~2", "--out", text(&policy)]).0, Some(0));
    let gate = |candidate: &str| with_store(&["gate", "--policy", text(&policy), "baseline:main~2", candidate]);
    assert_eq!((gate("baseline:main~1").0, gate(text(&again)).0), (Some(0), Some(0)));
    let (code, _, message) = gate("baseline:mian");
    assert!(code == Some(2) && message.contains("main"), "{message}");

    let out = dir.path().join("timeline");
    let timeline = |extra: &[&str]| {
        let args = ["baseline", "timeline", "main", "--task", "starter_pairs_islands", "--store", text(&store)];
        ok(&[&args[..], extra].concat())
    };
    let json = timeline(&["--json", "--out", text(&out)]).json();
    let points = json["points"].as_array().unwrap();
    assert_eq!(points.len(), 3);
    assert_eq!(
        (&points[0]["state"], &points[1]["identical"], &points[1]["state"]),
        (&"reference".into(), &true.into(), &"inside".into())
    );
    for ext in ["csv", "svg", "png"] {
        assert!(out.join(format!("timeline-starter_pairs_islands-acc.{ext}")).is_file(), "{ext}");
    }
    let table = timeline(&[]).stdout;
    assert!(table.contains('●') && table.contains("reference") && table.contains("identical"), "{table}");
}

#[test]
fn names_and_stores_that_are_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = dir.path().join("store");
    for (args, code, word) in [
        (&["baseline", "show", "main"][..], 2, "no baseline"),
        (&["baseline", "show", "../main"], 2, "cannot be called"),
        (&["baseline", "save", "a/b", "x"], 2, "cannot be called"),
        (&["baseline", "save", "main", "/nonexistent"], 3, "/nonexistent"),
        (&["baseline", "timeline", "main", "--task", "x"], 2, "no baseline"),
    ] {
        let finished = run(&[args, &["--store", text(&store)]].concat());
        assert_eq!(finished.code, code, "{args:?} {}", finished.stderr);
        assert!(finished.message().contains(word), "{}", finished.message());
    }
    assert!(ok(&["baseline", "ls", "--store", text(&store)]).stdout.starts_with("baseline"));
}

//! The same bits whatever the threads, the company and the resume point.

use crate::support::{ok, read_json, text};
use serde_json::Value;

/// Results of a run with these extra arguments.
fn results(extra: &[&str]) -> Value {
    let dir = tempfile::tempdir().unwrap();
    let base = ["run", "--quiet", "--no-report", "--limit", "12", "--out", text(dir.path())];
    ok(&[&base[..], extra].concat());
    read_json(&dir.path().join("run.json"))["results"].clone()
}

#[test]
fn threads_change_nothing() {
    let args = [
        "--model",
        "gpt1-micro",
        "gpt3-micro",
        "--task",
        "starter_last_word",
        "starter_pairs_agreement",
        "starter_prose",
    ];
    let one = results(&[&args[..], &["--threads", "1"]].concat());
    for threads in ["2", "7"] {
        assert_eq!(results(&[&args[..], &["--threads", threads]].concat()), one, "{threads} threads");
    }
}

/// Speed is beside the results: every model has one, and it is said with how many threads.
#[test]
fn speeds_are_kept_apart() {
    let dir = tempfile::tempdir().unwrap();
    let args =
        ["run", "--quiet", "--no-report", "--limit", "3", "--threads", "2", "--model", "gpt2-nano", "gpt1-micro"];
    ok(&[&args[..], &["--task", "starter_pronouns", "--out", text(dir.path())]].concat());
    let record = read_json(&dir.path().join("run.json"));
    let speeds = record["speeds"].as_array().unwrap();
    let names: Vec<&Value> = speeds.iter().map(|speed| &speed["model"]).collect();
    assert_eq!(names, ["gpt2-nano", "gpt1-micro"]);
    for speed in speeds {
        assert!(speed["tokens"].as_u64() > Some(0) && speed["seconds"].as_f64() > Some(0.0), "{speed}");
        assert_eq!(speed["threads"], 2);
    }
}

#[test]
fn company_changes_nothing() {
    let alone = results(&["--model", "gpt2-nano", "--task", "starter_pronouns"]);
    let together =
        results(&["--model", "gpt2-nano", "--task", "starter_prose", "starter_pronouns", "starter_scramble"]);
    let own: Vec<&Value> = together.as_array().unwrap().iter().filter(|r| r["task"] == "starter_pronouns").collect();
    assert_eq!(own, alone.as_array().unwrap().iter().collect::<Vec<_>>());
}

/// A shared prefix longer than a stretch, in as little memory as it takes: stretches in which nothing is scored, teams of
/// several threads.
#[test]
fn memory_and_teams_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let boats: Vec<String> = (0..24).map(|i| format!("The {i}th boat came home before the rain.")).collect();
    let prefix = boats.join(" ");
    let row = |i: usize| format!("{{\"text\": \"{prefix} Who was on boat {i}?\", \"answer\": {}}}\n", i % 2);
    std::fs::write(dir.path().join("rows.jsonl"), (0..12).map(row).collect::<Vec<_>>().concat()).unwrap();
    let yaml = format!(
        "task: boats\ndataset_path: json\ndataset_kwargs:\n  data_files:\n    test: {}\ntest_split: test\n\
         output_type: multiple_choice\ndoc_to_text: \"{{{{text}}}}\"\ndoc_to_choice: [\"the old man\", \"nobody\"]\ndoc_to_target: answer\n\
         metric_list:\n  - metric: acc\n",
        dir.path().join("rows.jsonl").display()
    );
    let task = dir.path().join("boats.yaml");
    std::fs::write(&task, yaml).unwrap();
    let samples = |extra: &[&str]| {
        let out = dir.path().join(extra.join(""));
        let base =
            ["run", "--quiet", "--no-report", "--export", "lm-eval", "--model", "gpt2-micro", "--out", text(&out)];
        ok(&[&base[..], &["--task", text(&task)], extra].concat());
        let find = |folder: &std::path::Path| {
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            files.filter(|path| path.to_string_lossy().contains("samples_")).collect::<Vec<_>>()
        };
        let mut found = find(&out);
        for entry in std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
            found.extend(find(&entry));
        }
        assert_eq!(found.len(), 1, "one file of samples");
        std::fs::read_to_string(&found[0]).unwrap()
    };
    let wanted = samples(&["--threads", "1"]);
    assert!(wanted.lines().count() == 12);
    for threads in ["2", "4", "7"] {
        for memory in [&[][..], &["--memory", "20M"], &["--memory", "14M"]] {
            let found = samples(&[&["--threads", threads][..], memory].concat());
            assert!(found == wanted, "{threads} threads, {memory:?}");
        }
    }
}

//! `yardstick ls models --cost`, and presets made with random weights.

use crate::support::{ok, run, text};
use serde_json::Value;

const WORK: [&str; 7] = ["ls", "models", "--cost", "--task", "starter_pairs", "--limit", "200"];

fn model<'a>(report: &'a Value, name: &str) -> &'a Value {
    report["models"].as_array().unwrap().iter().find(|model| model["model"] == name).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn every_size_of_the_papers_has_its_cost() {
    let report = ok(&[&WORK[..], &["--json"]].concat()).json();
    for (name, n_params) in [("gpt1", 116_534_784_u64), ("gpt2-small", 124_439_808), ("gpt2-xl", 1_557_611_200)] {
        assert_eq!(model(&report, name)["n_params"], n_params, "{name}");
    }
    let gpt3: Vec<&Value> =
        report["models"].as_array().unwrap().iter().filter(|m| m["source"] == "Brown et al. 2020, table 2.1").collect();
    assert_eq!(gpt3.len(), 8);
    for pair in gpt3.windows(2) {
        for key in ["n_params", "flop_per_token", "flop"] {
            assert!(pair[0][key].as_u64() < pair[1][key].as_u64(), "{key}: {pair:#?}");
        }
        assert!(pair[0]["seconds"].as_f64() < pair[1]["seconds"].as_f64(), "{pair:#?}");
    }
    for (name, words) in [("gpt3-xl", "16 heads of 128"), ("gpt3-13b", "5120")] {
        assert!(model(&report, name)["note"].as_str().unwrap().contains(words), "{name}");
    }
    let bytes = |storage: &str| model(&report, "gpt3-175b")["bytes"][storage].as_f64().unwrap();
    assert!(
        bytes("f32") > 1.9 * bytes("bf16")
            && bytes("bf16") > 1.9 * bytes("int8")
            && bytes("int8") > 1.5 * bytes("int4")
    );
    assert_eq!(model(&report, "gpt3-175b")["fits"], false);
    assert!(
        report["machine"]["kernel_gflop_per_second"].as_f64()
            < report["machine"]["peak_gflop_per_second"].as_f64().map(|x| 1.2 * x)
    );
}

/// The estimate is of the order of what a run takes. Other work on the machine may make either slow.
#[test]
fn an_estimate_is_near_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let report = ok(&[&WORK[..], &["--json"]].concat()).json();
    let micro = model(&report, "gpt2-micro");
    let finished = ok(&[
        "run",
        "--model",
        "gpt2-micro",
        "--task",
        "starter_pairs",
        "--limit",
        "200",
        "--no-report",
        "--out",
        text(&out),
    ]);
    let words: Vec<&str> = finished.stderr.split_whitespace().collect();
    let before = |word: &str| words[words.iter().position(|w| w.starts_with(word)).unwrap() - 1];
    assert_eq!(micro["tokens"].to_string(), before("tokens"), "the planner's own count: {}", finished.stderr);
    let seconds = micro["seconds"].as_f64().unwrap();
    assert!(seconds > 0.0 && seconds < 60.0, "{seconds}");
}

#[test]
fn the_table_fits_and_says_what_it_is() {
    let finished = ok(&WORK);
    for words in
        ["gpt3-175b", "FLOP/token", "an estimate for", "Kaplan", "in brackets", "gpt3-13b (13.0B): Printed with"]
    {
        assert!(finished.stdout.contains(words), "{words} in {}", finished.stdout);
    }
    let table = finished.stdout.split("\n\n").next().unwrap();
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    assert!(finished.stdout.lines().all(|line| line.chars().count() <= 120), "{}", finished.stdout);
}

#[test]
fn what_makes_no_sense_is_usage() {
    assert_eq!(run(&["ls", "tasks", "--cost"]).code, 2);
    assert_eq!(run(&["ls", "models", "--task", "starter_pairs"]).code, 2);
    let large = run(&["bench", "--model", "gpt3-175b"]);
    assert_eq!(large.code, 2, "{}", large.stderr);
    assert!(large.message().contains("gpt3-175b takes 7") && large.message().contains("are free"), "{}", large.stderr);
}

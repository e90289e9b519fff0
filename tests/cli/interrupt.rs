//! Ctrl-C keeps what is finished, says so, and the same command goes on.

use crate::support::{ok, read_json, run, text, yardstick};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ARGS: &[&str] =
    &["run", "--threads", "1", "--no-report", "--model", "gpt2-micro", "--task", "starter_prose", "starter_pairs"];

/// Waits until the log has something, which is when the run is under way.
fn wait_for_log(child: &mut Child, log: &Path) {
    let started = Instant::now();
    while log.metadata().map_or(0, |m| m.len()) == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it was interrupted");
        assert!(started.elapsed() < Duration::from_mins(1), "nothing in the log after a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Starts the run, waits until it is under way and sends it a signal; its exit code and messages.
fn interrupt(out: &Path, signal: &str) -> (Option<i32>, String) {
    let mut command = yardstick();
    command.args(ARGS).args(["--out", text(out)]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    wait_for_log(&mut child, &out.join("log/responses.jsonl"));
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// The requests that a run had to score.
fn requests(stderr: &str) -> usize {
    let said =
        stderr.lines().find_map(|line| line.strip_prefix("gpt2-micro: ")?.split(" requests: ").next()?.parse().ok());
    said.unwrap_or_else(|| panic!("no plan in {stderr}"))
}

#[cfg(unix)]
#[test]
fn what_a_killed_run_had_scored_is_not_scored_again() {
    let dir = tempfile::tempdir().unwrap();
    let (out, whole) = (dir.path().join("out"), dir.path().join("whole"));
    let (code, stderr) = interrupt(&out, "-KILL");
    assert_eq!(code, None, "{stderr}");
    assert_eq!(read_json(&out.join("run.json"))["status"], "partial");
    let refused = run(&["run", "--model", "gpt2-nano", "--limit", "1", "--out", text(&out)]);
    assert_eq!(refused.code, 2, "another command must not take the folder: {}", refused.stderr);
    let resumed = ok(&[ARGS, &["--out", text(&out)]].concat());
    let complete = ok(&[ARGS, &["--out", text(&whole)]].concat());
    assert!(requests(&resumed.stderr) < requests(&complete.stderr), "{}", resumed.stderr);
    assert_eq!(read_json(&out.join("run.json"))["results"], read_json(&whole.join("run.json"))["results"]);
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_a_partial_run_that_can_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let (code, stderr) = interrupt(&out, "-INT");
    assert_eq!(code, Some(5), "{stderr}");
    assert!(stderr.contains("interrupted"), "{stderr}");
    assert_eq!(read_json(&out.join("run.json"))["status"], "partial");
    assert!(ok(&["show", text(&out)]).stdout.to_lowercase().contains("partial"));

    let resumed = ok(&[ARGS, &["--out", text(&out)]].concat());
    assert!(resumed.stderr.contains("going on"), "{}", resumed.stderr);
    let whole = dir.path().join("whole");
    ok(&[ARGS, &["--out", text(&whole)]].concat());
    let (resumed, whole) = (read_json(&out.join("run.json")), read_json(&whole.join("run.json")));
    assert_eq!(resumed["status"], "complete");
    assert_eq!(resumed["results"], whole["results"], "resuming changes no bit");
    // What was shared with answers of the first part is fed again.
    let fed = |record: &serde_json::Value| record["speeds"][0]["tokens"].as_u64().unwrap();
    assert!(fed(&resumed) >= fed(&whole), "{} of {} tokens have a time", fed(&resumed), fed(&whole));
}

//! The memory said before a run holds.

use crate::support::{ok, text};

/// The number between `before` and `after`, on each line that has both.
fn numbers(text: &str, before: &str, after: &str) -> Vec<u64> {
    let number = |line: &str| line.split(before).nth(1)?.split(after).next()?.trim().parse().ok();
    text.lines().filter_map(number).collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_estimate_holds_and_is_not_silly() {
    let dir = tempfile::tempdir().unwrap();
    let models = ["--model", "gpt2-micro", "gpt1-micro", "gpt3-micro"];
    let args = ["run", "-v", "--no-report", "--suite", "starter", "--limit", "100", "--out", text(dir.path())];
    let stderr = ok(&[&args[..], &models].concat()).stderr;
    let said = numbers(&stderr, "at most ", " MB").into_iter().max().unwrap() * 1_000_000;
    let peak = numbers(&stderr, "peak_bytes=", " ").into_iter().max().unwrap();
    assert!(peak <= said, "{peak} bytes were used, {said} announced");
    assert!(said <= 5 * peak, "{said} bytes were announced, only {peak} used");
}

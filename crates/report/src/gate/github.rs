//! A verdict as annotations of GitHub Actions: workflow commands on standard output.

use super::verdict::{GateVerdict, Outcome};
use crate::text::visible;

/// A line for each task and limit that keeps the candidate from passing, or for what is watched and got worse, and one for the
/// verdict.
pub fn verdict_github(verdict: &GateVerdict) -> String {
    let mut out = String::new();
    for task in verdict.tasks.iter().filter(|task| task.verdict != Outcome::Pass) {
        let level = match task.verdict {
            Outcome::Regressed if task.counts => "error",
            Outcome::Inconclusive if !task.counts => continue,
            _ => "warning",
        };
        let watched = if task.tier.decides() { "" } else { " (watched)" };
        out.push_str(&line(level, &format!("{}: {}{watched}", task.task, task.verdict), &task.reason));
    }
    for limit in verdict.logits.iter().filter(|limit| limit.verdict != Outcome::Pass) {
        out.push_str(&line(level(limit.verdict), &format!("{}: {}", limit.limit, limit.verdict), &limit.reason));
    }
    let title = format!("yardstick gate: {}", verdict.verdict);
    let text = format!("{} → {}: {}", verdict.base.name, verdict.candidate.name, verdict.summary);
    out + &line(level(verdict.verdict), &title, &text)
}

const fn level(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "notice",
        Outcome::Inconclusive => "warning",
        Outcome::Regressed => "error",
    }
}

/// One command. What a command's own signs are is written as GitHub's toolkit writes it (`escapeData`, `escapeProperty`).
fn line(level: &str, title: &str, text: &str) -> String {
    let data = |text: &str| visible(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = data(title).replace(':', "%3A").replace(',', "%2C");
    format!("::{level} title={property}::{}\n", data(text))
}

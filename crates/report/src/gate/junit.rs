//! A verdict as `JUnit` XML, which every CI reads.

use super::verdict::{GateVerdict, LimitVerdict, Outcome, TaskVerdict, TierVerdict};
use crate::text::visible;

/// The verdict as a test suite: a test a task, a limit, and a tier whose average was asked. REGRESSED is a failure and
/// INCONCLUSIVE an error, since a skipped test looks like a passed one; skipped are those that decide nothing.
pub fn verdict_junit(verdict: &GateVerdict) -> String {
    let cases: Vec<Case> = verdict
        .tasks
        .iter()
        .map(task)
        .chain(verdict.tiers.iter().filter(|tier| stands_in(tier)).map(average))
        .chain(verdict.logits.iter().map(limit))
        .collect();
    let with = |kind: Kind| cases.iter().filter(|case| case.kind == kind).count();
    let counts =
        format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", cases.len(), with(Kind::Failure), with(Kind::Error));
    let mut out = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n");
    out.push_str(&format!(
        "  <testsuite name=\"yardstick gate\" {counts} skipped=\"{}\" time=\"0\">\n    <properties>\n",
        with(Kind::Skipped)
    ));
    for (name, value) in properties(verdict) {
        out.push_str(&format!("      <property name=\"{name}\" value=\"{}\"/>\n", xml(&value)));
    }
    out.push_str("    </properties>\n");
    out.extend(cases.iter().map(Case::xml));
    out.push_str(&format!("    <system-out>{}</system-out>\n", xml(&said(verdict))));
    out + "  </testsuite>\n</testsuites>\n"
}

fn said(verdict: &GateVerdict) -> String {
    format!("{}: {} → {}: {}", verdict.verdict, verdict.base.name, verdict.candidate.name, verdict.summary)
}

fn properties(verdict: &GateVerdict) -> [(&'static str, String); 7] {
    [
        ("verdict", verdict.verdict.word().to_owned()),
        ("base", verdict.base.name.clone()),
        ("base_weights_sha256", verdict.base.weights_sha256.clone()),
        ("candidate", verdict.candidate.name.clone()),
        ("candidate_weights_sha256", verdict.candidate.weights_sha256.clone()),
        ("policy", verdict.policy.clone()),
        ("alpha", verdict.alpha.to_string()),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Failure,
    Error,
    Skipped,
}

struct Case {
    class: String,
    name: String,
    kind: Kind,
    outcome: Outcome,
    message: String,
}

impl Case {
    fn new(class: &str, name: &str, outcome: Outcome, counts: bool, message: &str) -> Self {
        let kind = match outcome {
            Outcome::Pass => Kind::Passed,
            _ if !counts => Kind::Skipped,
            Outcome::Regressed => Kind::Failure,
            Outcome::Inconclusive => Kind::Error,
        };
        Self { class: format!("gate.{class}"), name: name.to_owned(), kind, outcome, message: message.to_owned() }
    }

    fn xml(&self) -> String {
        let head = format!("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", xml(&self.class), xml(&self.name));
        let message = xml(&self.message);
        let text = format!("{}: {message}", self.outcome);
        match self.kind {
            Kind::Passed => format!("{head}/>\n"),
            Kind::Skipped => format!("{head}>\n      <skipped message=\"{text}\"/>\n    </testcase>\n"),
            Kind::Failure | Kind::Error => {
                let tag = if self.kind == Kind::Failure { "failure" } else { "error" };
                format!(
                    "{head}>\n      <{tag} message=\"{message}\" type=\"{}\">{text}</{tag}>\n    </testcase>\n",
                    self.outcome
                )
            }
        }
    }
}

fn task(task: &TaskVerdict) -> Case {
    Case::new(task.tier.word(), &task.task, task.verdict, task.counts, &task.reason)
}

/// Whether a tier passes by its average. Where it does not, the tasks that cannot be told are the ones to name.
fn stands_in(tier: &TierVerdict) -> bool {
    tier.average.is_some() && tier.verdict == Outcome::Pass
}

fn average(tier: &TierVerdict) -> Case {
    Case::new(tier.tier.word(), "average over tasks", tier.verdict, tier.tier.decides(), &tier.reason)
}

fn limit(limit: &LimitVerdict) -> Case {
    Case::new("logits", limit.limit, limit.verdict, true, &limit.reason)
}

/// Text for an attribute or an element: nothing in it is markup, and nothing that XML 1.0 cannot hold.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            _ => out.push(c),
        }
    }
    out
}

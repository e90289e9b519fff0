//! What a verdict looks like to people and machines.

use super::super::logits::figures;
use super::*;
use crate::TableOptions;
use insta::assert_snapshot;

const POLICY: &str = r#"
[[tier]]
name = "critical"
tasks = ["piqa"]
margin = 0.03
[[tier]]
name = "standard"
tasks = ["arc_*", "boolq"]
margin = 0.02
[[tier]]
name = "watch"
tasks = ["*"]
"#;

const TASKS: [(&str, u64); 5] = [("piqa", 300), ("arc_easy", 250), ("arc_hard", 60), ("boolq", 300), ("copa", 90)];

fn base() -> Run {
    run("old", 1.0, &TASKS.map(|(id, n)| (id, n, GOOD)))
}

fn verdict_of(rights: [fn(u64) -> bool; 5]) -> GateVerdict {
    let mut at = 0;
    let tasks = TASKS.map(|(id, n)| {
        at += 1;
        (id, n, rights[at - 1])
    });
    judged(&base(), &run("new", 1.5, &tasks), &policy(POLICY)).expect("a verdict")
}

fn regressed() -> GateVerdict {
    verdict_of([WORSE, MOVED, GOOD, GOOD, WORSE])
}

fn inconclusive() -> GateVerdict {
    verdict_of([GOOD, MOVED, GOOD, GOOD, GOOD])
}

fn passed() -> GateVerdict {
    let base = base();
    let text = format!("{POLICY}[logits]\nmax_mean_kl = 0.01\nmin_same_top1 = 0.97\n");
    let mut figures = figures();
    figures.models.iter_mut().for_each(|model| *model = base.record.models[0].clone());
    let options = GateOptions { policy: &policy(&text), logits: Some(&figures), allow_missing: false, cluster: None };
    judged_with(&base, &base, &options).expect("a verdict")
}

/// Names and texts that would break a page, a file, or a log.
fn hostile() -> GateVerdict {
    let mut verdict = regressed();
    let text = "a|b`<script>alert(1)</script>\n\u{1b}[31m&amp;\" ::error::x%, é";
    verdict.candidate.name = text.to_owned();
    verdict.tasks[0].task = text.to_owned();
    verdict.tasks[0].reason = text.to_owned();
    verdict.tasks[0].flips[0].prompt = text.to_owned();
    verdict.summary = text.to_owned();
    verdict.notes = vec![text.to_owned()];
    verdict
}

fn plain(verdict: &GateVerdict, width: usize) -> String {
    verdict_table(verdict, TableOptions { width, ..TableOptions::default() })
}

#[test]
fn tables() {
    assert_snapshot!("regressed", plain(&regressed(), 150));
    assert_snapshot!("inconclusive", plain(&inconclusive(), 100));
    assert_snapshot!("passed", plain(&passed(), 100));
}

#[test]
fn a_narrow_table_fits() {
    for verdict in [regressed(), inconclusive(), passed(), hostile()] {
        for width in [50, 64, 80, 120] {
            let table = plain(&verdict, width);
            assert!(table.lines().all(|line| line.chars().count() <= width), "{width}:\n{table}");
            assert!(table.starts_with(verdict.verdict.word()), "{table}");
        }
    }
}

#[test]
fn colour_is_only_colour() {
    let verdict = regressed();
    let colored = verdict_table(&verdict, TableOptions { width: 150, color: true, members: false });
    let mut bare = colored.clone();
    for style in ["[1;31m", "[1;32m", "[1;33m", "[0m"] {
        bare = bare.replace(&format!("\u{1b}{style}"), "");
    }
    assert!(colored.starts_with("\u{1b}[1;31mREGRESSED\u{1b}[0m"));
    assert_eq!(bare, plain(&verdict, 150));
}

#[test]
fn markdown() {
    assert_snapshot!("markdown", verdict_markdown(&regressed()));
    let page = verdict_markdown(&hostile());
    assert!(!page.contains("<script>") && !page.contains('\u{1b}'), "{page}");
}

#[test]
fn junit() {
    assert_snapshot!("junit", verdict_junit(&regressed()));
    let xml = verdict_junit(&hostile());
    assert!(!xml.contains("<script>") && !xml.contains('\u{1b}') && xml.contains("&lt;script&gt;"), "{xml}");
}

/// A build fails just where the gate does not pass.
#[test]
fn junit_agrees_with_the_verdict() {
    let number = |xml: &str, name: &str| -> u64 {
        let rest = xml.split(&format!("{name}=\"")).nth(1).expect("the attribute");
        rest.split('"').next().and_then(|n| n.parse().ok()).expect("a number")
    };
    for verdict in [regressed(), inconclusive(), passed()] {
        let xml = verdict_junit(&verdict);
        let bad = number(&xml, "failures") + number(&xml, "errors");
        assert_eq!(bad == 0, verdict.verdict == Outcome::Pass, "{xml}");
        assert_eq!(number(&xml, "tests") as usize, xml.matches("<testcase ").count());
        assert_eq!(number(&xml, "failures") as usize, xml.matches("<failure ").count());
        assert_eq!(number(&xml, "errors") as usize, xml.matches("<error ").count());
        assert_eq!(number(&xml, "skipped") as usize, xml.matches("<skipped ").count());
    }
}

#[test]
fn github() {
    assert_snapshot!("github", verdict_github(&regressed()));
    let lines = verdict_github(&hostile());
    assert!(
        lines.lines().all(|line| line.starts_with("::error title=") || line.starts_with("::warning title=")),
        "{lines}"
    );
}

#[test]
fn json_has_everything() {
    let json = serde_json::to_value(regressed()).expect("encodes");
    assert_eq!((&json["format"], &json["verdict"]), (&"yardstick.verdict/1".into(), &"REGRESSED".into()));
    let task = &json["tasks"][0];
    for key in ["p", "p_corrected", "p_margin", "margin", "difference", "interval", "detectable"] {
        assert!(!task["numbers"][key].is_null(), "{key} in {task}");
    }
    assert_eq!(task["flips"].as_array().map(Vec::len), Some(3));
}

//! axe-core finds no serious or critical fault in any view, light and dark.
//!
//! `.ci/run` puts axe-core (npm, MPL-2.0) into `target/axe/axe.min.js`; it is never part of the project.

use crate::browser::Browser;
use crate::fixture::report;
use serde_json::Value;
use std::path::PathBuf;

fn axe() -> Option<String> {
    let target = PathBuf::from(env!("CARGO_BIN_EXE_yardstick")).parent()?.parent()?.join("axe/axe.min.js");
    let axe = std::fs::read_to_string(&target).ok();
    if axe.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is missing", target.display());
        eprintln!("{} is not there: skipping what axe-core finds", target.display());
    }
    axe
}

const CHECK: &str = "const done = arguments[arguments.length - 1];
axe.run(document, { resultTypes: ['violations'] }).then(
  (found) => done(found.violations.filter((v) => ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ''}`).join(' | ')}`)),
  (error) => done([String(error)]));";

#[test]
fn axe_finds_no_serious_fault() {
    let Some(axe) = axe() else { return };
    let Some(browser) = Browser::start("what axe-core finds", (1280, 900)) else { return };
    let mut faults = Vec::new();
    for theme in ["light", "dark"] {
        for view in [
            "",
            "task=starter_pairs_agreement",
            "task=starter_pairs_agreement&doc=3",
            "task=starter_prose&doc=1",
            "task=writes&doc=1",
            "model=gpt2-nano",
            "compare=gpt2-nano..gpt3-micro",
            "charts",
        ] {
            browser.open_file(report(), view);
            browser.wait("what is loaded", "return !document.body.innerText.includes('Loading')");
            browser.run(&format!("document.documentElement.dataset.theme = '{theme}'"));
            browser.run(&axe);
            let found: Vec<Value> = serde_json::from_value(browser.run_async(CHECK)).unwrap();
            faults.extend(found.iter().map(|fault| format!("{theme} {view}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

//! `yardstick selftest`: whether this machine computes what it should.

mod bundled;
mod devices;
mod published;

use super::{print, print_json, width};
use crate::args::SelftestArgs;
use crate::columns::columns;
use crate::error::CliError;
use crate::run::{Screen, set_threads};
use serde_json::{Value, json};
use yardstick_zoo::Device;
use yardstick_zoo::kernels::instruction_set;

/// One number or text that is known.
pub struct Check {
    /// What it is of.
    what: String,
    expected: String,
    found: String,
    /// How far apart they may be; empty where they have to be equal.
    tolerance: String,
    passed: bool,
}

/// What is checked, and what a failure means.
#[expect(clippy::struct_field_names, reason = "there is no better word for them")]
pub struct Checks {
    /// The model or models.
    title: String,
    /// Where the expected values are from.
    sources: Vec<String>,
    checks: Vec<Check>,
    /// What to make of a failure.
    meaning: &'static str,
}

/// Checks what the arguments ask for and prints every number with what it should be.
///
/// # Errors
/// A model that cannot be loaded; anything that is not as expected.
pub fn selftest(args: &SelftestArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    set_threads(args.threads)?;
    let screen = Screen::new(quiet);
    let done = match &args.model {
        Some(reference) => published::check(reference, args, screen)?,
        None => match args.device.unwrap_or_default() {
            Device::Cpu => bundled::check(screen)?,
            device => devices::check(device, screen)?,
        },
    };
    if json {
        print_json(&done.json())?;
    } else {
        print(&done.text(width()))?;
    }
    let failed = done.checks.iter().filter(|check| !check.passed).count();
    if failed == 0 {
        return Ok(());
    }
    Err(CliError::Selftest { failed, count: done.checks.len(), what: done.meaning.to_owned() })
}

impl Check {
    /// Two texts that have to be equal.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, made where they are named")]
    fn same(what: impl Into<String>, expected: impl ToString, found: impl ToString) -> Self {
        let (expected, found) = (expected.to_string(), found.to_string());
        Self { passed: expected == found, what: what.into(), expected, found, tolerance: String::new() }
    }

    /// Two numbers that may be so far apart. What is no number is never near.
    fn near(what: impl Into<String>, expected: f64, found: f64, tolerance: f64) -> Self {
        Self {
            what: what.into(),
            expected: format!("{expected:.5}"),
            found: format!("{found:.5}"),
            tolerance: format!("{tolerance:.5}"),
            passed: (found - expected).abs() <= tolerance,
        }
    }

    /// A difference that may be so large.
    fn within(what: impl Into<String>, found: f64, tolerance: f64) -> Self {
        Self {
            what: what.into(),
            expected: "0".to_owned(),
            found: format!("{found:.1e}"),
            tolerance: format!("{tolerance:.0e}"),
            passed: found <= tolerance,
        }
    }

    /// Something that could not be computed.
    #[expect(clippy::needless_pass_by_value, reason = "numbers and texts alike, made where they are named")]
    fn failed(what: impl Into<String>, expected: impl ToString, reason: impl ToString) -> Self {
        let (expected, found) = (expected.to_string(), reason.to_string());
        Self { what: what.into(), expected, found, tolerance: String::new(), passed: false }
    }
}

impl Checks {
    fn text(&self, width: usize) -> String {
        // Name, tolerance, verdict and the gaps; expected and found share the rest.
        let what = self.checks.iter().map(|check| check.what.chars().count()).max().unwrap_or(0).min(width / 3);
        let value = (width.saturating_sub(what + 24) / 2).max(12);
        let head = ["", "check", "expected", "got", "tolerance"].map(str::to_owned).to_vec();
        let row = |check: &Check| {
            let mark = if check.passed { "ok" } else { "FAILED" };
            let (expected, found) = (shortened(&check.expected, value), shortened(&check.found, value));
            vec![mark.to_owned(), shortened(&check.what, what), expected, found, check.tolerance.clone()]
        };
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(self.checks.iter().map(row)).collect();
        let passed = self.checks.iter().filter(|check| check.passed).count();
        let sources = self.sources.iter().map(|source| format!("  {source}\n")).collect::<Vec<_>>().concat();
        format!(
            "{}; {}\n\n{}\n{passed} of {} as expected, by\n{sources}",
            self.title,
            instruction_set(),
            columns(&rows),
            self.checks.len()
        )
    }

    fn json(&self) -> Value {
        let check = |check: &Check| {
            json!({
                "check": check.what,
                "expected": check.expected,
                "got": check.found,
                "tolerance": check.tolerance,
                "passed": check.passed,
            })
        };
        json!({
            "model": self.title,
            "instruction_set": instruction_set(),
            "sources": self.sources,
            "checks": self.checks.iter().map(check).collect::<Vec<_>>(),
        })
    }
}

/// A text on one line, cut to a number of characters.
fn shortened(text: &str, most: usize) -> String {
    let line = text.replace('\n', "⏎");
    if line.chars().count() <= most {
        return line;
    }
    line.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_never_near() {
        for (found, passed) in [(1.0, true), (1.0009, true), (1.0011, false), (f64::NAN, false), (f64::INFINITY, false)]
        {
            assert_eq!(Check::near("x", 1.0, found, 1e-3).passed, passed, "{found}");
        }
    }

    #[test]
    fn the_table_fits() {
        let long =
            "a text that is longer than the terminal is wide, which happens with texts that a model writes, ".repeat(2);
        let checks = vec![Check::same(long.clone(), &long, "b"), Check::near("y", 1.0, 2.0, 0.1)];
        let checks = Checks { title: "m".to_owned(), sources: vec!["s".to_owned()], checks, meaning: "" };
        for width in [80, 120] {
            let text = checks.text(width);
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
            assert!(text.contains("0 of 2 as expected"), "{text}");
        }
    }
}

//! The same number from several runs: which one is shown, and what is said about the others.

use crate::number::count;
use std::collections::BTreeMap;
use yardstick_core::{Estimate, RunRecord, RunStatus};

/// A number and the run (index) that it is from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) run: usize,
    pub(super) estimate: Estimate,
}

/// All that the runs have for one row, by column, in the order of the runs.
pub(super) type Cells = BTreeMap<usize, Vec<Found>>;

/// A number in whose place another run's is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hidden {
    pub(super) row: usize,
    pub(super) column: usize,
    shown: Found,
    other: Found,
}

/// The number to show of a cell: the first of those of the most documents. With it, those that are not equal to it.
pub(super) fn choose((row, column): (usize, usize), found: &[Found]) -> (Option<Estimate>, Vec<Hidden>) {
    let most = found.iter().map(|f| f.estimate.n).max();
    let Some(shown) = found.iter().find(|f| Some(f.estimate.n) == most) else { return (None, Vec::new()) };
    let others = found.iter().filter(|f| !is_equal(&f.estimate, &shown.estimate));
    let hidden = others.map(|other| Hidden { row, column, shown: shown.clone(), other: other.clone() });
    (Some(shown.estimate.clone()), hidden.collect())
}

/// Equal in every bit but for the words about the method: equal runs give equal bits.
fn is_equal(a: &Estimate, b: &Estimate) -> bool {
    let numbers = |e: &Estimate| [Some(e.value), e.stderr, e.low, e.high].map(|number| number.map(f64::to_bits));
    a.n == b.n && numbers(a) == numbers(b)
}

/// A warning for each model and two runs, and whether they differ in documents or in values.
///
/// `name` is a number's task and metric, `label` a column's heading.
pub(super) fn warnings(
    hidden: &[Hidden],
    records: &[&RunRecord],
    name: impl Fn(usize) -> String,
    label: impl Fn(usize) -> String,
) -> Vec<String> {
    let mut all: BTreeMap<(usize, usize, usize, bool), Vec<String>> = BTreeMap::new();
    for it in hidden {
        let same_n = it.shown.estimate.n == it.other.estimate.n;
        let items = all.entry((it.column, it.shown.run, it.other.run, same_n)).or_default();
        items.push(format!("{} ({})", name(it.row), difference(&it.shown.estimate, &it.other.estimate)));
    }
    let line = |((column, shown, hidden, same_n), items): ((usize, usize, usize, bool), Vec<String>)| {
        let why = if same_n { "differ over equally many documents" } else { "cover different numbers of documents" };
        format!(
            "{}: {} and {} {why}; shown is {}: {}. Both are in results.csv",
            label(column),
            describe(records, shown),
            describe(records, hidden),
            run_name(shown),
            items.join(", ")
        )
    };
    all.into_iter().map(line).collect()
}

/// Values in full: they may differ far behind the digits of a table.
fn difference(shown: &Estimate, hidden: &Estimate) -> String {
    if shown.n != hidden.n {
        format!("{} documents, not {}", count(shown.n), count(hidden.n))
    } else if shown.value.to_bits() == hidden.value.to_bits() {
        format!("{} with other errors", shown.value)
    } else {
        format!("{}, not {}", shown.value, hidden.value)
    }
}

/// `run 2`, as the runs are numbered for a reader.
pub(super) fn run_name(run: usize) -> String {
    format!("run {}", run + 1)
}

/// `run 2 (2026-01-02T03:04:05Z, yardstick 0.1.0, linux x86_64, PARTIAL)`.
fn describe(records: &[&RunRecord], run: usize) -> String {
    let RunRecord { started, version, environment, status, .. } = records[run];
    let partial = if *status == RunStatus::Partial { ", PARTIAL" } else { "" };
    format!("{} ({started}, yardstick {version}, {} {}{partial})", run_name(run), environment.os, environment.arch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::overview::Overview;
    use crate::testing;

    /// The first cell and the warnings of runs that gave these values of `acc`, each over so many documents.
    fn check(found: &[(f64, u64)], shown: (f64, u64), wanted: &[&str]) {
        let record = |(at, &(value, n)): (usize, &(f64, u64))| {
            let mut record = testing::one_by_one("piqa");
            record.version = format!("0.{at}.0");
            record.status = if n < 200 { RunStatus::Partial } else { RunStatus::Complete };
            (record.results[0].estimate.value, record.results[0].estimate.n) = (value, n);
            record
        };
        let records: Vec<RunRecord> = found.iter().enumerate().map(record).collect();
        let overview = Overview::new(&records.iter().collect::<Vec<_>>());
        assert_eq!((overview.models.len(), overview.rows.len()), (1, 1));
        let cell = overview.rows[0].cells[0].as_ref().map(|e| (e.value.to_bits(), e.n));
        assert_eq!(cell, Some((shown.0.to_bits(), shown.1)));
        assert_eq!(overview.warnings, wanted);
    }

    const FIRST: &str = "run 1 (2026-01-02T03:04:05Z, yardstick 0.0.0, linux x86_64";
    const SECOND: &str = "run 2 (2026-01-02T03:04:05Z, yardstick 0.1.0, linux x86_64";

    #[test]
    fn equal_numbers_are_one() {
        check(&[(0.5, 200), (0.5, 200)], (0.5, 200), &[]);
        check(&[(f64::NAN, 200), (f64::NAN, 200)], (f64::NAN, 200), &[]);
    }

    #[test]
    fn of_different_numbers_the_first_is_shown_and_the_other_named() {
        let wanted = format!(
            "gpt2-micro: {FIRST}) and {SECOND}) differ over equally many documents; shown is run 1: \
             piqa acc (0.5, not 0.505). Both are in results.csv"
        );
        check(&[(0.5, 200), (0.505, 200)], (0.5, 200), &[&wanted]);
    }

    #[test]
    fn more_documents_are_preferred_in_any_order() {
        let wanted = format!(
            "gpt2-micro: {SECOND}) and {FIRST}, PARTIAL) cover different numbers of documents; shown is run 2: \
             piqa acc (200 documents, not 80). Both are in results.csv"
        );
        check(&[(0.7, 80), (0.5, 200)], (0.5, 200), &[&wanted]);
        let wanted = format!(
            "gpt2-micro: {FIRST}) and {SECOND}, PARTIAL) cover different numbers of documents; shown is run 1: \
             piqa acc (200 documents, not 80). Both are in results.csv"
        );
        check(&[(0.5, 200), (0.7, 80)], (0.5, 200), &[&wanted]);
    }

    #[test]
    fn of_three_the_warnings_name_what_is_shown() {
        let third = FIRST.replace("run 1", "run 3").replace("0.0.0", "0.2.0");
        let wanted = [(FIRST, 80), (SECOND, 100)].map(|(run, n)| {
            format!(
                "gpt2-micro: {third}) and {run}, PARTIAL) cover different numbers of documents; shown is run 3: \
                 piqa acc (200 documents, not {n}). Both are in results.csv"
            )
        });
        check(&[(0.7, 80), (0.6, 100), (0.5, 200)], (0.5, 200), &[&wanted[0], &wanted[1]]);
    }

    #[test]
    fn other_errors_alone_are_named() {
        let (first, mut second) = (testing::one_by_one("piqa"), testing::one_by_one("piqa"));
        second.results[0].estimate.stderr = None;
        let overview = Overview::new(&[&first, &second]);
        assert_eq!(overview.warnings.len(), 1);
        assert!(overview.warnings[0].contains("with other errors"), "{:?}", overview.warnings);
    }
}

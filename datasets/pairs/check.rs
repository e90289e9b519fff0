//! Pairs differ, and no sentence is good in one row and bad in another.

use super::{Promise, Row};
use std::collections::{BTreeMap, BTreeSet};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise = Promise {
    dataset: "pairs",
    splits: &["agreement", "determiners", "reflexives", "negation", "islands"],
    columns: &["sentence_good", "sentence_bad", "rule"],
    unique: "sentence_good",
    least_rows: 240,
    rules,
};

const LEAST_PAIRS_PER_RULE: usize = 40;

fn rules(_: &str, rows: &[Row]) -> Result<(), String> {
    let good: BTreeSet<&str> = rows.iter().map(|row| row.text("sentence_good")).collect::<Result<_, _>>()?;
    let mut counts = BTreeMap::<&str, usize>::new();
    for row in rows {
        let bad = row.text("sentence_bad")?;
        row.require(!good.contains(bad), "`sentence_bad` is called good elsewhere")?;
        row.require(is_sentence(bad) && is_sentence(row.text("sentence_good")?), "not shaped like a sentence")?;
        *counts.entry(row.text("rule")?).or_default() += 1;
    }
    match counts.iter().find(|(_, count)| **count < LEAST_PAIRS_PER_RULE) {
        Some((rule, count)) => Err(format!("rule {rule} has only {count} pairs")),
        None => Ok(()),
    }
}

fn is_sentence(text: &str) -> bool {
    text.starts_with(char::is_uppercase) && text.ends_with(['.', '?']) && !text.contains("  ")
}

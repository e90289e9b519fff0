//! Minimal pairs from a small grammar: two sentences alike but for one contrast, of which English allows only one.
//!
//! A rule draws a pair in either of two settings (singular or plural, affirmative or negative, …) and each setting makes
//! half of its pairs, so that a verb form or a pronoun that is right in one half is wrong in the other.

mod agreement;
mod determiners;
mod islands;
mod lexicon;
mod negation;
mod reflexives;
mod words;

use crate::{DataFile, random::SplitMix64};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PAIRS_PER_SPLIT: usize = 240;

/// An acceptable sentence and its unacceptable twin.
struct Pair {
    good: String,
    bad: String,
}

impl Pair {
    /// The pair that `template` makes of two fillers, closed by a full stop.
    fn statement(good: &str, bad: &str, template: impl Fn(&str) -> String) -> Self {
        Self { good: words::sentence(&template(good), '.'), bad: words::sentence(&template(bad), '.') }
    }

    /// As [`Pair::statement`], closed by a question mark.
    fn question(good: &str, bad: &str, template: impl Fn(&str) -> String) -> Self {
        Self { good: words::sentence(&template(good), '?'), bad: words::sentence(&template(bad), '?') }
    }
}

/// A named contrast; `draw` takes the setting that its second argument chooses.
struct Rule {
    name: &'static str,
    draw: fn(&mut SplitMix64, bool) -> Pair,
}

/// The five splits.
pub fn files() -> Vec<DataFile> {
    [
        ("agreement", agreement::RULES),
        ("determiners", determiners::RULES),
        ("reflexives", reflexives::RULES),
        ("negation", negation::RULES),
        ("islands", islands::RULES),
    ]
    .map(|(split, rules)| DataFile { dataset: "pairs", split, rows: rows(split, rules) })
    .into()
}

/// The rules take turns, so that the first rows of a split show them all.
fn rows(split: &str, rules: &[Rule]) -> Vec<Value> {
    let count = PAIRS_PER_SPLIT / rules.len();
    let columns: Vec<Vec<Value>> = rules.iter().map(|rule| rule_rows(split, rule, count)).collect();
    (0..count).flat_map(|index| columns.iter().map(move |column| column[index].clone())).collect()
}

/// `count` different pairs of one rule, its two settings in turn.
fn rule_rows(split: &str, rule: &Rule, count: usize) -> Vec<Value> {
    let mut random = SplitMix64::named(&format!("pairs/{split}/{}", rule.name));
    let mut seen = BTreeSet::new();
    let mut rows = Vec::with_capacity(count);
    while rows.len() < count {
        let Pair { good, bad } = (rule.draw)(&mut random, rows.len() % 2 == 1);
        if seen.insert(good.clone()) {
            rows.push(json!({ "sentence_good": good, "sentence_bad": bad, "rule": rule.name }));
        }
    }
    rows
}

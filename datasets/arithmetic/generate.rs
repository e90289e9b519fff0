//! Addition and subtraction after GPT-3 (Brown et al. 2020, §3.9.1): operands uniform, sums and differences in words.

use crate::{DataFile, random::SplitMix64};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROWS: usize = 250;

/// What is asked of two numbers.
#[derive(Clone, Copy)]
enum Operation {
    Addition,
    Subtraction,
}

impl Operation {
    fn word(self) -> &'static str {
        match self {
            Self::Addition => "plus",
            Self::Subtraction => "minus",
        }
    }

    fn apply(self, a: i64, b: i64) -> i64 {
        match self {
            Self::Addition => a + b,
            Self::Subtraction => a - b,
        }
    }
}

/// The four splits: two operations on operands below 100 and below 1000.
pub fn files() -> Vec<DataFile> {
    [
        ("two_digit_addition", Operation::Addition, 100),
        ("two_digit_subtraction", Operation::Subtraction, 100),
        ("three_digit_addition", Operation::Addition, 1000),
        ("three_digit_subtraction", Operation::Subtraction, 1000),
    ]
    .map(|(split, operation, bound)| DataFile { dataset: "arithmetic", split, rows: rows(split, operation, bound) })
    .into()
}

/// Questions about operands drawn from `0..bound`, no ordered pair of operands twice.
fn rows(split: &str, operation: Operation, bound: u32) -> Vec<Value> {
    let mut random = SplitMix64::named(&format!("arithmetic/{split}"));
    let mut seen = BTreeSet::new();
    let mut rows = Vec::with_capacity(ROWS);
    while rows.len() < ROWS {
        let (a, b) = (operand(&mut random, bound), operand(&mut random, bound));
        if seen.insert((a, b)) {
            rows.push(row(operation, a, b));
        }
    }
    rows
}

fn operand(random: &mut SplitMix64, bound: u32) -> i64 {
    i64::from(random.below(bound))
}

fn row(operation: Operation, a: i64, b: i64) -> Value {
    json!({
        "question": format!("Q: What is {a} {} {b}?\nA:", operation.word()),
        "answer": format!(" {}", operation.apply(a, b)),
        "a": a,
        "b": b,
    })
}

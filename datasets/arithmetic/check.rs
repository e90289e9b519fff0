//! The answer is what the question's own words come to.

use super::{Promise, Row};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise = Promise {
    dataset: "arithmetic",
    splits: &["two_digit_addition", "two_digit_subtraction", "three_digit_addition", "three_digit_subtraction"],
    columns: &["question", "answer", "a", "b"],
    unique: "question",
    least_rows: 250,
    rules,
};

fn rules(split: &str, rows: &[Row]) -> Result<(), String> {
    let bound = if split.starts_with("two") { 100 } else { 1000 };
    let word = if split.ends_with("addition") { "plus" } else { "minus" };
    rows.iter().try_for_each(|row| {
        let (a, b) = (row.integer("a")?, row.integer("b")?);
        row.require((0..bound).contains(&a) && (0..bound).contains(&b), "an operand is out of range")?;
        row.require(row.text("question")? == format!("Q: What is {a} {word} {b}?\nA:"), "`question` asks otherwise")?;
        let result = if word == "plus" { a + b } else { a - b };
        row.require(row.text("answer")? == format!(" {result}"), "`answer` is wrong")
    })
}

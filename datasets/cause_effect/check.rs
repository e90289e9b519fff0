//! Questions half and half, and under each the first choice right as often as the second.

use super::{Promise, Row, balanced};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise = Promise {
    dataset: "cause_effect",
    splits: &["test"],
    columns: &["premise", "question", "choice1", "choice2", "label"],
    unique: "premise",
    least_rows: 120,
    rules,
};

fn rules(_: &str, rows: &[Row]) -> Result<(), String> {
    rows.iter().try_for_each(item)?;
    let count = |question: &str, labels: &[i64]| {
        let asked = |row: &&Row| row.text("question") == Ok(question);
        rows.iter().filter(asked).filter(|row| row.integer("label").is_ok_and(|label| labels.contains(&label))).count()
    };
    let (causes, effects) = (count("cause", &[0, 1]), count("effect", &[0, 1]));
    if causes + effects != rows.len() || !balanced(causes, rows.len()) {
        return Err(format!("{causes} causes and {effects} effects in {} rows", rows.len()));
    }
    if !balanced(count("cause", &[0]), causes) || !balanced(count("effect", &[0]), effects) {
        return Err("one choice is right more often than the other".into());
    }
    Ok(())
}

fn item(row: &Row) -> Result<(), String> {
    let (first, second) = (row.text("choice1")?, row.text("choice2")?);
    row.require(first != second, "the choices are the same")?;
    row.require((0..=1).contains(&row.integer("label")?), "`label` is neither 0 nor 1")?;
    let sentences = [row.text("premise")?, first, second];
    row.require(sentences.iter().all(|text| text.ends_with('.')), "a sentence has no full stop")
}

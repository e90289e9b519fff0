//! Passages of the promised length whose last word stands alone after one space.

use super::{Promise, Row};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise =
    Promise { dataset: "last_word", splits: &["test"], columns: &["text"], unique: "text", least_rows: 120, rules };

fn rules(_: &str, rows: &[Row]) -> Result<(), String> {
    rows.iter().try_for_each(|row| {
        let words: Vec<&str> = row.text("text")?.split(' ').collect();
        row.require((25..=70).contains(&words.len()), "not 25 to 70 words")?;
        row.require(words.iter().all(|word| !word.is_empty() && !word.contains('\n')), "spacing other than one space")?;
        let last = words.last().copied().unwrap_or_default();
        row.require(last.chars().all(char::is_alphabetic), "the last word is more than letters")
    })
}

//! Pieces of the promised length, and enough of them.

use super::{Promise, Row};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise =
    Promise { dataset: "prose", splits: &["test"], columns: &["title", "text"], unique: "title", least_rows: 8, rules };

const LEAST_WORDS: usize = 3000;

fn rules(_: &str, rows: &[Row]) -> Result<(), String> {
    let mut total = 0;
    for row in rows {
        let text = row.text("text")?;
        let words = text.split_whitespace().count();
        row.require((250..=450).contains(&words), "not 250 to 450 words")?;
        row.require(text.trim() == text, "space around the text")?;
        total += words;
    }
    if total < LEAST_WORDS { Err(format!("{total} words; promised are at least {LEAST_WORDS}")) } else { Ok(()) }
}

//! Twins: neighboring rows that differ in one word after the gap, with the same options and opposite answers.

use super::{Promise, Row};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise = Promise {
    dataset: "pronouns",
    splits: &["test"],
    columns: &["sentence", "option1", "option2", "answer", "pair"],
    unique: "sentence",
    least_rows: 120,
    rules,
};

fn rules(_: &str, rows: &[Row]) -> Result<(), String> {
    rows.chunks(2).try_for_each(|twins| match twins {
        [first, second] => twin(first, second),
        _ => Err("the last row has no twin".into()),
    })
}

fn twin(first: &Row, second: &Row) -> Result<(), String> {
    second.require(first.integer("pair")? == second.integer("pair")?, "`pair` is not the row before's")?;
    let options = (first.text("option1")?, first.text("option2")?);
    second.require(options == (second.text("option1")?, second.text("option2")?), "options unlike the row before's")?;
    first.require(options.0 != options.1, "the options are the same")?;
    let mut answers = [first.text("answer")?, second.text("answer")?];
    answers.sort_unstable();
    second.require(answers == ["1", "2"], "the twins' answers are not `1` and `2`")?;
    let (before, after) = split_at_gap(first)?;
    let (other_before, other_after) = split_at_gap(second)?;
    second.require(before == other_before, "the twins differ before the gap")?;
    second.require(differing_words(after, other_after) == Some(1), "the twins differ in more than a word")
}

/// The text on either side of the one `_`; the scored side must not be empty.
fn split_at_gap(row: &Row) -> Result<(&str, &str), String> {
    let (before, after) = row.text("sentence")?.split_once('_').ok_or_else(|| row.fault("no `_`"))?;
    row.require(!after.contains('_'), "more than one `_`")?;
    row.require(after.starts_with(' ') && after.ends_with('.'), "nothing to score after `_`")?;
    Ok((before, after))
}

/// In how many words two texts of equally many words differ.
fn differing_words(one: &str, other: &str) -> Option<usize> {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.split(' ').collect(), other.split(' ').collect());
    (one.len() == other.len()).then(|| one.iter().zip(&other).filter(|(a, b)| a != b).count())
}

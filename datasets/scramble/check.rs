//! The letters shown can be turned back into the word, and are not yet the word.

use super::{Promise, Row};

/// What every file of this dataset keeps to.
pub const PROMISE: Promise = Promise {
    dataset: "scramble",
    splits: &["cycle_letters", "anagrams1", "anagrams2", "random_insertion", "reversed_words"],
    columns: &["context", "completion", "word"],
    unique: "word",
    least_rows: 200,
    rules,
};

fn rules(split: &str, rows: &[Row]) -> Result<(), String> {
    rows.iter().try_for_each(|row| {
        let word = row.text("word")?;
        row.require(row.text("completion")? == format!(" {word}"), "`completion` is not the word after a space")?;
        let shown = row.text("context")?.lines().nth(1).and_then(|line| line.strip_prefix("Letters: "));
        let shown = shown.ok_or_else(|| row.fault("`context` shows no letters"))?;
        row.require(shown != word && restores(split, shown, word), "the letters do not come from the word")
    })
}

/// Whether undoing `split` can turn `shown` into `word`.
fn restores(split: &str, shown: &str, word: &str) -> bool {
    match split {
        "cycle_letters" => shown.len() == word.len() && word.repeat(2).contains(shown),
        "anagrams1" => is_inner_anagram(shown, word, 1),
        "anagrams2" => is_inner_anagram(shown, word, 2),
        "random_insertion" => {
            let marks = shown.chars().skip(1).step_by(2).all(|mark| mark.is_ascii_punctuation() || mark == ' ');
            marks && shown.chars().step_by(2).eq(word.chars())
        }
        "reversed_words" => shown.chars().rev().eq(word.chars()),
        _ => false,
    }
}

/// Whether the words share `kept` letters at either end and, in some order, all that lie between.
fn is_inner_anagram(shown: &str, word: &str, kept: usize) -> bool {
    let parts = |text: &str| {
        let letters: Vec<char> = text.chars().collect();
        let (front, rest) = letters.split_at(kept);
        let (inner, back) = rest.split_at(rest.len() - kept);
        let mut inner = inner.to_vec();
        inner.sort_unstable();
        (front.to_vec(), inner, back.to_vec())
    };
    shown.len() == word.len() && shown.len() > 2 * kept && parts(shown) == parts(word)
}

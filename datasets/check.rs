//! Holds every file against what its dataset promises: columns, counts, no duplicates, and rules of its own.

#[path = "arithmetic/check.rs"]
mod arithmetic;
#[path = "cause_effect/check.rs"]
mod cause_effect;
#[path = "last_word/check.rs"]
mod last_word;
#[path = "pairs/check.rs"]
mod pairs;
#[path = "pronouns/check.rs"]
mod pronouns;
#[path = "prose/check.rs"]
mod prose;
#[path = "scramble/check.rs"]
mod scramble;

use serde_json::{Map, Value};
use std::{collections::BTreeSet, fs, path::Path};

/// What a dataset promises of each of its files.
struct Promise {
    dataset: &'static str,
    splits: &'static [&'static str],
    /// Exactly these, in this order.
    columns: &'static [&'static str],
    /// The column that no two rows share.
    unique: &'static str,
    least_rows: usize,
    /// The rules of this dataset alone.
    rules: fn(split: &str, rows: &[Row]) -> Result<(), String>,
}

const PROMISES: [Promise; 7] = [
    arithmetic::PROMISE,
    scramble::PROMISE,
    pairs::PROMISE,
    last_word::PROMISE,
    cause_effect::PROMISE,
    pronouns::PROMISE,
    prose::PROMISE,
];

/// One line of a file.
struct Row {
    line: usize,
    columns: Map<String, Value>,
}

impl Row {
    fn parse(line: usize, text: &str) -> Result<Self, String> {
        match serde_json::from_str(text) {
            Ok(Value::Object(columns)) => Ok(Self { line, columns }),
            Ok(_) => Err(format!("line {line}: not a JSON object")),
            Err(error) => Err(format!("line {line}: {error}")),
        }
    }

    fn text(&self, column: &str) -> Result<&str, String> {
        self.columns.get(column).and_then(Value::as_str).ok_or_else(|| self.fault(&format!("`{column}` is no text")))
    }

    fn integer(&self, column: &str) -> Result<i64, String> {
        self.columns.get(column).and_then(Value::as_i64).ok_or_else(|| self.fault(&format!("`{column}` is no integer")))
    }

    /// `what` is amiss, and in which line.
    fn fault(&self, what: &str) -> String {
        format!("line {}: {what}", self.line)
    }

    fn require(&self, holds: bool, what: &str) -> Result<(), String> {
        if holds { Ok(()) } else { Err(self.fault(what)) }
    }
}

/// What is amiss in the files under `root`: for each file at most the first fault.
pub fn all(root: &Path) -> Vec<String> {
    let files = PROMISES.iter().flat_map(|promise| promise.splits.iter().map(move |split| (promise, split)));
    files.filter_map(|(promise, split)| file(root, promise, split).err()).collect()
}

fn file(root: &Path, promise: &Promise, split: &str) -> Result<(), String> {
    let path = root.join(promise.dataset).join("data").join(format!("{split}.jsonl"));
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    parse(&text)
        .and_then(|rows| shape(promise, &rows).and_then(|()| (promise.rules)(split, &rows)))
        .map_err(|fault| format!("{}: {fault}", path.display()))
}

fn parse(text: &str) -> Result<Vec<Row>, String> {
    text.lines().enumerate().map(|(index, line)| Row::parse(index + 1, line)).collect()
}

/// The promises that all datasets make.
fn shape(promise: &Promise, rows: &[Row]) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for row in rows {
        row.require(row.columns.keys().eq(promise.columns), &format!("columns other than {:?}", promise.columns))?;
        row.require(seen.insert(row.text(promise.unique)?), &format!("`{}` repeats an earlier row's", promise.unique))?;
    }
    if rows.len() < promise.least_rows {
        return Err(format!("{} rows; promised are at least {}", rows.len(), promise.least_rows));
    }
    Ok(())
}

/// Whether both sides are as frequent, to within one row.
fn balanced(of_one_kind: usize, of_all: usize) -> bool {
    (2 * of_one_kind).abs_diff(of_all) <= 1
}

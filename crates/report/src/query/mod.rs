//! SQL over runs: two tables, `samples` and `results`, in memory. polars-sql is built without any way to read or write files.

mod answer;
mod error;
mod records;
mod table;
#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerOptions};
pub use error::QueryError;

use crate::run::read_frame;
use crate::tables::{results, together};
use crate::{ReportError, read_record};
use error::Known;
use polars::prelude::{DataFrame, PolarsResult};
use polars_lazy::frame::IntoLazy;
use polars_sql::SQLContext;
use std::path::Path;
use yardstick_core::RunRecord;

/// What a query can begin with: all that only reads.
const READING: [&str; 6] = ["SELECT", "WITH", "FROM", "SHOW", "EXPLAIN", "VALUES"];

/// Bytes of the longest query: parser and planner call themselves once an operator.
const LONGEST: usize = 16_384;
/// Bytes of stack for that; only what is used is ever taken.
const STACK: usize = 1 << 30;

/// Asks the runs in these folders, each called by its first part, a question in polars' SQL.
///
/// `samples` has a row per run, model and document: `run`, `model`, `task`, `doc_id`, a column a metric, then the columns of
/// `samples.parquet`. `results` has the columns of `results.csv`. A query without `samples` in it does not read them.
///
/// # Errors
/// A folder that is no run, or a query that cannot be understood or answered: a message with the place in the query.
pub fn query(runs: &[(String, impl AsRef<Path>)], sql: &str) -> Result<Answer, QueryError> {
    refuse_long(sql)?;
    refuse_writing(sql)?;
    let (mut names, mut records) = (Vec::new(), Vec::new());
    for (name, folder) in runs {
        names.push(name.clone());
        records.push(read_record(folder.as_ref())?);
    }
    let results = results("results", &names, &records.iter().collect::<Vec<&RunRecord>>())?;
    let samples = if has_word(sql, "samples") { read_samples(runs)? } else { DataFrame::default() };
    answer(&[("results", results), ("samples", samples)], sql)
}

fn read_samples(runs: &[(String, impl AsRef<Path>)]) -> Result<DataFrame, ReportError> {
    let frame = |(name, folder): &(String, _)| Ok((name.clone(), read_frame(AsRef::<Path>::as_ref(folder))?));
    together(runs.iter().map(frame).collect::<Result<Vec<_>, ReportError>>()?)
}

fn answer(tables: &[(&str, DataFrame)], sql: &str) -> Result<Answer, QueryError> {
    let mut context = SQLContext::new();
    for (name, frame) in tables {
        context.register(name, frame.clone().lazy());
    }
    let known = Known::new(tables);
    // polars panics on some queries that it cannot do; its message is on standard error then.
    match on_a_deep_stack(|| -> PolarsResult<DataFrame> { context.execute(sql)?.collect() }) {
        Some(Ok(frame)) => Ok(Answer::new(frame)),
        Some(Err(error)) => Err(QueryError::of(&error, sql, &known)),
        None => Err(QueryError::panicked(sql, &known)),
    }
}

/// Runs what calls itself once for each operator of a query; `None` if it panics.
fn on_a_deep_stack<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        thread.ok()?.join().ok()
    })
}

/// A query of so many operators that they cannot be nested is refused.
fn refuse_long(sql: &str) -> Result<(), QueryError> {
    if sql.len() <= LONGEST { Ok(()) } else { Err(QueryError::long(sql.len(), LONGEST)) }
}

/// Tables are copies of what is on disk, so that changing them would be without effect: it is refused, for clarity.
fn refuse_writing(sql: &str) -> Result<(), QueryError> {
    let start = beginning(sql);
    let word: String = sql[start..].chars().take_while(char::is_ascii_alphabetic).collect();
    let is_reading = READING.iter().any(|reading| reading.eq_ignore_ascii_case(&word));
    if is_reading { Ok(()) } else { Err(QueryError::writing(sql, start..start + word.len())) }
}

/// Where the first word stands, behind spaces, brackets and comments.
fn beginning(sql: &str) -> usize {
    let mut rest = sql;
    loop {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let after = match trimmed {
            text if text.starts_with("--") => text.split_once('\n').map_or("", |(_, after)| after),
            text if text.starts_with("/*") => text.split_once("*/").map_or("", |(_, after)| after),
            text => return sql.len() - text.len(),
        };
        rest = after;
    }
}

/// Whether `word` stands in `text` as a word of its own, whatever its case.
fn has_word(text: &str, word: &str) -> bool {
    find_word(&text.to_lowercase(), word).is_some()
}

/// Where `word` stands in `text` as a word of its own.
fn find_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let is_alone = |at: &usize| {
        let before = text[..*at].chars().next_back().is_some_and(is_part);
        let after = text[at + word.len()..].chars().next().is_some_and(is_part);
        !before && !after
    };
    if word.is_empty() {
        return None;
    }
    text.match_indices(word).map(|(at, _)| at).find(is_alone)
}

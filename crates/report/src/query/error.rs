//! What is wrong with a query, where, and what there is.

use super::find_word;
use crate::ReportError;
use polars::prelude::{DataFrame, PolarsError};
use std::fmt;
use std::ops::Range;

/// Why a query has no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// A run that cannot be read, or an answer that cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A query that cannot be understood or answered.
    #[error("{place}{reason}")]
    Sql {
        /// What is wrong.
        reason: String,
        /// Where, as far as it is known.
        place: Place,
        /// What to do: the nearest name, and the names there are.
        help: String,
    },
}

/// A part of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The whole query.
    pub sql: String,
    /// Bytes of it; `None` where the fault has no place.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for Place {
    /// `line 1, column 8: `, or nothing.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Some(span) = &self.span else { return Ok(()) };
        let before = &self.sql[..span.start];
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        write!(f, "line {}, column {column}: ", before.matches('\n').count() + 1)
    }
}

/// The tables and their columns.
pub(super) struct Known {
    tables: Vec<(String, Vec<String>)>,
}

impl Known {
    pub(super) fn new(tables: &[(&str, DataFrame)]) -> Self {
        let columns = |frame: &DataFrame| frame.columns().iter().map(|column| column.name().to_string()).collect();
        Self { tables: tables.iter().map(|(name, frame)| ((*name).to_owned(), columns(frame))).collect() }
    }

    /// A line a table.
    fn list(&self) -> String {
        let quoted = |name: &String| {
            let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if is_plain { name.clone() } else { format!("\"{name}\"") }
        };
        let shown = self.tables.iter().filter(|(_, columns)| !columns.is_empty());
        let line = |(table, columns): &(String, Vec<String>)| {
            format!("columns of {table}: {}", columns.iter().map(quoted).collect::<Vec<_>>().join(", "))
        };
        shown.map(line).collect::<Vec<_>>().join("\n")
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        let names = self.tables.iter().flat_map(|(table, columns)| columns.iter().chain([table]));
        let scored = names.map(|known| (strsim::damerau_levenshtein(known, &name.to_lowercase()), known));
        scored.filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4).min().map(|(_, known)| known.as_str())
    }
}

impl QueryError {
    /// Whether the command line asks for something that cannot be.
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Sql { .. })
    }

    /// Whether the fault is this program's own.
    pub const fn is_internal(&self) -> bool {
        matches!(self, Self::Report(error) if error.is_internal())
    }

    /// polars' error in words of ours.
    pub(super) fn of(error: &PolarsError, sql: &str, known: &Known) -> Self {
        let text = error.to_string();
        let (reason, span) = if let Some((reason, span)) = syntax(&text, sql) {
            (reason, Some(span))
        } else {
            let reason = plain(&text);
            // Names of functions come back in small letters.
            let find = |name| find_word(sql, name).or_else(|| find_word(&sql.to_ascii_lowercase(), name));
            let span = quoted(&reason).and_then(|name| find(name).map(|at| at..at + name.len()));
            (reason, span)
        };
        let nearest = span.clone().and_then(|span| known.nearest(&sql[span]));
        let nearest =
            nearest.filter(|_| matches!(error, PolarsError::ColumnNotFound(_)) || text.contains("was not found"));
        let hint = nearest.map_or_else(String::new, |name| format!("did you mean {name}?\n"));
        Self::Sql {
            reason,
            place: Place { sql: sql.to_owned(), span },
            help: format!("{hint}tables: samples, results\n{}", known.list()),
        }
    }

    /// polars gave up with a panic.
    pub(super) fn panicked(sql: &str, known: &Known) -> Self {
        Self::Sql {
            reason: "polars cannot answer this query; write it in another way".to_owned(),
            place: Place { sql: sql.to_owned(), span: None },
            help: known.list(),
        }
    }

    /// A query that is too long.
    pub(super) fn long(bytes: usize, most: usize) -> Self {
        Self::Sql {
            reason: format!("a query has at most {most} bytes, and this one {bytes}"),
            place: Place { sql: String::new(), span: None },
            help: "put long lists into a table of values (WITH … AS (VALUES …)) or ask several times".to_owned(),
        }
    }

    /// A query that does not begin like one that reads.
    pub(super) fn writing(sql: &str, span: Range<usize>) -> Self {
        let word = &sql[span.clone()];
        let reason = if word.is_empty() {
            "there is no query here".to_owned()
        } else {
            format!("a query reads and begins with SELECT or WITH, not with {word}")
        };
        let help = "such as: SELECT model, task, AVG(acc) FROM samples GROUP BY model, task".to_owned();
        Self::Sql { reason, place: Place { sql: sql.to_owned(), span: (!word.is_empty()).then_some(span) }, help }
    }
}

/// Of the parser's message its words and its place, which it gives as line and column.
fn syntax(text: &str, sql: &str) -> Option<(String, Range<usize>)> {
    let (reason, place) = text.split_once(" at Line: ")?;
    let (line, column) = place.split_once(", Column: ")?;
    let column: usize = column.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()?;
    let line: usize = line.trim().parse().ok()?;
    let start: usize = sql.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = sql.get(start..)?;
    let at = start + rest.char_indices().nth(column.checked_sub(1)?).map_or(rest.len(), |(at, _)| at);
    let word = sql[at..].find(|c: char| c.is_whitespace()).unwrap_or(sql.len() - at);
    let reason = reason.rsplit("sql parser error: ").next().unwrap_or(reason);
    Some((lower(reason), at..at + word))
}

/// The first line without polars' lists of columns, which have a place of their own.
fn plain(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let line = line.split("; valid columns").next().unwrap_or(line);
    let line = ["not found: ", "SQL interface: ", "SQL syntax error: ", "SQL error: "]
        .iter()
        .fold(line, |line, prefix| line.strip_prefix(prefix).unwrap_or(line));
    line.replace("unable to find column", "there is no column").replace("relation", "table").trim().to_owned()
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// The first name in quotes.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['\'', '"'])?;
    let quote = text[start..].chars().next()?;
    let inside = &text[start + 1..];
    inside.split(quote).next().filter(|name| !name.is_empty() && inside.contains(quote))
}

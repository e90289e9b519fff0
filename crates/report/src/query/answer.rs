//! An answer in the forms that people and programs take.

use super::{records, table};
use crate::tables::cells;
use crate::text::{markdown, visible};
use crate::{ReportError, frame};
use polars::prelude::DataFrame;
use serde_json::{Map, Value};

/// The table's name in messages.
const WHAT: &str = "the answer";

/// How an answer is shown to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerOptions {
    /// Columns of the terminal.
    pub width: usize,
    /// Rows that are shown; the others are counted.
    pub rows: usize,
    /// Whether to use ANSI colours.
    pub color: bool,
}

/// The rows that a query gives.
#[derive(Clone, Debug)]
pub struct Answer {
    frame: DataFrame,
}

impl Answer {
    pub(super) const fn new(frame: DataFrame) -> Self {
        Self { frame }
    }

    /// How many rows there are.
    pub fn height(&self) -> usize {
        self.frame.height()
    }

    /// An aligned table of lines that fit the width; where there are too many columns for that, a line a cell.
    pub fn table(&self, options: &AnswerOptions) -> String {
        let shown = self.frame.head(Some(options.rows));
        let text = table::table(&shown, options).unwrap_or_else(|| records::records(&shown, options));
        text + &self.rest(&shown)
    }

    /// CSV: a heading and a line a row; lists as JSON.
    ///
    /// # Errors
    /// polars cannot encode it.
    pub fn csv(&self) -> Result<Vec<u8>, ReportError> {
        frame::csv_of(WHAT, &mut cells::flat(WHAT, &self.frame)?)
    }

    /// An array of objects, a key a column.
    pub fn json(&self) -> Value {
        let columns: Vec<_> =
            self.frame.columns().iter().map(|c| (c.name().to_string(), c.as_materialized_series().clone())).collect();
        let row = |row: usize| {
            let cell = |(name, series): &(String, polars::prelude::Series)| {
                (name.clone(), series.get(row).map_or(Value::Null, |cell| cells::json(&cell)))
            };
            Value::Object(columns.iter().map(cell).collect::<Map<_, _>>())
        };
        (0..self.frame.height()).map(row).collect()
    }

    /// A Markdown table of so many rows.
    pub fn markdown(&self, rows: usize) -> String {
        let shown = self.frame.head(Some(rows));
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let columns = shown.columns();
        let mut out = line(columns.iter().map(|column| markdown(column.name())).collect());
        let rule = |kind: bool| if kind { "---:" } else { "---" }.to_owned();
        out.push_str(&line(columns.iter().map(|column| rule(column.dtype().is_primitive_numeric())).collect()));
        let texts: Vec<Vec<String>> = columns.iter().map(table::texts).collect();
        out.extend((0..shown.height()).map(|row| line(texts.iter().map(|cells| markdown(&cells[row])).collect())));
        let rest = self.rest(&shown);
        if rest.is_empty() { out } else { format!("{out}\n{rest}") }
    }

    /// Parquet, with the columns' types.
    ///
    /// # Errors
    /// polars cannot encode it.
    pub fn parquet(&self) -> Result<Vec<u8>, ReportError> {
        frame::parquet(WHAT, &mut self.frame.clone())
    }

    /// How many rows are not shown.
    fn rest(&self, shown: &DataFrame) -> String {
        match self.height() - shown.height() {
            0 => String::new(),
            1 => "… and 1 more row\n".to_owned(),
            n => format!("… and {} more rows\n", crate::number::count(n as u64)),
        }
    }
}

/// A cell on one line.
pub(super) fn one_line(text: &str) -> String {
    visible(text).into_owned()
}

//! CSV and TSV.

use super::file::{DataFile, Table};
use super::quota::Quota;
use crate::config::{Header, Reading};
use crate::error::TaskError;
use csv::StringRecord;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::num::IntErrorKind;
use std::ops::Range;
use yardstick_core::{Map, Value};

/// What stands for no value, besides nothing at all: the words of pandas, which the `datasets` library reads with.
const NULLS: &[&str] = &[
    "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
];
const LONGEST_NULL: usize = 9;

/// The wanted rows. The whole file is read, since a column's type is that of all its cells: all integers, all numbers, all
/// `True`/`False`, or else text. Integers of a column with nulls are numbers with a point, as in pandas; and as there, a
/// column that needs the 64th bit for its numbers is text when it has a null or a sign as well.
pub(super) fn read(file: &DataFile, delimiter: u8, reading: &Reading, wanted: Range<u64>) -> Result<Table, TaskError> {
    fill(file.open_text()?, delimiter, reading, wanted).map_err(|reason| file.corrupt(&reason))
}

fn fill(mut text: impl BufRead, delimiter: u8, reading: &Reading, wanted: Range<u64>) -> Result<Table, String> {
    skip_lines(&mut text, reading.skip_lines).map_err(|error| error.to_string())?;
    let quota = Quota::default();
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(reading.delimiter.unwrap_or(delimiter))
        .quote(reading.quote.unwrap_or(b'"'))
        .has_headers(false)
        .buffer_capacity(1 << 16)
        .from_reader(quota.over(text));
    let mut records = reader.records().map(|record| {
        quota.renew();
        record.map_err(|error| error.to_string())
    });
    let first = header(&mut records, reading)?;
    let names = names(first.as_ref(), reading)?;
    let data_in_first = first.filter(|_| !takes_first(reading));
    let mut types = vec![Column::default(); names.len()];
    let (mut table, mut kept) = (Table::default(), Vec::new());
    for record in data_in_first.map(Ok).into_iter().chain(records) {
        let record = record?;
        types.iter_mut().zip(&record).for_each(|(column, cell)| column.see(cell, table.available));
        if table.counts(&wanted) {
            kept.push(record);
        }
    }
    names.iter().zip(&types).try_for_each(|(name, column)| column.check(name))?;
    table.rows = kept.iter().map(|record| row(record, &names, &types)).collect();
    Ok(table)
}

fn skip_lines(text: &mut impl BufRead, count: usize) -> std::io::Result<()> {
    for _ in 0..count {
        text.skip_until(b'\n')?;
    }
    Ok(())
}

/// Whether the first record is the header and no row.
const fn takes_first(reading: &Reading) -> bool {
    match reading.header {
        Header::Infer => reading.column_names.is_none(),
        Header::Absent => false,
        Header::Line(_) => true,
    }
}

/// The record with the names, or the first one when none has them.
fn header(
    records: &mut impl Iterator<Item = Result<StringRecord, String>>,
    reading: &Reading,
) -> Result<Option<StringRecord>, String> {
    let before = if let Header::Line(line) = reading.header { line } else { 0 };
    records.nth(before).transpose()
}

/// The columns' names: those of the task, those of the file, or numbers.
fn names(first: Option<&StringRecord>, reading: &Reading) -> Result<Vec<String>, String> {
    let width = first.map_or(0, StringRecord::len);
    let names = match &reading.column_names {
        Some(names) if names.len() != width && first.is_some() => {
            return Err(format!("it has {width} columns, and `column_names` names {}", names.len()));
        }
        Some(names) => names.clone(),
        None if takes_first(reading) => first.into_iter().flatten().enumerate().map(name).collect(),
        None => (0..width).map(|column| column.to_string()).collect(),
    };
    let mut known = BTreeSet::new();
    match names.iter().find(|name| !known.insert(*name)) {
        Some(name) => Err(format!("two columns are called `{name}`; rename one of them")),
        None => Ok(names),
    }
}

fn name((at, name): (usize, &str)) -> String {
    if name.is_empty() { format!("Unnamed: {at}") } else { name.to_owned() }
}

fn row(record: &StringRecord, names: &[String], types: &[Column]) -> Map {
    let cells = record.iter().zip(types).map(|(cell, column)| column.value(cell));
    names.iter().cloned().zip(cells).collect()
}

fn is_null(cell: &str) -> bool {
    cell.is_empty() || cell.len() <= LONGEST_NULL && NULLS.contains(&cell)
}

/// What a column's cells so far are.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent findings")]
struct Column {
    ruled_out: RuledOut,
    has_null: bool,
    has_value: bool,
    has_negative: bool,
    /// Some integer needs the 64th bit.
    has_large: bool,
    /// The first integer of more than 64 bits, with its row.
    too_large: Option<(u64, String)>,
}

/// Types of which some cell is none.
#[derive(Clone, Copy, Debug, Default)]
struct RuledOut {
    int: bool,
    float: bool,
    truth: bool,
}

impl Column {
    fn see(&mut self, cell: &str, row: u64) {
        if is_null(cell) {
            self.has_null = true;
            return;
        }
        self.has_value = true;
        let RuledOut { int: no_int, float: no_float, truth: no_truth } = &mut self.ruled_out;
        *no_float = *no_float || float(cell).is_none();
        *no_truth = *no_truth || truth(cell).is_none();
        match if *no_int { None } else { int(cell) } {
            None => *no_int = true,
            Some(Int::Signed(number)) => self.has_negative |= number < 0,
            Some(Int::Unsigned(_)) => self.has_large = true,
            Some(Int::TooLarge) => {
                self.too_large.get_or_insert_with(|| (row, cell.trim().to_owned()));
            }
        }
    }

    /// Refuses integers of more than 64 bits, as the `datasets` library does.
    fn check(&self, name: &str) -> Result<(), String> {
        let too_large = self.too_large.as_ref().filter(|_| !self.ruled_out.int);
        too_large.map_or(Ok(()), |(row, cell)| {
            Err(format!(
                "row {row}, column `{name}`: {cell} has more than 64 bits; a file of JSON lines can have it as a string"
            ))
        })
    }

    /// Whether the numbers fit no type that has them all.
    const fn is_text(&self) -> bool {
        !self.ruled_out.int && self.has_large && (self.has_null || self.has_negative)
    }

    fn value(&self, cell: &str) -> Value {
        if self.is_text() {
            return Value::from(cell);
        }
        if is_null(cell) || !self.has_value {
            return Value::Null;
        }
        let number = match self.ruled_out {
            RuledOut { int: false, .. } if !self.has_null => int(cell).and_then(Int::value),
            RuledOut { float: false, .. } => float(cell).map(Value::Float),
            RuledOut { truth: false, .. } => truth(cell).map(Value::Bool),
            _ => None,
        };
        number.unwrap_or_else(|| Value::from(cell))
    }
}

/// An integer by the bits that it needs.
#[derive(Clone, Copy, Debug)]
enum Int {
    Signed(i64),
    Unsigned(u64),
    TooLarge,
}

impl Int {
    fn value(self) -> Option<Value> {
        match self {
            Self::Signed(number) => Some(Value::Int(number)),
            Self::Unsigned(number) => Some(Value::UInt(number)),
            Self::TooLarge => None,
        }
    }
}

fn int(cell: &str) -> Option<Int> {
    let digits = cell.trim();
    match digits.parse() {
        Ok(number) => Some(Int::Signed(number)),
        Err(error) if matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => {
            Some(digits.parse().map_or(Int::TooLarge, Int::Unsigned))
        }
        Err(_) => None,
    }
}

fn float(cell: &str) -> Option<f64> {
    cell.trim().parse().ok()
}

fn truth(cell: &str) -> Option<bool> {
    match cell {
        "True" | "true" | "TRUE" => Some(true),
        "False" | "false" | "FALSE" => Some(false),
        _ => None,
    }
}

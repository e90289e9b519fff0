//! CSV and TSV, first line the column names.

use super::file::{DataFile, Table};
use crate::error::TaskError;
use yardstick_core::{Map, Value};

/// At most `limit` rows. The whole file is read, since a column's type is that of all its cells: all integers, all numbers,
/// all `True`/`False`, or else text. An empty cell is null; words such as `NA` and `None` stay text.
pub(super) fn read(file: &DataFile, delimiter: u8, limit: usize) -> Result<Table, TaskError> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file.open()?);
    let bad = |error: csv::Error| file.corrupt(&error.to_string());
    let names: Vec<String> = reader.headers().map_err(bad)?.iter().map(str::to_owned).collect();
    let records = reader.records().collect::<Result<Vec<_>, _>>().map_err(bad)?;
    let types: Vec<Type> =
        (0..names.len()).map(|column| Type::of(records.iter().filter_map(|r| r.get(column)))).collect();
    let rows = records.iter().take(limit).map(|record| row(record, &names, &types)).collect();
    Ok(Table { rows, available: records.len() as u64 })
}

fn row(record: &csv::StringRecord, names: &[String], types: &[Type]) -> Map {
    let cells = record.iter().zip(types).map(|(cell, kind)| kind.value(cell));
    names.iter().cloned().zip(cells).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Int,
    Float,
    Bool,
    Text,
}

impl Type {
    fn of<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> Self {
        let mut full = cells.filter(|cell| !cell.is_empty()).peekable();
        if full.peek().is_none() {
            return Self::Text;
        }
        let fits = |kind: Self| full.clone().all(|cell| kind.parse(cell).is_some());
        [Self::Int, Self::Float, Self::Bool].into_iter().find(|kind| fits(*kind)).unwrap_or(Self::Text)
    }

    fn value(self, cell: &str) -> Value {
        if cell.is_empty() { Value::Null } else { self.parse(cell).unwrap_or(Value::Null) }
    }

    fn parse(self, cell: &str) -> Option<Value> {
        match self {
            Self::Int => cell.parse().ok().map(Value::Int),
            // Rust also reads "inf", "nan" and "infinity", which in a text column are words.
            Self::Float => cell.bytes().any(|b| b.is_ascii_digit()).then(|| cell.parse().ok().map(Value::Float))?,
            Self::Bool => match cell {
                "True" | "true" | "TRUE" => Some(Value::Bool(true)),
                "False" | "false" | "FALSE" => Some(Value::Bool(false)),
                _ => None,
            },
            Self::Text => Some(Value::from(cell)),
        }
    }
}

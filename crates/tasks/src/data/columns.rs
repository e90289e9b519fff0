//! One set of columns for all rows of a JSON file, as a table has it.

use std::collections::BTreeMap;
use yardstick_core::{Map, Value};

/// More columns than any dataset has; an object with more of them is no row.
const MOST_COLUMNS: usize = 10_000;

/// The columns that rows had so far, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Columns {
    all: Vec<Column>,
    /// Where each name stands.
    places: BTreeMap<String, usize>,
}

#[derive(Debug)]
struct Column {
    name: String,
    ints: bool,
    floats: bool,
}

impl Columns {
    /// Takes a row's columns in.
    ///
    /// # Errors
    /// More columns than a table may have.
    pub fn see(&mut self, row: &Map) -> Result<(), String> {
        for (at, (name, value)) in row.iter().enumerate() {
            let column = self.column(at, name)?;
            column.ints |= matches!(value, Value::Int(_));
            column.floats |= matches!(value, Value::Float(_));
        }
        Ok(())
    }

    /// The column of that name, which most rows have at the same place.
    fn column(&mut self, at: usize, name: &str) -> Result<&mut Column, String> {
        let known = match self.all.get(at) {
            Some(column) if column.name == name => Some(at),
            _ => self.places.get(name).copied(),
        };
        if known.is_none() && self.all.len() == MOST_COLUMNS {
            return Err(format!("more than {MOST_COLUMNS} different columns"));
        }
        let at = known.unwrap_or_else(|| {
            self.places.insert(name.to_owned(), self.all.len());
            self.all.push(Column { name: name.to_owned(), ints: false, floats: false });
            self.all.len() - 1
        });
        Ok(&mut self.all[at])
    }

    /// Gives every row every column: null where it has none, and a number with a point where others have one.
    pub fn complete(&self, rows: &mut [Map]) {
        let is_mixed = self.all.iter().any(Column::is_mixed);
        for row in rows {
            if is_mixed || !row.keys().eq(self.all.iter().map(|column| column.name.as_str())) {
                let mut cells: BTreeMap<_, _> = std::mem::take(row).into_iter().collect();
                *row = self.all.iter().map(|column| (column.name.clone(), column.take(&mut cells))).collect();
            }
        }
    }
}

impl Column {
    const fn is_mixed(&self) -> bool {
        self.ints && self.floats
    }

    fn take(&self, cells: &mut BTreeMap<String, Value>) -> Value {
        match cells.remove(&self.name) {
            Some(Value::Int(number)) if self.is_mixed() => Value::Float(number as f64),
            cell => cell.unwrap_or_default(),
        }
    }
}

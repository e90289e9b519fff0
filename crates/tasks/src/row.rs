//! A row with its place, so that whatever reads a cell can say what is wrong with it.

use crate::error::{RowPlace, TaskError, nearest};
use yardstick_core::{Map, Value};

/// A row of a dataset as hooks and fields see it.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Column name → cell.
    pub fields: &'a Map,
    /// The data file.
    pub file: &'a str,
    /// Row in that file, counted from 0.
    pub row: u64,
}

impl<'a> Row<'a> {
    /// Where the row is, for messages.
    pub fn place(&self) -> RowPlace {
        RowPlace { file: self.file.to_owned(), row: self.row }
    }

    /// The cell of a column.
    ///
    /// # Errors
    /// [`TaskError::MissingColumn`], with the most similar column that there is.
    pub fn cell(&self, column: &str) -> Result<&'a Value, TaskError> {
        self.fields.get(column).ok_or_else(|| self.missing(column))
    }

    /// The text of a string cell.
    ///
    /// # Errors
    /// No such column, or another type.
    pub fn str(&self, column: &str) -> Result<&'a str, TaskError> {
        let cell = self.cell(column)?;
        cell.as_str().ok_or_else(|| self.bad(column, "a string", cell))
    }

    /// The text of a string cell; `None` for a null.
    ///
    /// # Errors
    /// No such column, or another type.
    pub fn text_or_null(&self, column: &str) -> Result<Option<&'a str>, TaskError> {
        match self.cell(column)? {
            Value::Null => Ok(None),
            Value::Str(text) => Ok(Some(text)),
            other => Err(self.bad(column, "a string or null", other)),
        }
    }

    /// The number of an integer cell.
    ///
    /// # Errors
    /// No such column, or another type.
    pub fn int(&self, column: &str) -> Result<i64, TaskError> {
        let cell = self.cell(column)?;
        cell.as_int().ok_or_else(|| self.bad(column, "an integer", cell))
    }

    /// The items of a list cell.
    ///
    /// # Errors
    /// No such column, or another type.
    pub fn list(&self, column: &str) -> Result<&'a [Value], TaskError> {
        let cell = self.cell(column)?;
        cell.as_list().ok_or_else(|| self.bad(column, "a list", cell))
    }

    /// The fields of a struct cell, as a row of the same place.
    ///
    /// # Errors
    /// No such column, or another type.
    pub fn inner(&self, column: &str) -> Result<Row<'a>, TaskError> {
        let cell = self.cell(column)?;
        self.fields_of(column, cell)
    }

    /// The fields of a value that was found in `column`, as a row of the same place.
    ///
    /// # Errors
    /// The value is no struct.
    pub fn fields_of(&self, column: &str, value: &'a Value) -> Result<Row<'a>, TaskError> {
        let fields = value.as_map().ok_or_else(|| self.bad(column, "a struct", value))?;
        Ok(Row { fields, ..*self })
    }

    /// The texts of a list of strings.
    ///
    /// # Errors
    /// No such column, or another type.
    pub fn strs(&self, column: &str) -> Result<Vec<&'a str>, TaskError> {
        let cell = self.cell(column)?;
        let texts = cell.as_list().and_then(|items| items.iter().map(Value::as_str).collect());
        texts.ok_or_else(|| self.bad(column, "a list of strings", cell))
    }

    /// The error that a cell is not what it must be.
    pub fn bad(&self, column: &str, expected: &str, found: &Value) -> TaskError {
        let expected = expected.to_owned();
        TaskError::BadCell { row: self.place(), column: column.to_owned(), expected, found: describe(found) }
    }

    /// The error that a column is not there.
    pub fn missing(&self, column: &str) -> TaskError {
        let nearest = nearest(column, self.fields.keys());
        TaskError::MissingColumn { row: self.place(), column: column.to_owned(), nearest }
    }
}

/// A value's kind and its beginning.
fn describe(value: &Value) -> String {
    const SHOWN: usize = 40;
    match value {
        Value::Null => "null".to_owned(),
        Value::Str(text) if text.chars().count() > SHOWN => {
            format!("the string {:?}…", text.chars().take(SHOWN).collect::<String>())
        }
        Value::Str(text) => format!("the string {text:?}"),
        Value::Bool(b) => format!("the bool {b}"),
        Value::Int(i) => format!("the int {i}"),
        Value::UInt(i) => format!("the int {i}"),
        Value::Float(f) => format!("the float {f}"),
        Value::List(items) => format!("a list of {}", items.len()),
        Value::Map(_) => "a struct".to_owned(),
    }
}

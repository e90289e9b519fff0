//! Parquet through the record reader: nested lists and structs as they are, columns in file order.

use super::file::{Content, DataFile, Table, io};
use crate::error::TaskError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use std::fs::File;
use yardstick_core::{Map, Value};

/// At most `limit` rows; the count of all is in the file's footer.
///
/// The reader panics at some kinds of damage (a negative offset, a page without its dictionary). One bad file must not take
/// down a run with finished work, so a panic is an error like any other.
pub(super) fn read(file: &DataFile, limit: usize) -> Result<Table, TaskError> {
    std::panic::catch_unwind(|| read_rows(file, limit))
        .unwrap_or_else(|_| Err(file.corrupt("its pages contradict its footer")))
}

fn read_rows(file: &DataFile, limit: usize) -> Result<Table, TaskError> {
    let Content::Disk(path) = &file.content else {
        return Err(file.corrupt("parquet files are not embedded"));
    };
    let bad = |error: parquet::errors::ParquetError| file.corrupt(&error.to_string());
    let reader = SerializedFileReader::new(File::open(path).map_err(|e| io(path, e))?).map_err(bad)?;
    let available = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
    let mut rows = Vec::new();
    for (index, record) in reader.get_row_iter(None).map_err(bad)?.take(limit).enumerate() {
        rows.push(row(record.map_err(bad)?).map_err(|reason| file.corrupt(&format!("row {index}: {reason}")))?);
    }
    Ok(Table { rows, available })
}

fn row(record: Row) -> Result<Map, String> {
    let cell = |(name, field): (String, Field)| match value(field) {
        Ok(value) => Ok((name, value)),
        Err(reason) => Err(format!("column `{name}`: {reason}")),
    };
    record.into_columns().into_iter().map(cell).collect()
}

fn value(field: Field) -> Result<Value, String> {
    Ok(match field {
        Field::Null => Value::Null,
        Field::Bool(b) => Value::Bool(b),
        Field::Byte(i) => Value::Int(i.into()),
        Field::Short(i) => Value::Int(i.into()),
        Field::Int(i) | Field::Date(i) | Field::TimeMillis(i) => Value::Int(i.into()),
        Field::Long(i) | Field::TimeMicros(i) | Field::TimestampMillis(i) | Field::TimestampMicros(i) => Value::Int(i),
        Field::UByte(i) => Value::Int(i.into()),
        Field::UShort(i) => Value::Int(i.into()),
        Field::UInt(i) => Value::Int(i.into()),
        Field::ULong(i) => i64::try_from(i).map_or(Value::Float(i as f64), Value::Int),
        Field::Float16(f) => Value::Float(f.to_f64()),
        Field::Float(f) => Value::Float(f.into()),
        Field::Double(f) => Value::Float(f),
        Field::Str(text) => Value::Str(text),
        // Old writers leave out that a column is text.
        Field::Bytes(bytes) => {
            Value::Str(bytes.as_utf8().map_err(|_| "bytes that are not UTF-8".to_owned())?.to_owned())
        }
        Field::Decimal(_) => return Err("decimal numbers are not supported".to_owned()),
        Field::Group(record) => Value::Map(row(record)?),
        Field::ListInternal(list) => Value::List(list.elements().iter().cloned().map(value).collect::<Result<_, _>>()?),
        Field::MapInternal(map) => Value::Map(
            map.entries()
                .iter()
                .map(|(key, field)| Ok((key_text(key), value(field.clone())?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

fn key_text(key: &Field) -> String {
    match key {
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

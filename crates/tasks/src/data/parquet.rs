//! Parquet through the record reader: nested lists and structs as they are, columns in file order.

use super::file::{Content, DataFile, LARGEST_ROW, Table, io};
use super::lines::too_large;
use super::{calendar, python_bytes};
use crate::error::TaskError;
use parquet::basic::{Compression, LogicalType, TimeUnit};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use std::fs::File;
use std::ops::Range;
use yardstick_core::{Map, Value};

/// What is shown of a reader's error, which may quote a whole cell.
const LONGEST_REASON: usize = 300;
/// More than all that a column chunk has besides its cells.
const PAGE_HEADERS: u64 = 16 << 20;

/// The wanted rows; the count of all is in the file's footer.
///
/// The reader panics at some kinds of damage (a negative offset, a page without its dictionary). One bad file must not take
/// down a run with finished work, so a panic is an error like any other.
pub(super) fn read(file: &DataFile, wanted: Range<u64>) -> Result<Table, TaskError> {
    std::panic::catch_unwind(|| read_rows(file, &wanted))
        .unwrap_or_else(|_| Err(file.corrupt("its pages contradict its footer")))
}

fn read_rows(file: &DataFile, wanted: &Range<u64>) -> Result<Table, TaskError> {
    let Content::Disk(path) = &file.content else {
        return Err(file.corrupt("parquet files are not embedded"));
    };
    let handle = File::open(path).map_err(|e| io(path, e))?;
    let reader = SerializedFileReader::new(handle).map_err(|error| file.corrupt(&error.to_string()))?;
    let available = u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or(0);
    let mut table = Table { rows: Vec::new(), available };
    fill(&mut table.rows, &reader, wanted).map_err(|reason| file.corrupt(&shortened(reason)))?;
    Ok(table)
}

fn shortened(mut reason: String) -> String {
    if let Some((at, _)) = reason.char_indices().nth(LONGEST_REASON) {
        reason.truncate(at);
        reason.push('…');
    }
    reason
}

/// The wanted rows of all row groups; groups without them are not read.
fn fill(rows: &mut Vec<Map>, reader: &dyn FileReader, wanted: &Range<u64>) -> Result<(), String> {
    let nanos = nanosecond_columns(reader.metadata());
    let mut start = 0;
    for index in 0..reader.num_row_groups() {
        let group = reader.metadata().row_group(index);
        let end = start + u64::try_from(group.num_rows()).unwrap_or(0);
        let inside = wanted.start.max(start)..wanted.end.min(end);
        if !inside.is_empty() {
            group.columns().iter().try_for_each(|column| check(column, start))?;
            let group = reader.get_row_group(index).map_err(|error| error.to_string())?;
            let records = group.get_row_iter(None).map_err(|error| error.to_string())?;
            let skipped = usize::try_from(inside.start - start).unwrap_or(usize::MAX);
            for (at, record) in inside.zip(records.skip(skipped)) {
                let at_row = |reason: String| format!("row {at}: {reason}");
                rows.push(record.map_err(|e| e.to_string()).and_then(|record| row(record, &nanos)).map_err(at_row)?);
            }
        }
        start = end;
    }
    Ok(())
}

/// Refuses what cannot be read before it is: codecs that are not built in, and columns of which some cell must be too large,
/// since all cells together are larger than that many of the largest.
fn check(column: &ColumnChunkMetaData, first_row: u64) -> Result<(), String> {
    let name = column.column_path().string();
    let codec = match column.compression() {
        Compression::UNCOMPRESSED | Compression::SNAPPY | Compression::ZSTD(_) => None,
        other => Some(other),
    };
    if let Some(codec) = codec {
        return Err(format!("column `{name}` is compressed by {codec}; write the file with snappy or zstd"));
    }
    let cells = u64::try_from(column.num_values()).unwrap_or(0);
    let bytes = u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX);
    if bytes > cells.max(1).saturating_mul(LARGEST_ROW).saturating_add(PAGE_HEADERS) {
        return Err(format!("row {first_row} or one after it: column `{name}`: {}", too_large()));
    }
    Ok(())
}

/// Top-level columns of timestamps in nanoseconds, which the record reader gives as bare integers.
fn nanosecond_columns(metadata: &ParquetMetaData) -> Vec<bool> {
    let is_nanos = |kind: Option<&LogicalType>| matches!(kind, Some(LogicalType::Timestamp(stamp)) if matches!(stamp.unit, TimeUnit::NANOS));
    let fields = metadata.file_metadata().schema().get_fields();
    fields.iter().map(|field| is_nanos(field.get_basic_info().logical_type_ref())).collect()
}

fn row(record: Row, nanos: &[bool]) -> Result<Map, String> {
    let mut size = 0;
    let cell = |((name, field), is_nanos): ((String, Field), bool)| {
        let value = match field {
            Field::Long(count) if is_nanos => Ok(Value::Str(calendar::timestamp(count, 1_000_000_000))),
            field => value(field, &mut size),
        };
        value.map(|value| (name.clone(), value)).map_err(|reason| format!("column `{name}`: {reason}"))
    };
    let nanos = nanos.iter().copied().chain(std::iter::repeat(false));
    record.into_columns().into_iter().zip(nanos).map(cell).collect()
}

/// A cell. Dates, times and decimal numbers become the text that Python prints for them.
fn value(field: Field, size: &mut u64) -> Result<Value, String> {
    Ok(match field {
        Field::Null => Value::Null,
        Field::Bool(b) => Value::Bool(b),
        Field::Byte(i) => Value::Int(i.into()),
        Field::Short(i) => Value::Int(i.into()),
        Field::Int(i) => Value::Int(i.into()),
        Field::Long(i) => Value::Int(i),
        Field::UByte(i) => Value::Int(i.into()),
        Field::UShort(i) => Value::Int(i.into()),
        Field::UInt(i) => Value::Int(i.into()),
        Field::ULong(i) => Value::from(i),
        Field::Float16(f) => Value::Float(f.to_f64()),
        Field::Float(f) => Value::Float(f.into()),
        Field::Double(f) => Value::Float(f),
        Field::Date(days) => Value::Str(calendar::date(days.into())),
        Field::TimeMillis(count) => Value::Str(calendar::time(count.into(), 1000)),
        Field::TimeMicros(count) => Value::Str(calendar::time(count, 1_000_000)),
        Field::TimestampMillis(count) => Value::Str(calendar::timestamp(count, 1000)),
        Field::TimestampMicros(count) => Value::Str(calendar::timestamp(count, 1_000_000)),
        Field::Decimal(_) => Value::Str(field.to_string()),
        Field::Str(text) => Value::Str(within(text, size)?),
        // Old writers leave out that a column is text.
        Field::Bytes(bytes) => Value::Str(match bytes.as_utf8() {
            Ok(text) => within(text.to_owned(), size)?,
            Err(_) => within(python_bytes::repr(bytes.data()), size)?,
        }),
        Field::Group(record) => Value::Map(fields(record, size)?),
        Field::ListInternal(list) => {
            Value::List(list.elements().iter().map(|item| value(item.clone(), size)).collect::<Result<_, _>>()?)
        }
        Field::MapInternal(map) => Value::Map(
            map.entries()
                .iter()
                .map(|(key, field)| Ok((key_text(key), value(field.clone(), size)?)))
                .collect::<Result<_, String>>()?,
        ),
    })
}

fn fields(record: Row, size: &mut u64) -> Result<Map, String> {
    let cell = |(name, field): (String, Field)| Ok((name, value(field, size)?));
    record.into_columns().into_iter().map(cell).collect()
}

/// The text, unless its row has more than it may.
fn within(text: String, size: &mut u64) -> Result<String, String> {
    *size += text.len() as u64;
    if *size > LARGEST_ROW { Err(too_large()) } else { Ok(text) }
}

fn key_text(key: &Field) -> String {
    match key {
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    }
}

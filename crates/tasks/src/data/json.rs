//! JSON: an object a line, or one list of objects.

use super::file::{DataFile, Table};
use crate::error::TaskError;
use std::io::{BufRead, BufReader};
use yardstick_core::{Map, Value};

/// At most `limit` rows of a `.jsonl` or `.json` file.
pub(super) fn read(file: &DataFile, limit: usize) -> Result<Table, TaskError> {
    let mut reader = BufReader::new(file.open()?);
    skip_byte_order_mark(&mut reader).map_err(|error| file.corrupt(&error.to_string()))?;
    if begins_a_list(&mut reader).map_err(|error| file.corrupt(&error.to_string()))? {
        return list(file, reader, limit);
    }
    lines(file, reader, limit)
}

/// Some editors put one before UTF-8.
fn skip_byte_order_mark(reader: &mut impl BufRead) -> std::io::Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if reader.fill_buf()?.starts_with(MARK) {
        reader.consume(MARK.len());
    }
    Ok(())
}

fn begins_a_list(reader: &mut impl BufRead) -> std::io::Result<bool> {
    loop {
        let buffer = reader.fill_buf()?;
        let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank == 0 || blank < buffer.len() {
            return Ok(buffer.get(blank) == Some(&b'['));
        }
        reader.consume(blank);
    }
}

fn list(file: &DataFile, reader: impl BufRead, limit: usize) -> Result<Table, TaskError> {
    let mut rows: Vec<Map> = serde_json::from_reader(reader).map_err(|error| file.corrupt(&error.to_string()))?;
    let available = rows.len() as u64;
    rows.truncate(limit);
    Ok(Table { rows, available })
}

fn lines(file: &DataFile, reader: impl BufRead, limit: usize) -> Result<Table, TaskError> {
    let mut table = Table::default();
    for (index, line) in reader.lines().enumerate() {
        let at = |reason: String| file.corrupt(&format!("line {}: {reason}", index + 1));
        let line = line.map_err(|error| at(error.to_string()))?;
        if line.trim().is_empty() {
            continue;
        }
        table.available += 1;
        if table.rows.len() < limit {
            table.rows.push(row(&line).map_err(at)?);
        }
    }
    Ok(table)
}

fn row(line: &str) -> Result<Map, String> {
    match serde_json::from_str(line) {
        Ok(Value::Map(map)) => Ok(map),
        Ok(other) => Err(format!("a row must be an object, but is a {}", other.kind())),
        Err(error) => Err(format!("not valid JSON: {error}")),
    }
}

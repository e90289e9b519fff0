//! JSON: an object a line, one list of objects, objects one after another, or a list under a key.

use super::columns::Columns;
use super::file::{DataFile, Table};
use super::lines::Lines;
use super::quota::Quota;
use crate::config::Reading;
use crate::error::TaskError;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::io::{BufRead, Read};
use std::ops::Range;
use yardstick_core::{Map, Value};

/// The wanted rows. All rows are read, since they have one set of columns: what a row lacks is null.
pub(super) fn read(file: &DataFile, reading: &Reading, wanted: Range<u64>) -> Result<Table, TaskError> {
    let mut rows = Rows { wanted, ..Rows::default() };
    fill(&mut rows, file.open_text()?, reading).map_err(|reason| file.corrupt(&reason))?;
    rows.columns.complete(&mut rows.table.rows);
    Ok(rows.table)
}

fn fill(rows: &mut Rows, mut reader: impl BufRead, reading: &Reading) -> Result<(), String> {
    if let Some(field) = &reading.field {
        return document(rows, reader, Some(field));
    }
    match first_byte(&mut reader).map_err(|error| error.to_string())? {
        Some(b'[') => document(rows, reader, None),
        _ => lines(rows, reader),
    }
}

/// The first byte that is no space.
fn first_byte(reader: &mut impl BufRead) -> std::io::Result<Option<u8>> {
    loop {
        let buffer = reader.fill_buf()?;
        let blank = buffer.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank == 0 || blank < buffer.len() {
            return Ok(buffer.get(blank).copied());
        }
        reader.consume(blank);
    }
}

/// One list, or the value under a key of one object.
fn document(rows: &mut Rows, reader: impl BufRead, field: Option<&str>) -> Result<(), String> {
    let quota = Quota::default();
    let mut json = serde_json::Deserializer::from_reader(quota.over(reader));
    let list = List { rows, quota: &quota };
    match field {
        Some(name) => Field { name, list }.deserialize(&mut json),
        None => list.deserialize(&mut json),
    }
    .and_then(|()| json.end())
    .map_err(|error| not_json(&error))
}

fn lines(rows: &mut Rows, reader: impl BufRead) -> Result<(), String> {
    let mut lines = Lines::new(reader);
    while let Some((number, line)) = lines.next()? {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(line) {
            Ok(value) => rows.push(value).map_err(|reason| format!("line {number}: {reason}"))?,
            // An object may go on in the next lines when the first one does.
            Err(error) if error.is_eof() && rows.table.available == 0 => {
                let begun = std::io::Cursor::new(line.as_bytes().to_vec());
                return objects(rows, begun.chain(lines.rest()), number, &not_json_line(&error));
            }
            Err(error) => return Err(format!("line {number}: {}", not_json_line(&error))),
        }
    }
    Ok(())
}

/// Objects that are not a line each.
fn objects(rows: &mut Rows, reader: impl BufRead, first_line: u64, first_error: &str) -> Result<(), String> {
    let quota = Quota::default();
    let stream = serde_json::Deserializer::from_reader(quota.over(reader)).into_iter::<Value>();
    for value in stream {
        let row = rows.table.available;
        match value {
            Ok(value) => rows.push(value).map_err(|reason| format!("row {row}: {reason}"))?,
            Err(_) if row == 0 => return Err(format!("line {first_line}: {first_error}")),
            Err(error) => return Err(format!("row {row}: {}", not_json(&error))),
        }
        quota.renew();
    }
    Ok(())
}

fn not_json(error: &serde_json::Error) -> String {
    format!("not valid JSON: {error}")
}

/// The same of one line, whose number is known: the parser counts from its beginning.
fn not_json_line(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    let place = if error.is_eof() { "its end".to_owned() } else { format!("column {}", error.column()) };
    format!("not valid JSON at {place}: {reason}")
}

/// The value with integers of at most 64 bits with a sign: the `datasets` library reads larger ones of JSON as numbers with
/// a point.
fn signed(value: Value) -> Value {
    match value {
        Value::UInt(number) => Value::Float(number as f64),
        Value::List(items) => Value::List(items.into_iter().map(signed).collect()),
        Value::Map(fields) => Value::Map(fields.into_iter().map(|(name, value)| (name, signed(value))).collect()),
        other => other,
    }
}

/// Rows as they are found.
#[derive(Debug, Default)]
struct Rows {
    table: Table,
    wanted: Range<u64>,
    columns: Columns,
    /// Rows that are bare strings.
    n_texts: u64,
}

impl Rows {
    /// The next row; a bare string is one with the column `text`, where all rows are strings.
    fn push(&mut self, value: Value) -> Result<(), String> {
        let row = match signed(value) {
            Value::Map(map) if self.n_texts == 0 => map,
            value @ Value::Str(_) if self.n_texts == self.table.available => {
                self.n_texts += 1;
                Map::from_iter([("text".to_owned(), value)])
            }
            Value::Map(_) => return Err("a row must be a string like those before it, but is a map".to_owned()),
            other => return Err(format!("a row must be an object, but is a {}", other.kind())),
        };
        self.columns.see(&row)?;
        if self.table.counts(&self.wanted) {
            self.table.rows.push(row);
        }
        Ok(())
    }

    /// Columns as lists of equal length.
    fn push_columns(&mut self, columns: &Map) -> Result<(), String> {
        let list = |(name, value): (&str, &Value)| {
            let cells = value.as_list().map(|cells| (name.to_owned(), cells.to_vec()));
            cells.ok_or_else(|| format!("column `{name}` must be a list, but is a {}", value.kind()))
        };
        let columns = columns.iter().map(list).collect::<Result<Vec<_>, _>>()?;
        let count = columns.first().map_or(0, |(_, cells)| cells.len());
        if let Some((name, cells)) = columns.iter().find(|(_, cells)| cells.len() != count) {
            return Err(format!("column `{name}` has {} cells, and the first one {count}", cells.len()));
        }
        (0..count).try_for_each(|row| {
            self.push(Value::Map(columns.iter().map(|(name, cells)| (name.clone(), cells[row].clone())).collect()))
        })
    }
}

/// A list of rows, each dropped as soon as it is known not to be wanted.
struct List<'a> {
    rows: &'a mut Rows,
    quota: &'a Quota,
}

impl<'de> DeserializeSeed<'de> for List<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for List<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of rows, or an object of columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(value) = seq.next_element()? {
            let row = self.rows.table.available;
            self.rows.push(value).map_err(|reason| A::Error::custom(format_args!("row {row}: {reason}")))?;
            self.quota.renew();
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut columns = Map::new();
        while let Some((name, cells)) = access.next_entry::<String, Value>()? {
            columns.insert(name, cells);
            self.quota.renew();
        }
        self.rows.push_columns(&columns).map_err(A::Error::custom)
    }
}

/// An object of which one key holds the rows.
struct Field<'a> {
    name: &'a str,
    list: List<'a>,
}

impl<'de> DeserializeSeed<'de> for Field<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Field<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "an object with the key `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        let mut list = Some(self.list);
        let mut others = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            if let Some(list) = list.take_if(|_| key == self.name) {
                access.next_value_seed(list)?;
            } else {
                access.next_value::<IgnoredAny>()?;
                others.push(key);
            }
        }
        match list {
            None => Ok(()),
            Some(_) => Err(A::Error::custom(format_args!("no key `{}`, only {}", self.name, others.join(", ")))),
        }
    }
}

//! Cells of a table as JSON and as text.

use crate::ReportError;
use crate::frame::encode_error;
use polars::prelude::{AnyValue, Column, DataFrame, DataType};
use serde_json::{Map, Number, Value};

/// A cell as JSON: lists as arrays, structs as objects; a number that is not finite as text (`inf`, `-inf`, `NaN`), as in
/// run.json; dates and the like as text.
pub(crate) fn json(cell: &AnyValue) -> Value {
    match cell {
        AnyValue::Null => Value::Null,
        AnyValue::Boolean(value) => Value::Bool(*value),
        AnyValue::UInt8(n) => (*n).into(),
        AnyValue::UInt16(n) => (*n).into(),
        AnyValue::UInt32(n) => (*n).into(),
        AnyValue::UInt64(n) => (*n).into(),
        AnyValue::Int8(n) => (*n).into(),
        AnyValue::Int16(n) => (*n).into(),
        AnyValue::Int32(n) => (*n).into(),
        AnyValue::Int64(n) => (*n).into(),
        AnyValue::Float32(number) => float(f64::from(*number)),
        AnyValue::Float64(number) => float(*number),
        AnyValue::List(series) => series.iter().map(|item| json(&item)).collect(),
        AnyValue::Struct(_, _, fields) => {
            let names = fields.iter().map(|field| field.name().to_string());
            Value::Object(names.zip(cell._iter_struct_av().map(|value| json(&value))).collect::<Map<_, _>>())
        }
        other => other.get_str().map_or_else(|| other.to_string(), str::to_owned).into(),
    }
}

fn float(number: f64) -> Value {
    Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
}

/// A cell as text: nothing for null, words as they are, everything else as JSON.
pub(crate) fn text(cell: &AnyValue) -> String {
    match cell {
        AnyValue::Float64(number) => number.to_string(),
        cell => match json(cell) {
            Value::Null => String::new(),
            Value::String(text) => text,
            other => other.to_string(),
        },
    }
}

/// Whether a column holds lists or structs, which CSV has no place for.
pub(crate) fn is_nested(kind: &DataType) -> bool {
    kind.is_nested()
}

/// The table with its lists and structs as JSON.
pub(crate) fn flat(what: &str, frame: &DataFrame) -> Result<DataFrame, ReportError> {
    let column = |column: &Column| {
        if !is_nested(column.dtype()) {
            return column.clone();
        }
        let series = column.as_materialized_series();
        let cells = series.iter().map(|cell| (!cell.is_null()).then(|| text(&cell)));
        Column::new(column.name().clone(), cells.collect::<Vec<Option<String>>>())
    };
    let columns = frame.columns().iter().map(column).collect();
    DataFrame::new(frame.height(), columns).map_err(|e| encode_error(what, &e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use polars::prelude::{NamedFrom, Series};
    use serde_json::json;

    #[test]
    fn every_kind_of_cell() {
        let list = Series::new("".into(), [1_i64, 2]);
        for (cell, as_json, as_text) in [
            (AnyValue::Null, json!(null), ""),
            (AnyValue::Boolean(true), json!(true), "true"),
            (AnyValue::UInt32(7), json!(7), "7"),
            (AnyValue::Int64(-7), json!(-7), "-7"),
            (AnyValue::Float64(0.1), json!(0.1), "0.1"),
            (AnyValue::Float64(1.0), json!(1.0), "1"),
            (AnyValue::Float64(f64::NEG_INFINITY), json!("-inf"), "-inf"),
            (AnyValue::String("a \"b\"\n"), json!("a \"b\"\n"), "a \"b\"\n"),
            (AnyValue::StringOwned("x".into()), json!("x"), "x"),
            (AnyValue::List(list), json!([1, 2]), "[1,2]"),
        ] {
            assert_eq!((json(&cell), text(&cell).as_str()), (as_json, as_text));
        }
    }
}

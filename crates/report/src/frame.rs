//! Small tables to CSV, through polars.

use crate::ReportError;
use polars::prelude::{Column, DataFrame};
use polars_io::SerWriter;
use polars_io::csv::write::CsvWriter;

/// CSV (RFC 4180 quoting, `\n`, empty for null) of columns of equal length; floats are the shortest text that reads back
/// to the same bits. `what` names the table in messages.
pub(crate) fn csv(what: &str, columns: Vec<Column>) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    DataFrame::new_infer_height(columns)
        .and_then(|mut frame| CsvWriter::new(&mut bytes).finish(&mut frame))
        .map_err(|e| ReportError::Encode { what: what.to_owned(), reason: e.to_string() })?;
    Ok(bytes)
}

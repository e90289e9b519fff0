//! Tables to CSV and parquet, through polars.

use crate::ReportError;
use polars::prelude::{Column, DataFrame, PolarsError};
use polars_io::SerWriter;
use polars_io::csv::write::CsvWriter;
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};

/// Columns of equal length as a table; `what` names it in messages.
pub(crate) fn frame(what: &str, columns: Vec<Column>) -> Result<DataFrame, ReportError> {
    DataFrame::new_infer_height(columns).map_err(|e| encode_error(what, &e))
}

/// As [`csv_of`], of columns.
pub(crate) fn csv(what: &str, columns: Vec<Column>) -> Result<Vec<u8>, ReportError> {
    csv_of(what, &mut frame(what, columns)?)
}

/// CSV (RFC 4180 quoting, `\n`, empty for null) of a table without lists; floats are the shortest text that reads back
/// to the same bits.
pub(crate) fn csv_of(what: &str, frame: &mut DataFrame) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    CsvWriter::new(&mut bytes).finish(frame).map_err(|e| encode_error(what, &e))?;
    Ok(bytes)
}

/// Parquet, compressed with zstd. Floats keep their bits.
pub(crate) fn parquet(what: &str, frame: &mut DataFrame) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    let writer = ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Zstd(None));
    writer.finish(frame).map_err(|e| encode_error(what, &e))?;
    Ok(bytes)
}

/// What polars says of a table that it cannot encode.
pub(crate) fn encode_error(what: &str, error: &PolarsError) -> ReportError {
    ReportError::Encode { what: what.to_owned(), reason: error.to_string() }
}

//! Two models' distributions compared: from tokens to figures, their record, and its table.

mod record;
mod summary;
mod table;
#[cfg(test)]
mod tests;

pub use record::{DeltaP, DiffMaterial, DiffPlace, DiffRate, DiffRecord, DiffText, DiffToken, DiffUnit, DiffWhere};
pub use summary::Notable;
pub use table::diff_table;

use crate::{ReportError, files};
use serde::Deserialize;
use std::fs;
use std::path::Path;

/// Writes a record as JSON, whole or not at all.
///
/// # Errors
/// The file or its folder cannot be written.
pub fn write_diff(path: &Path, record: &DiffRecord) -> Result<(), ReportError> {
    let failed = |e: serde_json::Error| ReportError::Encode { what: path.display().to_string(), reason: e.to_string() };
    let mut bytes = serde_json::to_vec_pretty(record).map_err(failed)?;
    bytes.push(b'\n');
    if let Some(folder) = path.parent() {
        files::create_folder(folder)?;
    }
    files::write(path, &bytes)
}

/// The format alone.
#[derive(Deserialize)]
struct Envelope {
    format: Option<String>,
}

/// Reads the record of a comparison. Unknown keys are no error.
///
/// # Errors
/// A file that cannot be read, is no such record, or has a format that this version does not know.
pub fn read_diff(path: &Path) -> Result<DiffRecord, ReportError> {
    let text = fs::read(path).map_err(|source| ReportError::ReadDiff { path: path.to_owned(), source })?;
    let invalid = |source| ReportError::Diff { path: path.to_owned(), source };
    let envelope: Envelope = serde_json::from_slice(&text).map_err(invalid)?;
    if envelope.format.as_deref() != Some(DiffRecord::FORMAT) {
        let found = envelope.format.unwrap_or_else(|| "none".to_owned());
        return Err(ReportError::Format { path: path.to_owned(), found, expected: DiffRecord::FORMAT });
    }
    serde_json::from_slice(&text).map_err(invalid)
}

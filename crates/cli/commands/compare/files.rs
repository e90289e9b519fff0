//! What a comparison leaves on disk.

use crate::error::CliError;
use std::path::Path;
use yardstick_report::{Comparison, comparison_markdown};

/// Writes `comparison.json`, with every flip, and `comparison.md` into `folder`.
///
/// # Errors
/// A file that cannot be written.
pub fn comparison(folder: &Path, comparison: &Comparison) -> Result<(), CliError> {
    let json = serde_json::to_value(comparison).unwrap_or_default();
    write(folder, "comparison.json", &format!("{json:#}\n"))?;
    write(folder, "comparison.md", &comparison_markdown(comparison))
}

/// Writes a file of `folder`, which is made if need be.
///
/// # Errors
/// It cannot be written.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<(), CliError> {
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|source| CliError::Io { path: path.display().to_string(), source })
}

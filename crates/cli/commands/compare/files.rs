//! What a comparison leaves on disk.

use crate::error::CliError;
use std::path::Path;
use yardstick_report::{Artifact, Comparison, Side, comparison_artifacts, comparison_markdown};

/// Writes `comparison.json`, with every flip, `comparison.md`, and the charts `forest-…` and `outcomes-…` as SVG, PNG and CSV
/// into `folder`.
///
/// # Errors
/// A chart that cannot be drawn, or a file that cannot be written.
pub fn comparison(folder: &Path, base: &Side, candidate: &Side, comparison: &Comparison) -> Result<(), CliError> {
    let json = serde_json::to_value(comparison).unwrap_or_default();
    write(folder, "comparison.json", &format!("{json:#}\n"))?;
    write(folder, "comparison.md", &comparison_markdown(comparison))?;
    artifacts(folder, &comparison_artifacts(base, candidate, comparison)?)
}

/// Writes a file of `folder`, which is made if need be.
///
/// # Errors
/// It cannot be written.
pub fn write(folder: &Path, name: &str, text: &str) -> Result<(), CliError> {
    write_bytes(folder, name, text.as_bytes())
}

/// Writes tables and pictures into `folder`.
///
/// # Errors
/// A file that cannot be written.
pub fn artifacts(folder: &Path, artifacts: &[Artifact]) -> Result<(), CliError> {
    artifacts.iter().try_for_each(|artifact| write_bytes(folder, &artifact.path, &artifact.bytes))
}

fn write_bytes(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), CliError> {
    let path = folder.join(name);
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, bytes))
        .map_err(|source| CliError::Io { path: path.display().to_string(), source })
}

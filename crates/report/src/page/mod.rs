//! `index.html`: the whole report as one page that needs no network.
//!
//! The page is a shell (`assets/page.html`) with the project's own styles and scripts in it, and the report as JSON. Up to
//! [`EMBEDDED`] bytes of documents are in the page too; beyond that they are in `docs/<n>.js` beside it, in pieces of about
//! [`pieces::PIECE`] bytes, which a click loads through a script tag: that works from disk, where a page may not fetch.
//! Nothing that a model or a dataset wrote is ever markup: it is JSON until a script puts it into a text node.

mod assets;
mod data;
mod document;
mod figures;
mod lists;
mod outline;
mod pairs;
mod pieces;
mod tasks;
#[cfg(test)]
mod tests;

use crate::hash::sha256_hex;
use crate::{Report, ReportError, files};
use data::Page;
use pieces::Pieces;
use std::path::{Path, PathBuf};

/// Bytes of documents that a page holds itself.
pub const EMBEDDED: usize = 2_500_000;

/// Name of the page in a report's folder.
pub const INDEX: &str = "index.html";

/// Writes the page of a report into `out`, and the documents beside it where they are many. Pieces of an earlier page that
/// are not part of this one are removed. Returns the files written, the page last.
///
/// # Errors
/// No runs, or a file that cannot be written or removed.
pub fn write_page(report: &Report, out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    if report.runs.is_empty() {
        return Err(ReportError::NoRuns);
    }
    let stamp = stamp(report)?;
    let mut pieces = Pieces::new(out, &stamp, EMBEDDED);
    let tasks = tasks::pages(report, &report.documents, &mut pieces)?;
    let pairs = pairs::pairs(report, &report.documents, &mut pieces)?;
    let figures = figures::pictures(report)?;
    let pieces = pieces.finish()?;
    let page = Page::new(report, &stamp, tasks, pairs, figures, pieces.count);
    let data = serde_json::to_string(&page).map_err(|error| encode(&error))?;
    let html = assets::page(&data, pieces.embedded.as_deref());
    let index = out.join(INDEX);
    files::create_folder(out)?;
    files::write(&index, html.as_bytes())?;
    let mut written = pieces.written;
    written.push(index);
    Ok(written)
}

/// What tells this page from an earlier one in the same folder: the beginning of a checksum of what was run.
fn stamp(report: &Report) -> Result<String, ReportError> {
    let records = serde_json::to_string(&report.records).map_err(|error| encode(&error))?;
    Ok(sha256_hex(records)[..12].to_owned())
}

/// The page's data could not be written as JSON.
fn encode(error: &serde_json::Error) -> ReportError {
    ReportError::Encode { what: INDEX.to_owned(), reason: error.to_string() }
}

/// A number with at most `decimals` decimals; the page shows no more.
fn round(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

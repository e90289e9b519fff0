//! Report formats that are text: a file each, listed in [`FORMATS`].

mod csv;
mod markdown;

use crate::{Artifact, Card, Report, ReportError};

/// A way to write a report down.
pub trait Format: Sync {
    /// Id and one line.
    fn card(&self) -> Card;

    /// The report as a file.
    ///
    /// # Errors
    /// When the format's library cannot encode it.
    fn render(&self, report: &Report) -> Result<Artifact, ReportError>;
}

/// Every format, in the order they are written.
pub static FORMATS: &[&dyn Format] = &[&csv::Csv, &markdown::Markdown];

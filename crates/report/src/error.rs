//! Everything that can go wrong between a run folder and a report.

use std::io;
use std::path::PathBuf;

/// Why a run could not be kept, read or reported.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// An output folder that cannot be made.
    #[error("cannot create the folder {}: {source}; choose another output folder", path.display())]
    CreateFolder {
        /// The folder.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A file that cannot be written: no permission, a full disk. Nothing half-written is left under its name.
    #[error("cannot write {}: {source}; files finished before it are kept", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A file of an earlier report that is no longer part of it and cannot be removed.
    #[error("cannot remove {}, which an earlier report left: {source}; delete it, or choose another output folder", path.display())]
    Remove {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A file of a run folder that cannot be read.
    #[error("cannot read {}: {source}; a finished run folder holds run.json and samples.parquet", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// The record of a comparison that cannot be read.
    #[error("cannot read {}: {source}; name the JSON file that `yardstick diff --out` wrote", path.display())]
    ReadDiff {
        /// The file.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// A file that is no record of a comparison.
    #[error("{} is not the record of a `yardstick diff`: {source}; restore it or compare again", path.display())]
    Diff {
        /// The file.
        path: PathBuf,
        /// Field, line and column.
        source: serde_json::Error,
    },
    /// A `run.json` or the record of a comparison, of a version that this one does not know.
    #[error("{} has the format {found:?}, but this version reads {expected:?}; use the yardstick that wrote it", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// Its `format` field, or `none`.
        found: String,
        /// [`RunRecord::FORMAT`](yardstick_core::RunRecord::FORMAT) or [`DiffRecord::FORMAT`](crate::DiffRecord::FORMAT).
        expected: &'static str,
    },
    /// A `run.json` that is not a run record.
    #[error("{} is not a run record: {source}; restore it or run again", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Field, line and column.
        source: serde_json::Error,
    },
    /// A `samples.parquet` that is damaged as a whole, or lacks a column.
    #[error("{} is not a readable samples file: {reason}; restore it or run again", path.display())]
    Samples {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A cell of `samples.parquet` that holds something else than it should.
    #[error("{}, row {row}, column {column}: {reason}; restore the file or run again", path.display())]
    Cell {
        /// The file.
        path: PathBuf,
        /// Counted from 0.
        row: usize,
        /// The column's name.
        column: String,
        /// What is wrong.
        reason: String,
    },
    /// A metric whose name is taken by a column of `samples.parquet`.
    #[error("a metric cannot be called {name:?}: samples.parquet has a column of that name; rename the metric")]
    MetricName {
        /// The metric.
        name: String,
    },
    /// A table that could not be turned into parquet or CSV.
    #[error("cannot encode {what}: {reason}")]
    Encode {
        /// Which table.
        what: String,
        /// The library's own words.
        reason: String,
    },
    /// A chart that could not be drawn.
    #[error("cannot draw {figure}: {reason}")]
    Draw {
        /// Which figure.
        figure: String,
        /// The library's own words.
        reason: String,
    },
    /// A report of no runs.
    #[error("a report needs at least one run; name a run folder")]
    NoRuns,
}

impl ReportError {
    /// Whether the fault is this program's own: a table or chart that it made itself and could not encode or draw. All
    /// other errors are about files, their content or what was asked for.
    pub const fn is_internal(&self) -> bool {
        match self {
            Self::Encode { .. } | Self::Draw { .. } => true,
            Self::CreateFolder { .. }
            | Self::Write { .. }
            | Self::Remove { .. }
            | Self::Read { .. }
            | Self::ReadDiff { .. }
            | Self::Diff { .. }
            | Self::Format { .. }
            | Self::Record { .. }
            | Self::Samples { .. }
            | Self::Cell { .. }
            | Self::MetricName { .. }
            | Self::NoRuns => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &ReportError, is_internal: bool) {
        assert_eq!(error.is_internal(), is_internal, "{error}");
    }

    #[test]
    fn own_faults_are_told_apart() {
        let (path, reason) = (PathBuf::from("out/run.json"), "why".to_owned());
        let source = || io::Error::other("no space");
        check(&ReportError::Encode { what: "results.csv".into(), reason: reason.clone() }, true);
        check(&ReportError::Draw { figure: "bars-accuracy".into(), reason: reason.clone() }, true);
        check(&ReportError::Write { path: path.clone(), source: source() }, false);
        check(&ReportError::Remove { path: path.clone(), source: source() }, false);
        check(&ReportError::Read { path: path.clone(), source: source() }, false);
        check(&ReportError::CreateFolder { path: path.clone(), source: source() }, false);
        check(&ReportError::Samples { path, reason }, false);
        check(&ReportError::MetricName { name: "doc".into() }, false);
        check(&ReportError::NoRuns, false);
    }
}

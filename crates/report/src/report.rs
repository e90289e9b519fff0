//! A report folder: `report.md`, `results.csv` and `charts/`.

use crate::charts::{self, CHARTS, Figure};
use crate::{FORMATS, Overview, ReportError, Run, files};
use std::path::{Path, PathBuf};
use yardstick_core::RunRecord;

/// What every format sees: the runs side by side, and the figures that were drawn of them.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// In the order given.
    pub records: Vec<&'a RunRecord>,
    /// Models × tasks.
    pub overview: Overview,
    /// What the charts show, in the order of [`CHARTS`].
    pub figures: Vec<Figure>,
}

impl<'a> Report<'a> {
    /// Puts runs side by side and decides what is drawn.
    pub fn new(runs: &'a [Run]) -> Self {
        let records: Vec<&RunRecord> = runs.iter().map(|run| &run.record).collect();
        let overview = Overview::new(&records);
        let figures = CHARTS.iter().flat_map(|chart| chart.figures(&overview)).collect();
        Self { records, overview, figures }
    }
}

/// What a report consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportOptions {
    /// Whether to draw charts; their data is written either way.
    pub charts: bool,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self { charts: true }
    }
}

/// Writes a report of `runs` into `out`: charts as SVG, PNG and CSV in `charts/`, then a file for each of [`FORMATS`].
/// Returns the files written, `report.md` last.
///
/// # Errors
/// No runs, a chart that cannot be drawn, or a file that cannot be written; files finished before that stay.
pub fn write_report(runs: &[Run], out: &Path, options: ReportOptions) -> Result<Vec<PathBuf>, ReportError> {
    if runs.is_empty() {
        return Err(ReportError::NoRuns);
    }
    let mut report = Report::new(runs);
    let mut written = Vec::new();
    for figure in &report.figures {
        for artifact in charts::artifacts(figure, options.charts)? {
            written.push(files::write_artifact(out, &artifact)?);
        }
    }
    if !options.charts {
        report.figures.clear();
    }
    for format in FORMATS {
        written.push(files::write_artifact(out, &format.render(&report)?)?);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn run(record: RunRecord) -> Run {
        Run { record, samples: Vec::new() }
    }

    #[test]
    fn a_whole_report() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let written =
            write_report(&[run(testing::four_by_eleven())], dir.path(), ReportOptions::default()).expect("writes");
        assert!(written.iter().all(|path| path.is_file()));
        assert_eq!(written.last(), Some(&dir.path().join("report.md")));
        let page = std::fs::read_to_string(dir.path().join("report.md")).expect("reads");
        // Every picture that the page shows is there.
        let pictures: Vec<&str> = page.split("](charts/").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert!(pictures.len() >= 4, "{pictures:?}");
        assert!(pictures.iter().all(|name| dir.path().join("charts").join(name).is_file()), "{pictures:?}");
    }

    #[test]
    fn without_charts_the_data_stays() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let options = ReportOptions { charts: false };
        let written = write_report(&[run(testing::one_by_one("piqa"))], dir.path(), options).expect("writes");
        let names: Vec<_> = written.iter().filter_map(|p| p.file_name()?.to_str()).collect();
        assert_eq!(names, ["bars-accuracy.csv", "results.csv", "report.md"]);
        assert!(!std::fs::read_to_string(&written[2]).expect("reads").contains("charts/"));
    }

    #[test]
    fn finished_files_stay_when_one_fails() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        // A folder in the way of the last file.
        std::fs::create_dir_all(dir.path().join("report.md/x")).expect("makes a folder");
        let error = write_report(&[run(testing::one_by_one("piqa"))], dir.path(), ReportOptions::default());
        assert!(error.expect_err("a folder is in the way").to_string().contains("report.md"));
        assert!(dir.path().join("results.csv").is_file());
    }

    #[test]
    fn nothing_to_report() {
        assert!(matches!(write_report(&[], Path::new("nowhere"), ReportOptions::default()), Err(ReportError::NoRuns)));
    }
}

//! A report: what is in it, and its folder with `report.md`, `results.csv` and `charts/`.

use crate::charts::{self, CHARTS, Figure, Material};
use crate::gather::Gathered;
use crate::pairs::{self, Pair};
use crate::{DiffRecord, FORMATS, Overview, ReportError, Run, ValueOf, files};
use std::fs;
use std::path::{Path, PathBuf};
use yardstick_core::RunRecord;

/// What charts, formats and the page see: the runs side by side, and the figures that are drawn of them.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// In the order given.
    pub runs: &'a [Run],
    /// Their records.
    pub records: Vec<&'a RunRecord>,
    /// Models × tasks.
    pub overview: Overview,
    /// What each model answered to each document.
    pub(crate) documents: Gathered<'a>,
    /// Models two by two.
    pub pairs: Vec<Pair<'a>>,
    /// What the charts show, in the order of [`CHARTS`].
    pub figures: Vec<Figure>,
}

impl<'a> Report<'a> {
    /// Puts runs side by side, compares their models, and decides what is drawn. `diffs` are models compared token by
    /// token; `value` makes a metric's number of the scores of documents.
    pub fn new(runs: &'a [Run], diffs: &[DiffRecord], value: ValueOf) -> Self {
        let mut report = Self::numbers(runs);
        report.pairs = pairs::pairs(runs, &report.overview, value);
        let Self { overview, documents, pairs, .. } = &report;
        let material = Material { runs, overview, documents, pairs, diffs, value };
        let mut figures: Vec<Figure> = CHARTS.iter().flat_map(|chart| chart.figures(&material)).collect();
        charts::name_apart(&mut figures);
        report.figures = figures;
        report
    }

    /// Only puts runs side by side: all that other tools' files need.
    pub fn numbers(runs: &'a [Run]) -> Self {
        let records: Vec<&RunRecord> = runs.iter().map(|run| &run.record).collect();
        let overview = Overview::new(&records);
        let documents = Gathered::new(runs, &overview);
        Self { runs, records, overview, documents, pairs: Vec::new(), figures: Vec::new() }
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

/// Writes a report into `out`: charts as SVG, PNG and CSV in `charts/`, then the standard ones of [`FORMATS`].
/// Charts of an earlier report in `out` that are not part of this one are removed, and nothing else.
/// Returns the files written, `report.md` last.
///
/// # Errors
/// No runs, a chart that cannot be drawn, or a file that cannot be written or removed; files finished before that stay.
pub fn write_report(report: &Report, out: &Path, options: ReportOptions) -> Result<Vec<PathBuf>, ReportError> {
    if report.runs.is_empty() {
        return Err(ReportError::NoRuns);
    }
    let mut written = Vec::new();
    for figure in &report.figures {
        for artifact in charts::artifacts(figure, options.charts)? {
            written.push(files::write_artifact(out, &artifact)?);
        }
    }
    let bare = (!options.charts).then(|| Report { figures: Vec::new(), ..report.clone() });
    for format in FORMATS.iter().filter(|format| format.is_standard()) {
        format.write(bare.as_ref().unwrap_or(report), &mut |artifact| {
            written.push(files::write_artifact(out, &artifact)?);
            Ok(())
        })?;
    }
    remove_stale_charts(&out.join(charts::FOLDER), &written)?;
    Ok(written)
}

/// Removes the charts in `folder` that are not among `written`. Only plain files with names that charts get are ours.
fn remove_stale_charts(folder: &Path, written: &[PathBuf]) -> Result<(), ReportError> {
    // No folder, no charts; and of one that may be written but not listed, nothing can be told.
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && name.to_str().is_some_and(charts::is_artifact) && !written.contains(&path) {
            fs::remove_file(&path).map_err(|source| ReportError::Remove { path, source })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn run(record: RunRecord) -> Run {
        Run { record, samples: Vec::new() }
    }

    fn write(runs: &[Run], out: &Path, options: ReportOptions) -> Result<Vec<PathBuf>, ReportError> {
        write_report(&Report::new(runs, &[], &testing::value), out, options)
    }

    #[test]
    fn a_whole_report() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let written = write(&[run(testing::four_by_eleven())], dir.path(), ReportOptions::default()).expect("writes");
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
        let written = write(&[run(testing::one_by_one("piqa"))], dir.path(), options).expect("writes");
        let names: Vec<_> = written.iter().filter_map(|p| p.file_name()?.to_str()).collect();
        assert_eq!(names, ["bars-accuracy.csv", "results.csv", "report.md"]);
        assert!(!std::fs::read_to_string(&written[2]).expect("reads").contains("charts/"));
    }

    fn charts_in(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir.join("charts")).expect("lists");
        let mut names: Vec<_> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn charts_of_an_earlier_report_go() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let four = [run(testing::four_by_eleven())];
        write(&four, dir.path(), ReportOptions::default()).expect("writes");
        assert_eq!(charts_in(dir.path()).len(), 3 * Report::new(&four, &[], &testing::value).figures.len());
        let one = [run(testing::one_by_one("piqa"))];
        write(&one, dir.path(), ReportOptions::default()).expect("writes");
        assert_eq!(charts_in(dir.path()), ["bars-accuracy.csv", "bars-accuracy.png", "bars-accuracy.svg"]);
        write(&one, dir.path(), ReportOptions { charts: false }).expect("writes");
        assert_eq!(charts_in(dir.path()), ["bars-accuracy.csv"]);
    }

    #[test]
    fn files_of_others_stay() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let charts = dir.path().join("charts");
        let files = ["bars-my copy.svg", "bars-a.b.csv", "bars-.png", "bars-acc.txt", "lines-acc.svg", "notes.csv"];
        fs::create_dir_all(charts.join("scale-folder.csv")).expect("makes a folder");
        for name in files {
            fs::write(charts.join(name), "mine").expect("writes");
        }
        fs::write(dir.path().join("bars-acc.csv"), "mine").expect("writes");
        fs::write(charts.join("scale-old.csv"), "an earlier report's").expect("writes");
        write(&[run(testing::one_by_one("piqa"))], dir.path(), ReportOptions { charts: false }).expect("writes");
        let mut wanted: Vec<&str> = files.into_iter().chain(["bars-accuracy.csv", "scale-folder.csv"]).collect();
        wanted.sort_unstable();
        assert_eq!(charts_in(dir.path()), wanted);
        assert!(dir.path().join("bars-acc.csv").is_file());
    }

    #[test]
    fn finished_files_stay_when_one_fails() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        // A folder in the way of the last file.
        std::fs::create_dir_all(dir.path().join("report.md/x")).expect("makes a folder");
        let error = write(&[run(testing::one_by_one("piqa"))], dir.path(), ReportOptions::default());
        assert!(error.expect_err("a folder is in the way").to_string().contains("report.md"));
        assert!(dir.path().join("results.csv").is_file());
    }

    #[test]
    fn nothing_to_report() {
        assert!(matches!(write(&[], Path::new("nowhere"), ReportOptions::default()), Err(ReportError::NoRuns)));
    }
}

//! Ways to write a report down for other programs and people: a file each, listed in [`FORMATS`].

mod csv;
mod every_eval_ever;
mod latex;
mod lm_eval;
mod markdown;
mod parquet;
mod samples_csv;

use crate::{Artifact, Card, Report, ReportError, files};
use std::path::{Path, PathBuf};

/// A way to write a report down.
pub trait Format: Sync {
    /// Id and one line.
    fn card(&self) -> Card;

    /// Whether every report has it; the others are written where they are asked for.
    fn is_standard(&self) -> bool {
        false
    }

    /// Hands its files to `put`, one at a time, so that only one is in memory.
    ///
    /// # Errors
    /// When the format's library cannot encode it, or `put` fails.
    fn write(&self, report: &Report, put: &mut Put) -> Result<(), ReportError>;
}

/// Takes a file.
pub type Put<'a> = dyn FnMut(Artifact) -> Result<(), ReportError> + 'a;

/// Every format: those of every report first, in the order they are written.
pub static FORMATS: &[&dyn Format] = &[
    &csv::Csv,
    &markdown::Markdown,
    &latex::Latex,
    &samples_csv::SamplesCsv,
    &parquet::Parquet,
    &lm_eval::LmEval,
    &every_eval_ever::EveryEvalEver,
];

/// Writes a report into `out` in the formats with these ids. Returns the files written.
///
/// # Errors
/// No runs, a file that cannot be made or written; those finished before stay. An id that is no format's is left out.
pub fn write_exports(report: &Report, ids: &[String], out: &Path) -> Result<Vec<PathBuf>, ReportError> {
    if report.runs.is_empty() {
        return Err(ReportError::NoRuns);
    }
    let mut written = Vec::new();
    for format in FORMATS.iter().filter(|format| ids.iter().any(|id| id == format.card().id)) {
        format.write(report, &mut |artifact| {
            written.push(files::write_artifact(out, &artifact)?);
            Ok(())
        })?;
    }
    Ok(written)
}

/// All files of a format, for tests.
#[cfg(test)]
pub(crate) fn artifacts(format: &dyn Format, report: &Report) -> Vec<Artifact> {
    let mut artifacts = Vec::new();
    format
        .write(report, &mut |artifact| {
            artifacts.push(artifact);
            Ok(())
        })
        .expect("writes");
    artifacts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Run, testing};
    use std::collections::BTreeSet;

    fn run(record: yardstick_core::RunRecord) -> Run {
        Run { record, samples: testing::samples() }
    }

    #[test]
    fn no_two_formats_share_an_id_or_a_file() {
        let ids: BTreeSet<&str> = FORMATS.iter().map(|format| format.card().id).collect();
        assert_eq!(ids.len(), FORMATS.len());
        let runs = [run(testing::four_by_eleven())];
        let report = Report::numbers(&runs);
        let paths: Vec<String> = FORMATS.iter().flat_map(|f| artifacts(*f, &report)).map(|a| a.path).collect();
        assert_eq!(paths.iter().collect::<BTreeSet<_>>().len(), paths.len(), "{paths:?}");
    }

    /// Of every format: names from outside stay below the folder, and no file is empty.
    #[test]
    fn hostile_names_stay_below_the_folder() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let out = dir.path().join("out");
        let mut hostile = run(testing::hostile());
        for sample in &mut hostile.samples {
            sample.model.clone_from(&hostile.record.models[0].name);
            sample.task.clone_from(&hostile.record.tasks[0].id);
        }
        let ids: Vec<String> = FORMATS.iter().map(|format| format.card().id.to_owned()).collect();
        let written = write_exports(&Report::numbers(&[hostile]), &ids, &out).expect("writes");
        assert!(written.len() > FORMATS.len(), "{written:?}");
        let out = out.canonicalize().expect("a folder");
        for path in written {
            assert!(path.canonicalize().is_ok_and(|path| path.starts_with(&out)), "{}", path.display());
            assert!(path.metadata().is_ok_and(|file| file.len() > 0), "{}", path.display());
        }
        assert_eq!(std::fs::read_dir(dir.path()).expect("lists").count(), 1);
    }

    #[test]
    fn what_is_not_asked_for_is_not_written() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let runs = [run(testing::one_by_one("piqa"))];
        let written = write_exports(&Report::numbers(&runs), &["latex".to_owned()], dir.path());
        assert_eq!(written.expect("writes"), [dir.path().join("results.tex")]);
        assert!(matches!(write_exports(&Report::numbers(&[]), &[], dir.path()), Err(ReportError::NoRuns)));
    }
}

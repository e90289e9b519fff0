//! A run folder: `run.json` and `samples.parquet`.

use crate::hash::sha256_hex;
use crate::{ReportError, files, samples};
use polars::prelude::DataFrame;
use std::fs;
use std::path::{Path, PathBuf};
use yardstick_core::{RunRecord, Sample};

const RECORD: &str = "run.json";
const SAMPLES: &str = "samples.parquet";
/// Key of `run.json`: sha256 (hex) of the samples file.
const CHECKSUM: &str = "samples_sha256";

/// A run as it is kept: its record and one sample per model, task and document.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What was run and what came out.
    pub record: RunRecord,
    /// Models × tasks × documents, in that order.
    pub samples: Vec<Sample>,
}

/// Writes `run` into `dir`, which is made if need be.
///
/// Both files are on disk before either takes its name, `run.json` last. What [`read_run`] gave before, it gives until
/// then: also after a crash in between, and after an error.
///
/// # Errors
/// A folder or file that cannot be written, or a metric named like a column of `samples.parquet`.
pub fn write_run(dir: &Path, run: &Run) -> Result<(), ReportError> {
    let parquet = samples::to_parquet(&run.samples)?;
    let record = to_json(&run.record, &sha256_hex(&parquet))
        .map_err(|e| ReportError::Encode { what: RECORD.to_owned(), reason: e.to_string() })?;
    files::create_folder(dir)?;
    settle(dir)?;
    files::write_pair((&dir.join(SAMPLES), &parquet), (&dir.join(RECORD), &record))
}

/// After a crash between the two renames, puts the samples of the record back into their place.
fn settle(dir: &Path) -> Result<(), ReportError> {
    let path = dir.join(SAMPLES);
    let backup = files::backup_name(&path);
    if !backup.is_file() {
        return Ok(());
    }
    let found = read_json(dir).and_then(|(_, checksum)| read_samples(dir, checksum.as_deref()));
    match found {
        Ok((found, _)) if found == backup => {
            fs::rename(&backup, &path).map_err(|source| ReportError::Write { path, source })
        }
        // Samples in their place, or a folder that was unreadable before: nothing to save.
        _ => Ok(()),
    }
}

/// The record as JSON with the samples file's checksum beside its fields.
fn to_json(record: &RunRecord, samples_sha256: &str) -> serde_json::Result<Vec<u8>> {
    let mut json = serde_json::to_value(record)?;
    json[CHECKSUM] = samples_sha256.into();
    let mut bytes = serde_json::to_vec_pretty(&json)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a run folder.
///
/// # Errors
/// A file that is missing or damaged, samples that are not those of the record (by their sha256), or a record whose
/// format this version does not know. Unknown keys are no error.
pub fn read_run(dir: &Path) -> Result<Run, ReportError> {
    let (record, checksum) = read_json(dir)?;
    let (path, bytes) = read_samples(dir, checksum.as_deref())?;
    Ok(Run { record, samples: samples::from_parquet(&path, bytes)? })
}

/// The samples of a run folder as a table, without making samples of its rows.
pub(crate) fn read_frame(dir: &Path) -> Result<DataFrame, ReportError> {
    let (_, checksum) = read_json(dir)?;
    let (path, bytes) = read_samples(dir, checksum.as_deref())?;
    samples::frame_from_parquet(&path, bytes)
}

/// The bytes of `run.json` and of the samples that belong to it.
pub(crate) fn read_files(dir: &Path) -> Result<(Vec<u8>, Vec<u8>), ReportError> {
    let path = dir.join(RECORD);
    let (_, checksum) = read_json(dir)?;
    let record = fs::read(&path).map_err(|source| ReportError::Read { path, source })?;
    let (_, samples) = read_samples(dir, checksum.as_deref())?;
    Ok((record, samples))
}

/// The samples with that checksum and where they are: in their file, or in what a crashed [`write_run`] kept of it.
fn read_samples(dir: &Path, checksum: Option<&str>) -> Result<(PathBuf, Vec<u8>), ReportError> {
    let path = dir.join(SAMPLES);
    let is_ours = |bytes: &[u8]| checksum == Some(&sha256_hex(bytes));
    let error = match fs::read(&path) {
        Ok(bytes) if is_ours(&bytes) => return Ok((path, bytes)),
        Ok(_) => {
            let reason = format!("its sha256 is not the {CHECKSUM} of {RECORD}");
            ReportError::Samples { path: path.clone(), reason }
        }
        Err(source) => ReportError::Read { path: path.clone(), source },
    };
    let backup = files::backup_name(&path);
    match fs::read(&backup) {
        Ok(bytes) if is_ours(&bytes) => Ok((backup, bytes)),
        // The file that should be there is the one to name.
        _ => Err(error),
    }
}

/// Reads only `run.json`.
///
/// # Errors
/// As [`read_run`].
pub fn read_record(dir: &Path) -> Result<RunRecord, ReportError> {
    Ok(read_json(dir)?.0)
}

/// The record and the checksum beside it.
fn read_json(dir: &Path) -> Result<(RunRecord, Option<String>), ReportError> {
    let path = dir.join(RECORD);
    let text = fs::read(&path).map_err(|source| ReportError::Read { path: path.clone(), source })?;
    let invalid = |source| ReportError::Record { path: path.clone(), source };
    // The format first: a newer record may lack fields that this version would complain about.
    let envelope: Envelope = serde_json::from_slice(&text).map_err(invalid)?;
    if envelope.format.as_deref() != Some(RunRecord::FORMAT) {
        let found = envelope.format.unwrap_or_else(|| "none".to_owned());
        return Err(ReportError::Format { path, found, expected: RunRecord::FORMAT });
    }
    Ok((serde_json::from_slice(&text).map_err(invalid)?, envelope.samples_sha256))
}

/// What is read of a record before its fields.
#[derive(serde::Deserialize)]
struct Envelope {
    format: Option<String>,
    samples_sha256: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn written() -> (tempfile::TempDir, Run) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let run = Run { record: testing::four_by_eleven(), samples: testing::samples() };
        write_run(dir.path(), &run).expect("writes");
        (dir, run)
    }

    fn another() -> Run {
        Run { record: testing::one_by_one("boolq"), samples: vec![testing::choice("gpt2-micro")] }
    }

    fn names(dir: &Path) -> Vec<String> {
        let name = |e: std::io::Result<fs::DirEntry>| e.expect("an entry").file_name().to_string_lossy().into_owned();
        let mut names: Vec<_> = fs::read_dir(dir).expect("lists").map(name).collect();
        names.sort();
        names
    }

    /// A folder as a crash between the two renames of `another` leaves it.
    fn crashed() -> (tempfile::TempDir, Run) {
        let (dir, run) = written();
        let path = dir.path().join(SAMPLES);
        fs::rename(&path, files::backup_name(&path)).expect("renames");
        fs::write(&path, samples::to_parquet(&another().samples).expect("encodes")).expect("writes");
        (dir, run)
    }

    #[test]
    fn a_crash_between_the_files_loses_nothing() {
        let (dir, run) = crashed();
        assert_eq!(read_run(dir.path()).expect("reads"), run);
        write_run(dir.path(), &another()).expect("writes");
        assert_eq!(read_run(dir.path()).expect("reads"), another());
        assert_eq!(names(dir.path()), [RECORD, SAMPLES]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_earlier_run() {
        for full in [RECORD, SAMPLES] {
            for (dir, run) in [written(), crashed()] {
                // Every write to this device fails as on a full disk.
                std::os::unix::fs::symlink("/dev/full", dir.path().join(format!("{full}.tmp"))).expect("links");
                let error = write_run(dir.path(), &another()).expect_err("the disk is full").to_string();
                assert!(error.contains(full) && error.contains("No space left"), "{error}");
                assert_eq!(read_run(dir.path()).expect("reads"), run);
                assert_eq!(names(dir.path()), [RECORD, SAMPLES]);
            }
        }
    }

    #[test]
    fn a_kept_file_of_other_samples_is_not_read() {
        let (dir, _) = crashed();
        fs::write(dir.path().join("samples.parquet.old"), "something else").expect("writes");
        let message = read_run(dir.path()).expect_err("refused").to_string();
        assert!(message.contains("samples.parquet is not") && message.contains("sha256"), "{message}");
    }

    fn check_refused(name: &str, content: &[u8], wanted: &[&str]) {
        let (dir, _) = written();
        fs::write(dir.path().join(name), content).expect("writes");
        let message = read_run(dir.path()).expect_err("refused").to_string();
        for part in wanted.iter().chain([&name]) {
            assert!(message.contains(part), "{message} lacks {part}");
        }
    }

    #[test]
    fn round_trip() {
        let (dir, run) = written();
        assert_eq!(read_run(dir.path()).expect("reads"), run);
        assert_eq!(read_record(dir.path()).expect("reads"), run.record);
        assert_eq!(names(dir.path()), [RECORD, SAMPLES]);
    }

    #[test]
    fn extra_keys_are_fine() {
        let (dir, run) = written();
        let path = dir.path().join(RECORD);
        let text = fs::read_to_string(&path).expect("reads").replacen('{', "{\"later\": [1],", 1);
        fs::write(&path, text).expect("writes");
        assert_eq!(read_run(dir.path()).expect("reads"), run);
    }

    #[test]
    fn unknown_or_damaged_records() {
        check_refused(RECORD, br#"{"format":"yardstick.run/9"}"#, &["yardstick.run/9", "yardstick.run/1"]);
        check_refused(RECORD, b"{}", &["none"]);
        check_refused(RECORD, br#"{"format":"yardstick.run/1"}"#, &["missing field `version`"]);
        check_refused(RECORD, br#"{"format":"yardstick.run/1","#, &["line 1"]);
    }

    #[test]
    fn damaged_samples() {
        check_refused(SAMPLES, b"", &["not a readable samples file", "sha256"]);
        check_refused(SAMPLES, b"PAR1 but nothing else PAR1", &["not a readable samples file"]);
        let (dir, _) = written();
        let mut bytes = fs::read(dir.path().join(SAMPLES)).expect("reads");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        check_refused(SAMPLES, &bytes, &["sha256"]);
        check_refused(SAMPLES, &bytes[..middle], &["sha256"]);
    }

    #[test]
    fn parquet_of_other_columns() {
        let (dir, _) = written();
        let bytes = b"PAR1 but nothing else PAR1";
        fs::write(dir.path().join(SAMPLES), bytes).expect("writes");
        let record = to_json(&testing::four_by_eleven(), &sha256_hex(bytes)).expect("encodes");
        fs::write(dir.path().join(RECORD), record).expect("writes");
        let message = read_run(dir.path()).expect_err("refused").to_string();
        assert!(message.contains(SAMPLES) && message.contains("not a readable samples file"), "{message}");
    }

    #[test]
    fn missing_files() {
        let (dir, _) = written();
        fs::remove_file(dir.path().join(SAMPLES)).expect("removes");
        let message = read_run(dir.path()).expect_err("no samples").to_string();
        assert!(message.contains(SAMPLES), "{message}");
        let message = read_run(&dir.path().join("nowhere")).expect_err("no folder").to_string();
        assert!(message.contains("nowhere/run.json"), "{message}");
    }
}

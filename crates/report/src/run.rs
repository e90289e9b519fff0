//! A run folder: `run.json` and `samples.parquet`.

use crate::hash::sha256_hex;
use crate::{ReportError, files, samples};
use std::fs;
use std::path::Path;
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
/// `run.json` is written last, so that a folder with one has its samples too; each file appears whole or not at all.
///
/// # Errors
/// A folder or file that cannot be written, or a metric named like a column of `samples.parquet`.
pub fn write_run(dir: &Path, run: &Run) -> Result<(), ReportError> {
    let parquet = samples::to_parquet(&run.samples)?;
    let record = to_json(&run.record, &sha256_hex(&parquet))
        .map_err(|e| ReportError::Encode { what: RECORD.to_owned(), reason: e.to_string() })?;
    files::create_folder(dir)?;
    files::write(&dir.join(SAMPLES), &parquet)?;
    files::write(&dir.join(RECORD), &record)
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
    let path = dir.join(SAMPLES);
    let bytes = fs::read(&path).map_err(|source| ReportError::Read { path: path.clone(), source })?;
    if checksum.as_deref() != Some(&sha256_hex(&bytes)) {
        let reason = format!("its sha256 is not the {CHECKSUM} of {RECORD}");
        return Err(ReportError::Samples { path, reason });
    }
    Ok(Run { record, samples: samples::from_parquet(&path, bytes)? })
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
        let mut names: Vec<_> =
            fs::read_dir(dir.path()).expect("lists").map(|e| e.expect("an entry").file_name()).collect();
        names.sort();
        assert_eq!(names, [RECORD, SAMPLES]);
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

//! The run folder: where it is, whether it may be written, and what an earlier run left in it.

use crate::error::CliError;
use std::path::{Path, PathBuf};
use yardstick_core::{RunRecord, RunSpec, RunStatus};
use yardstick_runner::{ResponseLog, RunnerError};

/// The log's folder in a run folder.
const LOG: &str = "log";

/// A folder that is ours to write.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// What an unfinished run of the same command left.
    pub earlier: Option<RunRecord>,
    overwrite: bool,
}

impl RunFolder {
    /// Makes the folder and checks that it can be written, before any work is done.
    ///
    /// # Errors
    /// It cannot be made or written, or holds a run that this one would destroy and `overwrite` was not asked for.
    pub fn prepare(out: Option<&Path>, overwrite: bool, spec: &RunSpec) -> Result<Self, CliError> {
        let path = out.map_or_else(default_path, Path::to_owned);
        let fail = |reason| CliError::Folder { path: path.display().to_string(), reason };
        std::fs::create_dir_all(&path).map_err(fail)?;
        let probe = path.join(".yardstick-write-test");
        std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(fail)?;
        if overwrite {
            ResponseLog::remove(&path.join(LOG)).map_err(|error| log_error(&path, error))?;
            return Ok(Self { path, earlier: None, overwrite });
        }
        let earlier = earlier(&path, spec)?;
        Ok(Self { path, earlier, overwrite })
    }

    /// Takes away what this run wrote into a folder that held no run before, when no model answered anything. Says whether
    /// it did; answers without a result stay for the same command to go on from.
    pub fn discard_fresh(&self) -> bool {
        let is_silent = !self.has_answers();
        if self.overwrite && is_silent {
            let _ = self.remove_log();
        }
        if self.earlier.is_some() || self.overwrite || !is_silent {
            return false;
        }
        // What cannot be removed is an empty run marked partial: no harm.
        let _ = self.remove_log();
        for file in ["run.json", "samples.parquet"] {
            let _ = std::fs::remove_file(self.path.join(file));
        }
        let _ = std::fs::remove_dir(&self.path);
        true
    }

    /// Whether a model has answered anything, or may have.
    pub fn has_answers(&self) -> bool {
        !self.open_log().is_ok_and(|log| log.is_empty())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the report goes.
    pub fn report(&self) -> PathBuf {
        self.path.join("report")
    }

    /// Opens the log of responses.
    ///
    /// # Errors
    /// It cannot be read or written, or another process has it open.
    pub fn open_log(&self) -> Result<ResponseLog, CliError> {
        ResponseLog::open(&self.path.join(LOG)).map_err(|error| log_error(&self.path, error))
    }

    /// Takes the log away once everything in it is in the samples.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove_log(&self) -> Result<(), CliError> {
        ResponseLog::remove(&self.path.join(LOG)).map_err(|error| log_error(&self.path, error))
    }
}

/// The unfinished run of the same command in `path`, if there is one. Anything else there is refused.
fn earlier(path: &Path, spec: &RunSpec) -> Result<Option<RunRecord>, CliError> {
    let refuse = |what: &str| CliError::Usage {
        message: format!("{} holds {what}", path.display()),
        help: Some("choose another --out, or add --overwrite to replace it".to_owned()),
    };
    if !path.join("run.json").exists() {
        let is_taken = path.join("samples.parquet").exists();
        return if is_taken { Err(refuse("a samples.parquet of something else")) } else { Ok(None) };
    }
    match yardstick_report::read_record(path) {
        Err(error) => Err(refuse(&format!("a run.json that cannot be read ({error})"))),
        Ok(record) if record.status == RunStatus::Complete => Err(refuse("a finished run")),
        Ok(record) if record.spec != *spec => Err(refuse("an unfinished run of another command")),
        Ok(record) => Ok(Some(record)),
    }
}

fn log_error(folder: &Path, error: RunnerError) -> CliError {
    match error {
        RunnerError::Log { path, source } => CliError::Io { path: path.display().to_string(), source },
        RunnerError::LogInUse { .. } => CliError::usage(error),
        reason => CliError::Score { place: folder.display().to_string(), reason },
    }
}

/// `reports/<UTC time>`, the place for runs that were not given one.
pub fn default_path() -> PathBuf {
    let time = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    Path::new("reports").join(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_left_is_not_touched() {
        let dir = tempfile::tempdir().unwrap();
        let own = dir.path().join("samples.parquet");
        std::fs::write(&own, "mine").unwrap();
        let error = RunFolder::prepare(Some(dir.path()), false, &RunSpec::default()).unwrap_err();
        assert_eq!((error.code(), std::fs::read_to_string(&own).unwrap().as_str()), (2, "mine"));
        assert!(error.to_string().contains("samples.parquet"), "{error}");
    }

    #[test]
    fn answers_outlive_a_run_without_results() {
        let dir = tempfile::tempdir().unwrap();
        let folder = RunFolder::prepare(Some(&dir.path().join("out")), false, &RunSpec::default()).unwrap();
        let mut log = folder.open_log().unwrap();
        log.append("key", &yardstick_core::Response::default()).unwrap();
        log.flush().unwrap();
        drop(log);
        assert!(!folder.discard_fresh());
        assert_eq!(folder.open_log().unwrap().len(), 1);
        folder.remove_log().unwrap();
        assert!(folder.discard_fresh());
        assert!(!folder.path().exists());
    }

    #[test]
    fn a_file_is_no_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = RunFolder::prepare(Some(&file), false, &RunSpec::default()).unwrap_err();
        assert_eq!(error.code(), 3);
        assert!(error.to_string().contains("file"));
    }
}

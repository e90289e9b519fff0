//! The run folder: where it is, whether it may be written, and what an earlier run left in it.

use crate::error::CliError;
use std::path::{Path, PathBuf};
use yardstick_core::RunStatus;
use yardstick_runner::{ResponseLog, RunnerError};

/// A folder that is ours to write.
pub struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Makes the folder and checks that it can be written, before any work is done.
    ///
    /// # Errors
    /// It cannot be made or written, or holds a finished run and `overwrite` was not asked for.
    pub fn prepare(out: Option<&Path>, overwrite: bool) -> Result<Self, CliError> {
        let path = out.map_or_else(default_path, Path::to_owned);
        let fail = |source| CliError::Io { path: path.display().to_string(), source };
        std::fs::create_dir_all(&path).map_err(fail)?;
        let probe = path.join(".yardstick-write-test");
        std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(fail)?;
        let folder = Self { path };
        if !overwrite && folder.holds_finished_run() {
            return Err(CliError::Usage {
                message: format!("{} holds a finished run", folder.path.display()),
                help: Some("choose another --out, or add --overwrite to replace it".to_owned()),
            });
        }
        if overwrite {
            folder.remove_log()?;
        }
        Ok(folder)
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
    /// It cannot be read or written.
    pub fn open_log(&self) -> Result<ResponseLog, CliError> {
        ResponseLog::open(&self.log()).map_err(|error| match error {
            RunnerError::Log { path, source } => CliError::Io { path: path.display().to_string(), source },
            source => CliError::Score { place: self.path.display().to_string(), source },
        })
    }

    /// Takes the log away once everything in it is in the samples.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn remove_log(&self) -> Result<(), CliError> {
        match std::fs::remove_dir_all(self.log()) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(CliError::Io { path: self.log().display().to_string(), source })
            }
            _ => Ok(()),
        }
    }

    fn log(&self) -> PathBuf {
        self.path.join("log")
    }

    fn holds_finished_run(&self) -> bool {
        yardstick_report::read_record(&self.path).is_ok_and(|record| record.status == RunStatus::Complete)
    }
}

/// `reports/<UTC time>`, the place for runs that were not given one.
fn default_path() -> PathBuf {
    let time = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    Path::new("reports").join(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_no_folder() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "x").unwrap();
        let error = RunFolder::prepare(Some(&file), false).err().unwrap();
        assert_eq!(error.code(), 3);
        assert!(error.to_string().contains("file"));
    }
}

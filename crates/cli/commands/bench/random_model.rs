//! The model that is measured when none is named.

use crate::error::CliError;
use std::path::PathBuf;
use yardstick_workload::{GPT2_SMALL, write_model};

/// A folder with random weights in GPT-2 small's shape, 498 MB, removed when this is dropped: loading copies them.
pub struct RandomModel {
    folder: PathBuf,
}

impl RandomModel {
    /// Writes it into the system's folder for temporary files.
    pub fn write() -> Result<Self, CliError> {
        let parent = std::env::temp_dir().join(format!("yardstick-bench-{}", std::process::id()));
        // Not `create_dir_all`: a folder that is already there belongs to somebody else.
        std::fs::create_dir(&parent).map_err(|source| CliError::Io { path: parent.display().to_string(), source })?;
        let model = Self { folder: parent };
        write_model(&model.folder.join(NAME), GPT2_SMALL)?;
        Ok(model)
    }

    /// What `--model` would be given.
    pub fn reference(&self) -> String {
        self.folder.join(NAME).display().to_string()
    }
}

const NAME: &str = "random-gpt2-small";

impl Drop for RandomModel {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "a temporary folder is left behind");
        }
    }
}

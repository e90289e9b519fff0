//! The model that is measured when none is named, or one of the papers' sizes: random weights.

use crate::error::CliError;
use crate::run::available_memory;
use std::path::PathBuf;
use yardstick_workload::{Family, Shape, write_model_of};
use yardstick_zoo::{Layout, Preset, Storage};

/// What is measured when nothing is named.
pub const DEFAULT: &str = "gpt2-small";

/// A folder with random weights in a preset's shape, removed when this is dropped: loading copies them.
pub struct RandomModel {
    folder: PathBuf,
    name: String,
}

impl RandomModel {
    /// Writes it into the system's folder for temporary files.
    ///
    /// # Errors
    /// There is no room for it, in memory or on the disk.
    pub fn write(preset: &Preset) -> Result<Self, CliError> {
        check_memory(preset)?;
        let parent = std::env::temp_dir().join(format!("yardstick-bench-{}", std::process::id()));
        // Not `create_dir_all`: a folder that is already there belongs to somebody else.
        std::fs::create_dir(&parent).map_err(|source| CliError::Io { path: parent.display().to_string(), source })?;
        let model = Self { folder: parent, name: format!("random-{}", preset.name) };
        let d = preset.dimensions;
        let shape = Shape { n_layer: d.n_layer, n_head: d.n_head, n_embd: d.n_embd, n_ctx: d.n_ctx };
        let family = match preset.layout {
            Layout::Gpt1 => Family::Gpt1,
            Layout::Gpt2 => Family::Gpt2,
        };
        write_model_of(&model.folder.join(&model.name), shape, family)?;
        Ok(model)
    }

    /// What `--model` would be given.
    pub fn reference(&self) -> String {
        self.folder.join(&self.name).display().to_string()
    }
}

/// The weights, packed, and beside them the largest tensor as it is read.
fn check_memory(preset: &Preset) -> Result<(), CliError> {
    let d = preset.dimensions;
    let needed = d.held_bytes(Storage::F32) + 4 * (d.vocab_size * d.n_embd) as u64;
    match available_memory() {
        Some(free) if free < needed => Err(CliError::Usage {
            message: format!(
                "{} takes {:.1} GB of memory in f32, and {:.1} GB are free",
                preset.name,
                needed as f64 / 1e9,
                free as f64 / 1e9
            ),
            help: Some("`yardstick ls models --cost` says what it would cost without making it".to_owned()),
        }),
        _ => Ok(()),
    }
}

impl Drop for RandomModel {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "a temporary folder is left behind");
        }
    }
}

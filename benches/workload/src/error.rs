//! What can go wrong while a workload is written.

use std::path::PathBuf;

/// Why a workload could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WorkloadError {
    /// A file or folder that cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A path that cannot stand in a task file.
    #[error("{} is not UTF-8, so no task file can name it", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
}

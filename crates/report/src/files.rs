//! The one place that writes files: whole or not at all.

use crate::{Artifact, ReportError};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Makes `dir` and everything above it.
pub(crate) fn create_folder(dir: &Path) -> Result<(), ReportError> {
    fs::create_dir_all(dir).map_err(|source| ReportError::CreateFolder { path: dir.to_owned(), source })
}

/// Writes `bytes` under a temporary name beside `path`, then renames: readers see the old file or the new one.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let temporary = temporary_name(path);
    let written = write_through(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    written.map_err(|source| {
        // The write has failed already; that a leftover could not be removed either would say nothing new.
        let _ = fs::remove_file(&temporary);
        ReportError::Write { path: path.to_owned(), source }
    })
}

/// Writes an artifact below `dir` and returns where it went.
pub(crate) fn write_artifact(dir: &Path, artifact: &Artifact) -> Result<PathBuf, ReportError> {
    let path = dir.join(&artifact.path);
    if let Some(folder) = path.parent() {
        create_folder(folder)?;
    }
    write(&path, &artifact.bytes)?;
    Ok(path)
}

fn write_through(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn temporary_name(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_whole_files() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("a.txt");
        write(&path, b"long first text").expect("writes");
        write(&path, b"short").expect("writes");
        assert_eq!(fs::read(&path).expect("reads"), b"short");
        assert_eq!(fs::read_dir(dir.path()).expect("lists").count(), 1);
    }

    #[test]
    fn a_file_where_the_folder_should_be() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("out");
        fs::write(&path, "x").expect("writes");
        let error = create_folder(&path.join("charts")).expect_err("a file is in the way");
        assert!(error.to_string().contains("out/charts"), "{error}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_the_old_file() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("run.json");
        write(&path, b"finished").expect("writes");
        // Every write to this device fails as on a full disk.
        std::os::unix::fs::symlink("/dev/full", temporary_name(&path)).expect("links");
        let error = write(&path, b"more").expect_err("the disk is full");
        assert!(error.to_string().contains("run.json") && error.to_string().contains("No space left"), "{error}");
        assert_eq!(fs::read(&path).expect("reads"), b"finished");
    }
}

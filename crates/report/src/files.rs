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
        discard(&temporary);
        ReportError::Write { path: path.to_owned(), source }
    })
}

/// As [`write`], for files of which there are many and which another report makes again: their bytes are left to the system.
pub(crate) fn write_quickly(path: &Path, bytes: &[u8]) -> Result<(), ReportError> {
    let temporary = temporary_name(path);
    fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path)).map_err(|source| {
        discard(&temporary);
        ReportError::Write { path: path.to_owned(), source }
    })
}

/// Replaces two files that belong together: `second` is the one that says that both are there.
///
/// Both are on disk under temporary names before either is renamed. Until `second` is, what stood under `first` is kept
/// as [`backup_name`]; it goes back when the second rename fails, and is what a reader needs after a crash in between.
pub(crate) fn write_pair(first: (&Path, &[u8]), second: (&Path, &[u8])) -> Result<(), ReportError> {
    let result = stage(first).and_then(|()| stage(second)).and_then(|()| swap_in(first.0, second.0));
    if result.is_err() {
        discard(&temporary_name(first.0));
        discard(&temporary_name(second.0));
    }
    result
}

fn stage((path, bytes): (&Path, &[u8])) -> Result<(), ReportError> {
    write_through(&temporary_name(path), bytes).map_err(failed(path))
}

/// Renames the two staged files; a backup outlives this only where it could not return.
fn swap_in(first: &Path, second: &Path) -> Result<(), ReportError> {
    let backup = backup_name(first);
    let had_first = back_up(first, &backup).map_err(failed(first))?;
    rename_staged(first).inspect_err(|_| discard(&backup))?;
    sync_folder_of(first);
    rename_staged(second).inspect_err(|_| restore(first, had_first.then_some(&*backup)))?;
    sync_folder_of(second);
    discard(&backup);
    Ok(())
}

fn rename_staged(path: &Path) -> Result<(), ReportError> {
    fs::rename(temporary_name(path), path).map_err(failed(path))
}

/// Gives a file a second name, or a copy where the file system has no hard links. Whether there was one.
fn back_up(path: &Path, backup: &Path) -> std::io::Result<bool> {
    discard(backup);
    match fs::hard_link(path, backup) {
        Ok(()) => Ok(true),
        Err(_) if !path.is_file() => Ok(false),
        Err(_) => fs::copy(path, backup).inspect_err(|_| discard(backup)).map(|_| true),
    }
}

/// Undoes a rename: what was there returns, or nothing.
fn restore(path: &Path, backup: Option<&Path>) {
    match backup {
        // A backup that cannot return stays where readers look for it.
        Some(backup) => drop(fs::rename(backup, path)),
        None => discard(path),
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> ReportError {
    move |source| ReportError::Write { path: path.to_owned(), source }
}

/// Removes a leftover. That it is not there or stays says nothing that its user needs to know.
fn discard(path: &Path) {
    let _ = fs::remove_file(path);
}

/// Puts renames on disk. Not every system can open a folder, and the files themselves are there already.
pub(crate) fn sync_folder_of(path: &Path) {
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
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
    with_suffix(path, ".tmp")
}

/// Where [`write_pair`] keeps what it replaces until both files are there.
pub(crate) fn backup_name(path: &Path) -> PathBuf {
    with_suffix(path, ".old")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
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

    /// A pair of which the second cannot be renamed: a folder is in its way. Returns what is there afterwards.
    fn fail_second(first_before: Option<&str>) -> Vec<(String, String)> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (first, second) = (dir.path().join("first"), dir.path().join("second"));
        fs::create_dir_all(second.join("x")).expect("makes a folder");
        if let Some(text) = first_before {
            fs::write(&first, text).expect("writes");
        }
        let error = write_pair((&first, b"new"), (&second, b"new")).expect_err("a folder is in the way");
        assert!(error.to_string().contains("second"), "{error}");
        let files = fs::read_dir(dir.path()).expect("lists").map(|e| e.expect("an entry").path());
        let mut files: Vec<PathBuf> = files.filter(|p| p.is_file()).collect();
        files.sort();
        let name = |p: &Path| p.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.iter().map(|p| (name(p), fs::read_to_string(p).expect("reads"))).collect()
    }

    #[test]
    fn a_pair_is_replaced_whole_or_not_at_all() {
        assert_eq!(fail_second(Some("old")), [("first".to_owned(), "old".to_owned())]);
        assert_eq!(fail_second(None), []);
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

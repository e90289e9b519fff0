//! Listing folders, in an order that does not depend on the machine.

use super::file::{Content, DataFile, Format, io};
use super::glob::pattern;
use crate::error::TaskError;
use std::path::{Component, Path, PathBuf};

/// Folders within folders that are gone into.
const DEEPEST: usize = 16;

/// Names of the folders in a folder, sorted; none when there is no such folder.
pub(super) fn folders(folder: &Path) -> Result<Vec<String>, TaskError> {
    let is_folder = |entry: &std::fs::DirEntry| entry.path().is_dir() && !is_hidden(&name(entry));
    Ok(listing(folder)?.iter().filter(|entry| is_folder(entry)).map(name).collect())
}

/// The data files of a folder whose names pass, sorted by name; none when there is no such folder.
pub(super) fn data_files(
    folder: &Path,
    passes: impl Fn(&str) -> bool,
    prefix: &str,
) -> Result<Vec<(DataFile, Format)>, TaskError> {
    let mut files = Vec::new();
    for entry in listing(folder)? {
        let file_name = name(&entry);
        let format = Format::of(&file_name).filter(|_| passes(&file_name) && !is_hidden(&file_name));
        if let Some(format) = format.filter(|_| entry.path().is_file()) {
            let name = if prefix.is_empty() { file_name } else { format!("{prefix}/{file_name}") };
            files.push((DataFile { name, content: Content::Disk(entry.path()) }, format));
        }
    }
    Ok(files)
}

/// The files that a path means: itself, those that its wildcards match (`**` is any number of folders), or all data files
/// below it when it is a folder. Sorted; none when there are none.
pub(super) fn expand(path: &Path) -> Result<Vec<PathBuf>, TaskError> {
    let mut found = vec![PathBuf::new()];
    for part in path.components() {
        found = step(&found, part)?;
    }
    let mut files = Vec::new();
    for path in found {
        if path.is_dir() {
            below(&path, DEEPEST, &mut |path| {
                if path.is_file() && Format::of(&path.to_string_lossy()).is_some() {
                    files.push(path.to_owned());
                }
            })?;
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// All paths one part further on.
fn step(paths: &[PathBuf], part: Component) -> Result<Vec<PathBuf>, TaskError> {
    let text = part.as_os_str().to_string_lossy();
    let mut next = Vec::new();
    for path in paths {
        if text == "**" {
            next.push(path.clone());
            below(path, DEEPEST, &mut |path| next.push(path.to_owned()))?;
        } else if let Some(regex) = pattern(&text) {
            let names = listing(here(path))?.into_iter().map(|entry| name(&entry));
            let is_meant = |name: &String| regex.is_match(name) && (!is_hidden(name) || is_hidden(&text));
            next.extend(names.filter(is_meant).map(|name| path.join(name)));
        } else {
            next.push(path.join(part));
        }
    }
    Ok(next)
}

/// Calls `visit` with everything below a folder. A depth bounds it, since links may lead back.
fn below(folder: &Path, depth: usize, visit: &mut impl FnMut(&Path)) -> Result<(), TaskError> {
    for entry in listing(here(folder))? {
        let path = folder.join(entry.file_name());
        if !is_hidden(&name(&entry)) {
            visit(&path);
            if depth > 0 && path.is_dir() {
                below(&path, depth - 1, visit)?;
            }
        }
    }
    Ok(())
}

fn here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

fn name(entry: &std::fs::DirEntry) -> String {
    entry.file_name().to_string_lossy().into_owned()
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// What is in a folder, sorted by name.
fn listing(folder: &Path) -> Result<Vec<std::fs::DirEntry>, TaskError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>().map_err(|error| io(folder, error)),
        Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => Err(io(folder, error)),
    };
    entries.map(|mut entries| {
        entries.sort_by_key(std::fs::DirEntry::file_name);
        entries
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_mean_files() {
        let dir = tempfile::tempdir().expect("a folder");
        for path in ["a1.json", "a2.json", "b.csv", "s/c.json", "s/t/d.json", "s/.hidden.json", "s/README.md"] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("below")).expect("a folder");
            std::fs::write(path, "").expect("a file");
        }
        let check = |path: &str, wanted: &[&str]| {
            let found = expand(&dir.path().join(path)).expect("a listing");
            let wanted: Vec<PathBuf> = wanted.iter().map(|path| dir.path().join(path)).collect();
            assert_eq!(found, wanted, "{path}");
        };
        check("a1.json", &["a1.json"]);
        check("a*.json", &["a1.json", "a2.json"]);
        check("*/c.json", &["s/c.json"]);
        check("**/*.json", &["a1.json", "a2.json", "s/c.json", "s/t/d.json"]);
        check("s", &["s/c.json", "s/t/d.json"]);
        check("no.json", &[]);
        check("no/*.json", &[]);
    }
}

//! How a dataset's folder is laid out: as the hub's parquet conversion, or as people lay out folders.

use super::file::{DataFile, Format};
use super::tree::{data_files, folders};
use crate::error::TaskError;
use std::path::Path;

/// What separates words in a file's name.
const SEPARATORS: &[char] = &['-', '.', '_', ' '];
/// Other names that the `datasets` library knows files of a split by.
const ALIASES: &[(&str, &[&str])] = &[
    ("train", &["train", "training"]),
    ("validation", &["validation", "valid", "dev", "val"]),
    ("test", &["test", "testing", "eval", "evaluation"]),
];

/// A split that was found.
#[derive(Debug)]
pub(super) struct Found {
    pub config: Option<String>,
    pub files: Vec<(DataFile, Format)>,
}

/// The files of a split in the folder of a dataset, sorted: those of `<config>/<split>`, of `<split>`, or those named after
/// the split in `<config>`, in `data` or in the folder itself. `name` is what the folder is called in the files' names.
///
/// # Errors
/// A folder that cannot be listed, or several configurations when none is named.
pub(super) fn find(
    folder: &Path,
    name: &str,
    config: Option<&str>,
    split: &str,
    ambiguous: impl FnOnce(Vec<String>) -> TaskError,
) -> Result<Option<Found>, TaskError> {
    if let Some(config) = choose_config(folder, config, ambiguous)? {
        let (folder, name) = (folder.join(&config), format!("{name}/{config}"));
        let mut files = data_files(&folder.join(split), |_| true, &format!("{name}/{split}"))?;
        if files.is_empty() {
            files = named_after(&folder, &name, split)?;
        }
        if !files.is_empty() {
            return Ok(Some(Found { config: Some(config), files }));
        }
    }
    if config.is_some_and(|config| config != "default") {
        return Ok(None);
    }
    let mut files = data_files(&folder.join(split), |_| true, &format!("{name}/{split}"))?;
    for (folder, name) in [(folder.join("data"), format!("{name}/data")), (folder.to_owned(), name.to_owned())] {
        if files.is_empty() {
            files = named_after(&folder, &name, split)?;
        }
    }
    Ok((!files.is_empty()).then_some(Found { config: None, files }))
}

/// The configuration to read: the one that is named, else `default`, else the only one. `None`: the folder lacks it.
fn choose_config(
    folder: &Path,
    config: Option<&str>,
    ambiguous: impl FnOnce(Vec<String>) -> TaskError,
) -> Result<Option<String>, TaskError> {
    let wanted = config.unwrap_or("default");
    if is_name(wanted) && folder.join(wanted).is_dir() {
        return Ok(Some(wanted.to_owned()));
    }
    if config.is_some() {
        return Ok(None);
    }
    // A configuration holds folders, one a split.
    let mut configs = Vec::new();
    for name in folders(folder)? {
        if !folders(&folder.join(&name))?.is_empty() {
            configs.push(name);
        }
    }
    match configs.len() {
        0 | 1 => Ok(configs.pop()),
        _ => Err(ambiguous(configs)),
    }
}

/// Whether it is one folder below another, and not a way out.
pub(super) fn is_name(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '\\', '\0'])
}

/// The files of a folder that bear the split's name; failing that, one of its other names.
fn named_after(folder: &Path, prefix: &str, split: &str) -> Result<Vec<(DataFile, Format)>, TaskError> {
    let files = data_files(folder, |file| has_word(file, split), prefix)?;
    let aliases = ALIASES.iter().find(|(name, _)| *name == split).map_or(&[][..], |(_, aliases)| aliases);
    if !files.is_empty() {
        return Ok(files);
    }
    data_files(folder, |file| aliases.iter().any(|alias| has_word(file, alias)), prefix)
}

/// Whether a file is called so, alone or between separators: `train` in `train-00000-of-00001.parquet` or `my_train.csv`.
fn has_word(file: &str, word: &str) -> bool {
    file.match_indices(word).any(|(at, _)| {
        let (before, after) = (&file[..at], &file[at + word.len()..]);
        (before.is_empty() || before.ends_with(SEPARATORS))
            && after.starts_with(|c: char| SEPARATORS.contains(&c) || c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(files: &[&str], config: Option<&str>, split: &str, wanted: &[&str]) {
        let dir = tempfile::tempdir().expect("a folder");
        for path in files {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().expect("below")).expect("a folder");
            std::fs::write(path, "").expect("a file");
        }
        let ambiguous = |configs| TaskError::AmbiguousConfig { id: String::new(), store: dir.path().into(), configs };
        let found = find(dir.path(), "o/d", config, split, ambiguous);
        let names = match found {
            Ok(found) => found.map_or(Vec::new(), |found| found.files.into_iter().map(|(file, _)| file.name).collect()),
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(names.len(), wanted.len(), "{split} of {config:?} in {files:?}: {names:?}");
        for (name, wanted) in names.iter().zip(wanted) {
            assert!(name.contains(wanted), "{name} has {wanted}");
        }
    }

    #[test]
    fn the_hubs_conversion() {
        let files = ["a/test/0001.parquet", "a/test/0000.parquet", "a/train/0.parquet", "b/test/0.parquet"];
        check(&files, Some("a"), "test", &["o/d/a/test/0000.parquet", "o/d/a/test/0001.parquet"]);
        check(&files, Some("c"), "test", &[]);
        check(&files, Some("../d/a"), "test", &[]);
        check(&files, Some("a"), "dev", &[]);
        check(&files, None, "test", &["several configurations (a, b)"]);
        check(&files[..3], None, "train", &["o/d/a/train/0.parquet"]);
        check(&["default/test/0.csv", "x/test/0.csv"], None, "test", &["o/d/default/test/0.csv"]);
    }

    #[test]
    fn folders_as_people_lay_them_out() {
        check(&["test/a.jsonl", "train/a.jsonl"], None, "test", &["o/d/test/a.jsonl"]);
        check(&["data/test-00000-of-00001.parquet"], None, "test", &["o/d/data/test-00000"]);
        check(&["test.jsonl", "train.jsonl", "README.md"], None, "test", &["o/d/test.jsonl"]);
        check(&["my_dev.csv", "my_train.csv"], None, "validation", &["o/d/my_dev.csv"]);
        check(&["dev.csv", "validation.csv"], None, "validation", &["o/d/validation.csv"]);
        check(&["en/test-0.parquet", "de/test-0.parquet"], Some("en"), "test", &["o/d/en/test-0.parquet"]);
        check(&["latest.csv", "testament.csv"], None, "test", &[]);
        check(&["test.jsonl"], Some("x"), "test", &[]);
    }
}

//! Which hook a `!function` means.
//!
//! lm-eval runs the Python file beside the task file. Where that file is there, its text decides: a file that some hook was
//! written after is served by that hook, in whatever folder it lies. Otherwise the name does, with as many folders as it takes.

use super::{Hook, MODULES, Module, hooks, words};
use crate::error::{self, TaskError};
use sha2::{Digest, Sha256};
use std::path::{Component, Path, PathBuf};

/// The folder of lm-eval below which its task files lie.
const ROOT: &str = "tasks";

/// The hook that `function` (`module.function`) means when written in `file`.
pub(crate) fn resolve(function: &str, file: &str) -> Option<&'static Hook> {
    by_source(function, file).or_else(|| by_name(function, file).filter(|hook| words::of(hook).is_none()))
}

fn by_source(function: &str, file: &str) -> Option<&'static Hook> {
    let path = python_file(function, file)?;
    let digest = sha256(&path)?;
    let module = MODULES.iter().find(|module| module.sources.contains(&digest.as_str()))?;
    let name = function.rsplit_once('.')?.1;
    let hook = module.hooks.iter().find(|hook| own_name(module, hook) == name)?;
    words::bound(hook, path)
}

/// A hook's name without its module's.
fn own_name(module: &Module, hook: &'static Hook) -> &'static str {
    hook.name.strip_prefix(module.name).map_or(hook.name, |rest| rest.trim_start_matches('.'))
}

/// As it stands, and then behind its folders, the longest name first.
fn by_name(function: &str, file: &str) -> Option<&'static Hook> {
    let folders = folders(file);
    let behind = (0..folders.len()).map(|first| format!("{}.{function}", folders[first..].join(".")));
    std::iter::once(function.to_owned()).chain(behind).find_map(|name| hooks().find(|hook| hook.name == name))
}

/// The function's name for messages: behind the folders below lm-eval's root, or its own folder.
pub(crate) fn full_name(function: &str, file: &str) -> String {
    let folders = folders(file);
    let root = folders.iter().rposition(|folder| folder == ROOT).map(|root| root + 1);
    let first = root.filter(|&first| first < folders.len()).unwrap_or(folders.len().saturating_sub(1));
    folders[first..].iter().map(String::as_str).chain([function]).collect::<Vec<_>>().join(".")
}

/// The name of the hook most similar to `name`.
pub(crate) fn nearest(name: &str) -> Option<String> {
    error::nearest(name, hooks().map(|hook| hook.name))
}

/// The Python file that `function` means when written in `file`, if there is one and it is not one that the hook was
/// written after: then the user's function and the hook may differ.
pub(crate) fn different_source(hook: &str, function: &str, file: &str) -> Option<PathBuf> {
    let path = python_file(function, file)?;
    let digest = sha256(&path)?;
    let known = MODULES.iter().find(|module| hook.rsplit_once('.').is_some_and(|(own, _)| own == module.name));
    known.is_none_or(|module| !module.sources.contains(&digest.as_str())).then_some(path)
}

/// The text of the Python file that `function` means when written in `file`.
///
/// # Errors
/// A file that is absent or not UTF-8.
pub(crate) fn source(function: &str, file: &str) -> Result<String, TaskError> {
    let path = python_file(function, file).unwrap_or_default();
    std::fs::read_to_string(&path).map_err(|source| TaskError::Io { path, source })
}

fn python_file(function: &str, file: &str) -> Option<PathBuf> {
    let module = function.rsplit_once('.')?.0.replace('.', "/");
    Some(Path::new(file).parent()?.join(module + ".py"))
}

fn sha256(path: &Path) -> Option<String> {
    Some(yardstick_core::hex(&Sha256::digest(std::fs::read(path).ok()?)))
}

fn folders(file: &str) -> Vec<String> {
    let folder = Path::new(file).parent().unwrap_or_else(|| Path::new(""));
    let mut folders = Vec::new();
    for part in folder.components() {
        match part {
            Component::Normal(name) => folders.push(name.to_string_lossy().into_owned()),
            Component::ParentDir => {
                folders.pop();
            }
            _ => {}
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_and_hooks_lie_in_their_modules() {
        let names: Vec<_> = MODULES.iter().map(|module| module.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        for module in MODULES {
            let names: Vec<_> = module.hooks.iter().map(|hook| hook.name).collect();
            assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
            assert!(!names.is_empty(), "{}", module.name);
            let is_own = |name: &&str| name.rsplit_once('.').is_some_and(|(own, _)| own == module.name);
            assert!(names.iter().all(is_own), "{names:?}");
        }
    }

    #[test]
    fn a_source_belongs_to_one_module() {
        let mut sources: Vec<_> = MODULES.iter().flat_map(|module| module.sources).collect();
        assert!(sources.iter().all(|source| source.len() == 64));
        let count = sources.len();
        sources.sort();
        sources.dedup();
        assert_eq!(sources.len(), count);
    }

    #[test]
    fn full_names() {
        let check = |file, want| assert_eq!(full_name("utils.f", file), want, "{file}");
        check("/lm_eval/tasks/super_glue/copa/x.yaml", "super_glue.copa.utils.f");
        check("/lm_eval/tasks/x.yaml", "tasks.utils.f");
        check("/home/me/copa/x.yaml", "copa.utils.f");
        check("/tasks/a/b/../x.yaml", "a.utils.f");
        check("x.yaml", "utils.f");
    }

    #[test]
    fn names_with_and_without_folders() {
        let check = |function, file, want: Option<&str>| {
            assert_eq!(resolve(function, file).map(|hook| hook.name), want, "{function} in {file}");
        };
        let name = Some("copa.utils.doc_to_text");
        check("utils.doc_to_text", "absent/copa/x.yaml", name);
        check("copa.utils.doc_to_text", "x.yaml", name);
        check("copa.utils.doc_to_text", "other/x.yaml", name);
        check("utils.doc_to_text", "other/x.yaml", None);
    }
}

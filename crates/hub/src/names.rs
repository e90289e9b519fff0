//! Names that become folders. They come from users and from servers, and none may lead out of the store.

use crate::error::HubError;
use std::path::Path;

/// A hub id: `name` or `owner/name`.
pub(crate) fn check_id(what: &'static str, id: &str) -> Result<(), HubError> {
    let bad = |reason| HubError::BadName { what, name: id.to_owned(), reason };
    if id.split('/').count() > 2 {
        return Err(bad("a hub id is `name` or `owner/name`"));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if !id.chars().all(is_plain) {
        return Err(bad("hub ids have letters, digits, `-`, `_` and `.`"));
    }
    id.split('/').try_for_each(|part| check_part(what, part))
}

/// One folder: a configuration or a split.
pub(crate) fn check_part(what: &'static str, name: &str) -> Result<(), HubError> {
    let bad = |reason| Err(HubError::BadName { what, name: name.to_owned(), reason });
    match name {
        "" => bad("it is empty"),
        _ if name.starts_with('.') => bad("it begins with a dot"),
        _ if name.contains(['/', '\\']) || name.chars().any(char::is_control) => bad("it is no single folder"),
        _ => Ok(()),
    }
}

/// A path below the store.
pub(crate) fn check_path(path: &str) -> Result<(), HubError> {
    path.split('/').try_for_each(|part| check_part("path", part))
}

/// A path below the store as the lock file writes it, on every system.
pub(crate) fn written(store: &Path, path: &Path) -> String {
    let below = path.strip_prefix(store).unwrap_or(path);
    below.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_are_names() {
        for id in ["piqa", "openai/gsm8k", "a-b/c_d.e"] {
            assert!(check_id("dataset", id).is_ok(), "{id}");
        }
        for id in ["", "/", "a/", "../a", "a/..", "a/b/c", "a b", "a/.b", "https://x.y/z", "a\\b", "é"] {
            assert!(check_id("dataset", id).is_err(), "{id}");
        }
        assert!(check_part("split", "zh-CN (new)").is_ok());
        assert!(check_part("split", "a/b").is_err() && check_part("split", "..").is_err());
        assert!(check_path("a/b/c.json").is_ok() && check_path("a/../b").is_err() && check_path("/a").is_err());
    }
}

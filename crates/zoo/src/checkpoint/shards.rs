//! The index of a checkpoint in several files: which tensor is in which.

use crate::ZooError;
use crate::config::Config;
use crate::source::Source;
use std::collections::BTreeSet;
use std::path::{Component, Path};

/// The distinct files of the index, sorted.
///
/// # Errors
/// It is not JSON, or names something that is not a file beside it.
pub fn names(source: &Source, index: &str) -> Result<Vec<String>, ZooError> {
    let bytes = source.require(index, "the index of the shards")?;
    parse(&source.describe_file(index), &bytes)
}

/// The same from the bytes of `file`.
///
/// # Errors
/// As above.
pub fn parse(file: &str, bytes: &[u8]) -> Result<Vec<String>, ZooError> {
    let index = Config::parse(file.to_owned(), bytes)?;
    let map = index.get("weight_map").and_then(serde_json::Value::as_object);
    let map = map.ok_or_else(|| index.wrong("weight_map", "an object from tensor to file"))?;
    let mut names = BTreeSet::new();
    for (tensor, name) in map {
        let name = name.as_str().filter(|name| is_plain(name));
        names.insert(name.ok_or_else(|| outside(&index, tensor, &map[tensor]))?.to_owned());
    }
    if names.is_empty() {
        return Err(index.wrong("weight_map", "an object with at least one tensor"));
    }
    Ok(names.into_iter().collect())
}

fn outside(index: &Config, tensor: &str, name: &serde_json::Value) -> ZooError {
    let reason = format!("tensor {tensor:?} is said to be in {name}, which is not the name of a file beside the index");
    ZooError::Index { file: index.file().to_owned(), reason }
}

/// Whether `name` is one path component, so that it cannot leave the folder.
pub fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_file_names_are_shards() {
        for (name, plain) in [
            ("model-00001-of-00002.safetensors", true),
            ("../model.safetensors", false),
            ("/etc/passwd", false),
            ("a/b", false),
            ("", false),
            (".", false),
            ("a/", false),
        ] {
            assert_eq!(is_plain(name), plain, "{name:?}");
        }
    }
}

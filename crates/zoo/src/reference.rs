//! What the user typed → where the model is.

use crate::ZooError;
use crate::bundled::{self, BUNDLED_NAMES};
use crate::source::Source;
use std::path::Path;

/// The name for tables and the files: a bundled name first, then a folder (`./gpt2-micro` for a folder of a bundled name).
///
/// # Errors
/// [`ZooError::UnknownModel`].
pub fn resolve(reference: &str) -> Result<(String, Source), ZooError> {
    if let Some(source) = bundled::source(reference) {
        return Ok((reference.to_owned(), source));
    }
    let path = Path::new(reference);
    if !path.is_dir() {
        return Err(unknown(reference));
    }
    Ok((folder_name(path), Source::Folder(path.to_owned())))
}

/// The last component of the real path, so that `.` and `a/..` have names too.
fn folder_name(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn unknown(reference: &str) -> ZooError {
    let nearest = BUNDLED_NAMES.iter().map(|name| (strsim::damerau_levenshtein(reference, name), name)).min();
    ZooError::UnknownModel {
        reference: reference.to_owned(),
        known: BUNDLED_NAMES.join(", "),
        nearest: nearest.filter(|(edits, name)| *edits <= name.len() / 2).map(|(_, name)| (*name).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        for (typed, nearest) in [("gpt2-mirco", "gpt2-micro"), ("gpt3micro", "gpt3-micro"), ("gpt2-nanno", "gpt2-nano")]
        {
            let message = resolve(typed).err().unwrap().to_string();
            assert!(message.ends_with(&format!("did you mean {nearest:?}?")), "{message}");
        }
        let message = resolve("./no/such/folder/anywhere").err().unwrap().to_string();
        assert!(!message.contains("did you mean"), "{message}");
        assert!(message.contains("gpt1-micro, gpt2-nano"), "{message}");
    }

    #[test]
    fn a_folder_is_called_by_its_last_component() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("my-model");
        std::fs::create_dir(&path).unwrap();
        assert_eq!(folder_name(&path), "my-model");
        assert_eq!(folder_name(&path.join("..").join("my-model").join(".")), "my-model");
    }
}

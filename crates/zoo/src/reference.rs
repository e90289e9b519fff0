//! What the user typed → where the model is.

use crate::ZooError;
use crate::bundled::{self, BUNDLED_NAMES};
use crate::nn::Storage;
use crate::source::{GgufFile, Source};
use std::path::Path;

/// A model as it is named on a command line: `gpt2-micro`, `./my-checkpoint`, and either with how its weights are to be
/// held: `gpt2-micro:int8`. A folder whose name ends like that is meant with a slash behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference<'a> {
    /// The bundled name, the folder or the file.
    pub model: &'a str,
    /// How its weights are held, where the reference says so.
    pub storage: Option<Storage>,
}

impl<'a> Reference<'a> {
    /// Takes a reference apart. What stands behind the last colon counts only if it is exactly a name of [`Storage::ALL`].
    pub fn parse(reference: &'a str) -> Self {
        let parts = reference.rsplit_once(':').and_then(|(model, name)| Some((model, Storage::of_name(name)?)));
        match parts {
            Some((model, storage)) => Self { model, storage: Some(storage) },
            None => Self { model: reference, storage: None },
        }
    }
}

/// The name for tables and the files: a bundled name first, then a folder (`./gpt2-micro` for a folder of a bundled name) or a
/// GGUF file.
///
/// # Errors
/// [`ZooError::UnknownModel`]; a GGUF file that is damaged.
pub fn resolve(reference: &str) -> Result<(String, Source), ZooError> {
    let model = Reference::parse(reference).model;
    if let Some(source) = bundled::source(model) {
        return Ok((model.to_owned(), source));
    }
    let path = Path::new(model);
    if path.is_file() && is_gguf(path) {
        return Ok((stem(path), Source::Gguf(Box::new(GgufFile::open(path)?))));
    }
    if !path.is_dir() {
        return Err(unknown(reference));
    }
    let source = Source::Folder(path.to_owned());
    if !source.has("config.json") && has_gguf(path) {
        let hint = "a GGUF file is a model by itself: name the file, not its folder";
        return Err(source.missing("config.json", hint));
    }
    Ok((folder_name(path), source))
}

fn is_gguf(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gguf"))
}

fn has_gguf(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|e| is_gguf(&e.path()))))
}

/// The file's name without `.gguf`.
fn stem(path: &Path) -> String {
    path.file_stem().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// The last component of the real path, so that `.` and `a/..` have names too.
fn folder_name(path: &Path) -> String {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn unknown(reference: &str) -> ZooError {
    if let Some((_, found)) = reference.rsplit_once(':').filter(|(model, _)| Path::new(model).exists()) {
        let known = Storage::ALL.map(Storage::name).join(", ");
        return ZooError::UnknownStorage { reference: reference.to_owned(), found: found.to_owned(), known };
    }
    let held = |name: &&str| Storage::ALL.map(|storage| format!("{name}:{}", storage.name()));
    let names = BUNDLED_NAMES.iter().map(|&name| name.to_owned()).chain(BUNDLED_NAMES.iter().flat_map(held));
    let nearest = names.map(|name| (strsim::damerau_levenshtein(reference, &name), name)).min();
    ZooError::UnknownModel {
        reference: reference.to_owned(),
        known: BUNDLED_NAMES.join(", "),
        nearest: nearest.filter(|(edits, name)| *edits <= name.len() / 2).map(|(_, name)| name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_held_in_no_known_way_is_told_the_ways() {
        let folder = tempfile::tempdir().unwrap();
        let typed = format!("{}:int3", folder.path().display());
        let message = resolve(&typed).err().unwrap().to_string();
        assert!(message.ends_with("weights can be held as f32, bf16, int8, int4, not as \"int3\""), "{message}");
    }

    #[test]
    fn a_slip_of_the_finger_gets_a_suggestion() {
        for (typed, nearest) in [
            ("gpt2-mirco", "gpt2-micro"),
            ("gpt3micro", "gpt3-micro"),
            ("gpt2-nanno", "gpt2-nano"),
            ("gpt2-micro:int3", "gpt2-micro:int4"),
            ("gpt2-mikro:int8", "gpt2-micro:int8"),
        ] {
            let message = resolve(typed).err().unwrap().to_string();
            assert!(message.ends_with(&format!("did you mean {nearest:?}?")), "{message}");
        }
        let message = resolve("./no/such/folder/anywhere").err().unwrap().to_string();
        assert!(!message.contains("did you mean"), "{message}");
        assert!(message.contains("gpt1-micro, gpt2-nano"), "{message}");
    }

    #[test]
    fn how_weights_are_held_stands_behind_a_colon() {
        for (typed, model, storage) in [
            ("gpt2-micro", "gpt2-micro", None),
            ("gpt2-micro:int4", "gpt2-micro", Some(Storage::Int4)),
            ("a:b/m:f32", "a:b/m", Some(Storage::F32)),
            ("a:b/m", "a:b/m", None),
            ("m:int8/", "m:int8/", None),
            ("m:INT8", "m:INT8", None),
        ] {
            assert_eq!(Reference::parse(typed), Reference { model, storage }, "{typed}");
        }
        assert_eq!(resolve("gpt2-nano:bf16").unwrap().0, "gpt2-nano");
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

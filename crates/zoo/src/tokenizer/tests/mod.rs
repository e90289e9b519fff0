//! Tokenizers from files of every layout: ids of reference tokenizers, round trips, special tokens, damage.

mod damage;
mod reference;
mod round_trip;
mod special;

use super::{Bpe, Tokenizer};
use crate::ZooError;
use crate::source::Source;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The tokenizer of a folder with these files.
fn load(files: &[(&str, &[u8])], bpe: Bpe) -> Result<Tokenizer, ZooError> {
    let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()));
    Tokenizer::load(&Source::Memory(files.collect()), bpe, usize::MAX)
}

/// What loading complains about.
fn complaint(files: &[(&str, &[u8])]) -> String {
    load(files, Bpe::ByteLevel).err().expect("loading must fail").to_string()
}

/// vocab.json and merges.txt of a byte-level tokenizer.json.
fn split(folder: &str) -> (Vec<u8>, Vec<u8>) {
    let tokenizer: serde_json::Value =
        serde_json::from_slice(&read(fixtures().join(folder).join("tokenizer.json"))).unwrap();
    let merges = tokenizer["model"]["merges"].as_array().unwrap();
    let lines = merges.iter().map(|pair| format!("{} {}\n", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    let merges = format!("#version: 0.2\n{}", lines.collect::<String>());
    (tokenizer["model"]["vocab"].to_string().into_bytes(), merges.into_bytes())
}

//! Which of a repository's files a model needs.

use crate::names::check_part;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Configuration, tokenizer and chat template: those that are there. Flax, TensorFlow, ONNX, other precisions and whatever lies in
/// folders are left alone.
pub const SMALL: &[&str] = &[
    "config.json",
    "generation_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "merges.txt",
    "encoder.json",
    "vocab.bpe",
    "encoder_bpe_40000.json",
    "vocab_40000.bpe",
    "vocab.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
    "chat_template.jinja",
];

/// Weights, the best first; never two of them.
const WEIGHTS: [&str; 4] =
    ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];
/// Those of [`WEIGHTS`] that say which pieces there are.
const INDEXED: [&str; 2] = [WEIGHTS[1], WEIGHTS[3]];

/// Where a model's weights are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// In this file.
    One(&'static str),
    /// In the files that this index lists.
    Indexed(&'static str),
}

/// The weights of a repository that has these files.
pub fn weights(has: impl Fn(&str) -> bool) -> Option<Weights> {
    let name = WEIGHTS.into_iter().find(|name| has(name))?;
    Some(if INDEXED.contains(&name) { Weights::Indexed(name) } else { Weights::One(name) })
}

/// The files that an index lists.
pub fn shards(index: &[u8]) -> Result<BTreeSet<String>, String> {
    let index: Value = serde_json::from_slice(index).map_err(|e| format!("not an index of weights: {e}"))?;
    let map = index["weight_map"].as_object().ok_or("an index of weights without `weight_map`")?;
    let name = |value: &Value| {
        let name = value.as_str().filter(|name| check_part("file", name).is_ok());
        name.map(str::to_owned).ok_or_else(|| format!("{value} is listed, which is not the name of a file beside it"))
    };
    map.values().map(name).collect()
}

/// The files of a model in a folder; or the name of one that it lacks.
pub fn present(folder: &Path) -> Result<Vec<String>, String> {
    // Follows links: one to a blob that is gone is no file.
    let has = |name: &str| folder.join(name).is_file();
    if !has(SMALL[0]) {
        return Err(SMALL[0].to_owned());
    }
    let mut files: Vec<String> = SMALL.iter().filter(|name| has(name)).map(|&name| name.to_owned()).collect();
    match weights(has).ok_or_else(|| WEIGHTS[0].to_owned())? {
        Weights::One(name) => files.push(name.to_owned()),
        Weights::Indexed(index) => {
            let text = std::fs::read(folder.join(index)).unwrap_or_default();
            let shards = shards(&text).map_err(|_| index.to_owned())?;
            if let Some(missing) = shards.iter().find(|name| !has(name)) {
                return Err(missing.clone());
            }
            files.push(index.to_owned());
            files.extend(shards);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safetensors_come_first_and_alone() {
        for (files, wanted) in [
            (&["pytorch_model.bin", "model.safetensors", "tf_model.h5"][..], Some(Weights::One("model.safetensors"))),
            (
                &["pytorch_model.bin", "model.safetensors.index.json"],
                Some(Weights::Indexed("model.safetensors.index.json")),
            ),
            (&["pytorch_model.bin", "rust_model.ot"], Some(Weights::One("pytorch_model.bin"))),
            (&["flax_model.msgpack", "model.onnx"], None),
        ] {
            assert_eq!(weights(|name| files.contains(&name)), wanted, "{files:?}");
        }
    }

    #[test]
    fn an_index_lists_files_beside_it() {
        let index = |map: &str| shards(format!("{{\"weight_map\": {map}}}").as_bytes());
        let found = index(r#"{"a": "2.safetensors", "b": "1.safetensors", "c": "1.safetensors"}"#).unwrap();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["1.safetensors", "2.safetensors"]);
        for bad in [r#"{"a": "../x"}"#, r#"{"a": "/x"}"#, r#"{"a": 1}"#, r#"{"a": ".."}"#] {
            assert!(index(bad).unwrap_err().contains("not the name of a file beside it"), "{bad}");
        }
        assert!(shards(b"{}").unwrap_err().contains("weight_map"));
        assert!(shards(b"{").unwrap_err().contains("not an index"));
    }

    #[test]
    fn what_is_missing_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        let lacks = |wanted: &str| assert_eq!(present(dir.path()).unwrap_err(), wanted);
        lacks("config.json");
        write("config.json", "{}");
        lacks("model.safetensors");
        write("pytorch_model.bin.index.json", r#"{"weight_map": {"a": "1.bin", "b": "2.bin"}}"#);
        write("1.bin", "");
        lacks("2.bin");
        write("2.bin", "");
        assert_eq!(present(dir.path()).unwrap().len(), 4);
    }
}

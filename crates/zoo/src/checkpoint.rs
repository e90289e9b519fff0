//! Weight files → named tensors in f32.

use crate::ZooError;
use crate::config::Config;
use crate::nn::Storage;
use crate::source::{Bytes, Source};
use candle_core::safetensors::Load;
use candle_core::{DType, Device, Tensor};
use safetensors::{Dtype, SafeTensors};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SINGLE: &str = "model.safetensors";
const INDEX: &str = "model.safetensors.index.json";
const HINT: &str = "a model needs model.safetensors, or model.safetensors.index.json with its shards \
                    (convert pytorch_model.bin with transformers' save_pretrained)";

/// A checkpoint's weight files, mapped and not yet parsed, in name order.
pub struct WeightFiles {
    folder: String,
    files: Vec<(String, Bytes)>,
}

impl WeightFiles {
    /// Maps the single weight file or all shards of the index.
    ///
    /// # Errors
    /// A missing or unreadable file, or an index that names something outside the folder.
    pub fn open(source: &Source) -> Result<Self, ZooError> {
        let names = if source.has(SINGLE) { vec![SINGLE.to_owned()] } else { shard_names(source)? };
        let files = names
            .into_iter()
            .map(|name| Ok((source.describe_file(&name), source.map(&name, "the shard index lists it: download it")?)))
            .collect::<Result<_, ZooError>>()?;
        Ok(Self { folder: source.describe(), files })
    }

    /// Size of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|(_, bytes)| bytes.len() as u64).sum()
    }

    /// sha256 (hex) over the files' bytes in name order.
    pub fn sha256(&self) -> String {
        let hash = self.files.iter().fold(Sha256::new(), |hash, (_, bytes)| hash.chain_update(&**bytes));
        yardstick_core::hex(&hash.finalize())
    }
}

/// The distinct shards of the index, sorted.
fn shard_names(source: &Source) -> Result<Vec<String>, ZooError> {
    let bytes = source.read(INDEX)?.ok_or_else(|| source.missing(SINGLE, HINT))?;
    let index = Config::parse(source.describe_file(INDEX), &bytes)?;
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

/// The parsed headers of a checkpoint, and which tensors a model has taken.
pub struct Checkpoint<'a> {
    folder: &'a str,
    shards: Vec<(&'a str, SafeTensors<'a>)>,
    /// Tensor → its shard.
    index: BTreeMap<String, usize>,
    /// Tensor → its number of elements.
    taken: Mutex<BTreeMap<String, usize>>,
    storage: Storage,
}

impl<'a> Checkpoint<'a> {
    /// Parses the headers.
    ///
    /// # Errors
    /// [`ZooError::Safetensors`].
    pub fn parse(files: &'a WeightFiles, storage: Storage) -> Result<Self, ZooError> {
        let mut shards = Vec::new();
        let mut index = BTreeMap::new();
        for (file, bytes) in &files.files {
            let parsed = SafeTensors::deserialize(bytes)
                .map_err(|error| ZooError::Safetensors { file: file.clone(), reason: error.to_string() })?;
            index.extend(parsed.names().into_iter().map(|name| (name.to_owned(), shards.len())));
            shards.push((file.as_str(), parsed));
        }
        Ok(Self { folder: &files.folder, shards, index, taken: Mutex::default(), storage })
    }

    /// Where a model's tensors begin: below `prefix.` when the checkpoint has such names, else at the top.
    pub fn root(&self, prefix: &str) -> Weights<'_> {
        let dotted = format!("{prefix}.");
        let has_prefix = self.index.keys().any(|name| name.starts_with(&dotted));
        Weights { checkpoint: self, prefix: if has_prefix { dotted } else { String::new() } }
    }

    /// The names at the very top, outside any prefix (`lm_head.weight`).
    pub fn top(&self) -> Weights<'_> {
        Weights { checkpoint: self, prefix: String::new() }
    }

    /// Elements of the tensors taken so far, each counted once.
    pub fn n_params(&self) -> u64 {
        self.taken().values().map(|&n| n as u64).sum()
    }

    /// How the tensors taken so far are stored: the most common of `f32`, `f16`, `bf16`, by elements.
    pub fn dtype(&self) -> String {
        let mut elements = BTreeMap::<&str, usize>::new();
        for (name, n) in self.taken().iter() {
            let stored = self.index.get(name).and_then(|&at| self.shards[at].1.tensor(name).ok());
            *elements.entry(stored.and_then(|view| dtype_name(view.dtype())).unwrap_or("f32")).or_default() += n;
        }
        elements.into_iter().max_by_key(|(_, n)| *n).map_or("f32", |(name, _)| name).to_owned()
    }

    /// How layers are to hold their weights.
    pub const fn storage(&self) -> Storage {
        self.storage
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Refuses a checkpoint whose layers hold more than the model took, apart from constant masks.
    ///
    /// # Errors
    /// [`ZooError::UnusedTensor`].
    pub fn check_all_used(&self, layers: &Weights, n_layer: usize) -> Result<(), ZooError> {
        let taken = self.taken();
        let unused = self
            .index
            .keys()
            .find(|name| name.starts_with(&layers.prefix) && !taken.contains_key(*name) && !is_mask(name));
        unused.map_or(Ok(()), |tensor| {
            Err(ZooError::UnusedTensor { file: self.folder.to_owned(), tensor: tensor.clone(), n_layer })
        })
    }

    fn take(&self, name: &str, shape: &[usize]) -> Result<Tensor, ZooError> {
        let missing = || {
            let file = if let [(file, _)] = self.shards[..] { file } else { self.folder };
            ZooError::MissingTensor { file: file.to_owned(), tensor: name.to_owned() }
        };
        let (file, shard) = &self.shards[*self.index.get(name).ok_or_else(missing)?];
        let view = shard.tensor(name).map_err(|_| missing())?;
        let (file, tensor) = ((*file).to_owned(), name.to_owned());
        if view.shape() != shape {
            let (expected, found) = (shape.to_vec(), view.shape().to_vec());
            return Err(ZooError::TensorShape { file, tensor, expected, found });
        }
        if dtype_name(view.dtype()).is_none() {
            return Err(ZooError::TensorType { file, tensor, found: format!("{:?}", view.dtype()) });
        }
        self.taken().insert(tensor, shape.iter().product());
        Ok(view.load(&Device::Cpu)?.to_dtype(DType::F32)?)
    }
}

/// Causal masks and rotary frequencies that older checkpoints store beside the weights: `attn.bias`, …
fn is_mask(name: &str) -> bool {
    ["attn.bias", "attn.masked_bias", "attention.bias", "attention.masked_bias", "rotary_emb.inv_freq"]
        .iter()
        .any(|suffix| name.ends_with(&format!(".{suffix}")))
}

/// The card's name of a type that can be computed with.
fn dtype_name(dtype: Dtype) -> Option<&'static str> {
    match dtype {
        Dtype::F32 => Some("f32"),
        Dtype::F16 => Some("f16"),
        Dtype::BF16 => Some("bf16"),
        _ => None,
    }
}

/// The tensors below one prefix of a checkpoint.
#[derive(Clone)]
pub struct Weights<'a> {
    checkpoint: &'a Checkpoint<'a>,
    prefix: String,
}

impl Weights<'_> {
    /// The tensors one level down: `weights.at("h").at(0).at("attn")`.
    #[must_use]
    pub fn at(&self, name: impl std::fmt::Display) -> Self {
        Self { checkpoint: self.checkpoint, prefix: format!("{}{name}.", self.prefix) }
    }

    /// How layers are to hold their weights.
    pub const fn storage(&self) -> Storage {
        self.checkpoint.storage
    }

    /// Whether there is a tensor of this name.
    pub fn has(&self, name: &str) -> bool {
        self.checkpoint.index.contains_key(&format!("{}{name}", self.prefix))
    }

    /// One tensor in f32, contiguous.
    ///
    /// # Errors
    /// It is missing, or of another shape or an unsupported type.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<Tensor, ZooError> {
        self.checkpoint.take(&format!("{}{name}", self.prefix), shape)
    }
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

    #[test]
    fn masks_are_told_from_biases() {
        for (name, mask) in [
            ("h.0.attn.bias", true),
            ("transformer.h.0.attn.masked_bias", true),
            ("transformer.h.1.attn.attention.bias", true),
            ("gpt_neox.layers.0.attention.bias", true),
            ("model.layers.0.self_attn.rotary_emb.inv_freq", true),
            ("gpt_neox.layers.0.attention.dense.bias", false),
            ("h.0.attn.c_attn.bias", false),
            ("h.0.mlp.bias", false),
        ] {
            assert_eq!(is_mask(name), mask, "{name}");
        }
    }
}

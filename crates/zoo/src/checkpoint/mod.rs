//! Weight files → named tensors in f32.
//!
//! Files are mapped, and of each only what describes its tensors is read; a tensor's bytes are turned into numbers when a family
//! takes it, one tensor at a time. So opening a model costs the pages that are touched and never a second copy of a file.

mod archive;
mod formats;
mod npz;
mod pickle;
mod safetensors;
mod shards;
mod stored;
mod survey;
#[cfg(test)]
mod tests;
mod torch;

pub use formats::{FORMATS, Fault, Format, Tensors};
pub use shards::{is_plain, parse as parse_index};
pub use stored::{Kind, Layout, Place, Stored, elements};

use crate::ZooError;
use crate::nn::Storage;
use crate::source::{Bytes, Source};
use crate::tensors::{self, Accelerator};
use candle_core::Tensor;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

const HINT: &str = "a model needs model.safetensors, pytorch_model.bin or model.npz (or the index of their shards); \
                    a GGUF file is named by itself";
/// More names than these in a message help nobody.
const MOST_NAMES: usize = 10;

/// A checkpoint's weight files, mapped and not yet parsed, in name order.
pub struct WeightFiles {
    folder: String,
    format: &'static Format,
    files: Vec<(String, Bytes)>,
}

impl WeightFiles {
    /// Maps the single weight file or all shards of the index, of the first of [`FORMATS`] that the folder has.
    ///
    /// # Errors
    /// A missing or unreadable file, or an index that names something outside the folder.
    pub fn open(source: &Source) -> Result<Self, ZooError> {
        let folder = source.describe();
        if let Source::Gguf(file) = source {
            return Ok(Self {
                files: vec![(folder.clone(), file.bytes.clone())],
                folder,
                format: &crate::gguf::FORMAT,
            });
        }
        let (format, names) = names(source)?;
        let map = |name: String| {
            let bytes = source.map(&name, "the shard index lists it: download it")?;
            Ok((source.describe_file(&name), bytes))
        };
        Ok(Self { folder, format, files: names.into_iter().map(map).collect::<Result<_, ZooError>>()? })
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

/// The format of a folder and its weight files.
fn names(source: &Source) -> Result<(&'static Format, Vec<String>), ZooError> {
    for format in FORMATS {
        if source.has(format.single) {
            return Ok((format, vec![format.single.to_owned()]));
        }
        if let Some(index) = format.index.filter(|index| source.has(index)) {
            return Ok((format, shards::names(source, index)?));
        }
    }
    Err(source.missing(FORMATS[0].single, HINT))
}

/// Where the tensors of a checkpoint are, and which of them a model has taken.
pub struct Checkpoint<'a> {
    files: &'a WeightFiles,
    /// Tensor → its file and what it is there.
    index: BTreeMap<String, (usize, Stored)>,
    /// Tensor → its number of elements.
    taken: Mutex<BTreeMap<String, usize>>,
    storage: Storage,
    /// Where layers are to be; `None` for the processor.
    accelerator: Option<&'a Accelerator>,
    /// What a second attempt misses; see [`Self::survey`].
    missing: Mutex<Option<survey::Missing>>,
}

impl<'a> Checkpoint<'a> {
    /// Reads what describes the tensors.
    ///
    /// # Errors
    /// A file is damaged, holds what is not read, or one tensor twice.
    pub fn parse(
        files: &'a WeightFiles,
        storage: Storage,
        accelerator: Option<&'a Accelerator>,
    ) -> Result<Self, ZooError> {
        let mut index = BTreeMap::new();
        for (i, (file, bytes)) in files.files.iter().enumerate() {
            let tensors = parse(files.format, bytes).map_err(|fault| ZooError::of(file, files.format.name, fault))?;
            index.extend(tensors.into_iter().map(|(name, stored)| (name, (i, stored))));
        }
        Ok(Self { files, index, taken: Mutex::default(), storage, accelerator, missing: Mutex::default() })
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

    /// How the tensors taken so far are stored: the most common of `f32`, `f16`, `bf16`, `q4_k`, …, by elements.
    pub fn dtype(&self) -> String {
        let mut elements = BTreeMap::<String, usize>::new();
        for (name, n) in self.taken().iter() {
            let kind = self.index.get(name).and_then(|(_, stored)| stored.kind.name());
            *elements.entry(kind.unwrap_or_else(|| "f32".to_owned())).or_default() += n;
        }
        elements.into_iter().max_by_key(|(_, n)| *n).map_or_else(|| "f32".to_owned(), |(name, _)| name)
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
        let is_unused =
            |name: &&String| name.starts_with(&layers.prefix) && !taken.contains_key(*name) && !is_mask(name);
        let unused: Vec<&String> = self.index.keys().filter(is_unused).collect();
        let Some(tensor) = unused.first() else { return Ok(()) };
        let more = unused[1..].iter().take(MOST_NAMES - 1).map(|&name| name.clone()).collect();
        let (tensor, n_more) = ((*tensor).clone(), unused.len() - 1);
        Err(ZooError::UnusedTensor { file: self.files.folder.clone(), tensor, more, n_more, n_layer })
    }

    fn take(&self, name: &str, shape: &[usize]) -> Result<Tensor, ZooError> {
        let tensor = name.to_owned();
        let Some((file, stored)) = self.index.get(name) else {
            return self.stand_in(tensor, shape);
        };
        let (file, bytes) = &self.files.files[*file];
        if stored.shape != shape {
            let (file, expected, found) = (file.clone(), shape.to_vec(), stored.shape.clone());
            return Err(ZooError::TensorShape { file, tensor, expected, found });
        }
        if let Kind::Other(found) = &stored.kind {
            return Err(ZooError::TensorType { file: file.clone(), tensor, found: found.clone() });
        }
        self.taken().insert(tensor, shape.iter().product());
        let damaged = |reason| Fault::Damaged(format!("tensor {name:?}: {reason}"));
        stored.read(bytes).map_err(|reason| ZooError::of(file, self.files.format.name, damaged(reason)))
    }
}

/// The tensors of a file, each there once.
fn parse(format: &Format, bytes: &[u8]) -> Result<BTreeMap<String, Stored>, Fault> {
    let mut index = BTreeMap::new();
    for (name, stored) in (format.parse)(bytes)? {
        if index.contains_key(&name) {
            return Err(format!("tensor {name:?} is there twice").into());
        }
        index.insert(name, stored);
    }
    Ok(index)
}

/// Reads a file of a format as a model would that takes each of its tensors, up to `most` elements in all.
///
/// # Errors
/// What is wrong with the file.
pub fn read_all(format: &Format, bytes: &[u8], most: usize) -> Result<(), Fault> {
    let mut left = most;
    for (name, stored) in parse(format, bytes)? {
        if let (Some(_), Some(n)) = (stored.kind.name(), elements(&stored.shape).filter(|n| *n <= left)) {
            left -= n;
            stored.read(bytes).map_err(|reason| format!("tensor {name:?}: {reason}"))?;
        }
    }
    Ok(())
}

/// Causal masks and rotary frequencies that older checkpoints store beside the weights: `attn.bias`, …
fn is_mask(name: &str) -> bool {
    ["attn.bias", "attn.masked_bias", "attention.bias", "attention.masked_bias", "rotary_emb.inv_freq"]
        .iter()
        .any(|suffix| name.ends_with(&format!(".{suffix}")))
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

    /// Where layers are to be; `None` for the processor.
    pub const fn accelerator(&self) -> Option<&Accelerator> {
        self.checkpoint.accelerator
    }

    /// The error of a layer that a device does not take.
    pub fn does_not_fit(&self, fault: &tensors::Fault) -> ZooError {
        ZooError::Placement { file: self.checkpoint.files.folder.clone(), reason: fault.reason().to_owned() }
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

//! The formats of weight files, and what each file of a folder is called.

use super::stored::Stored;
use super::{npz, safetensors, torch};

/// Named tensors of one file, in the file's order or by name.
pub type Tensors = Vec<(String, Stored)>;

/// A format: what its files are called, and how one is read.
pub struct Format {
    /// For messages: `… is damaged or not a safetensors file`.
    pub name: &'static str,
    /// The file of a model that has one.
    pub single: &'static str,
    /// The file that lists the shards of a model that has several.
    pub index: Option<&'static str>,
    /// The tensors of one file's bytes, not yet read.
    pub parse: fn(&[u8]) -> Result<Tensors, Fault>,
}

/// Every format of a folder, the one to be preferred first. (GGUF is a file by itself: [`crate::gguf`].)
pub static FORMATS: &[Format] = &[
    Format {
        name: "safetensors",
        single: "model.safetensors",
        index: Some("model.safetensors.index.json"),
        parse: safetensors::parse,
    },
    Format {
        name: "PyTorch",
        single: "pytorch_model.bin",
        index: Some("pytorch_model.bin.index.json"),
        parse: torch::parse,
    },
    Format { name: "npz", single: "model.npz", index: None, parse: npz::parse },
];

/// Why a weight file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not what it says, or cut short.
    Damaged(String),
    /// It is whole, and holds something that is not read; says what to do.
    Refused(String),
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Self::Damaged(reason.to_owned())
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Damaged(reason)
    }
}

//! GGUF: one file with weights, configuration and tokenizer. It is shown as the folder it was made from: config.json,
//! tokenizer.json (or tokenizer.model) and `tokenizer_config.json` are written from its metadata, and its tensors get back the names and layouts
//! that the families know. So nothing behind a [`crate::source::Source`] knows of it.

mod architectures;
mod config;
mod header;
mod keys;
mod tensors;
mod tokenizer;
mod vocabulary;

use crate::checkpoint::{Fault, Format, Tensors};
use header::Header;
use keys::Keys;

/// The format of the weights, for messages and for reading them; no folder is looked through for such a file.
pub static FORMAT: Format = Format { name: "GGUF", single: "model.gguf", index: None, parse: tensors };

/// The files of the folder that such a file is shown as.
pub const FILES: [&str; 4] = ["config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json"];

fn json(value: &serde_json::Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn tensors(bytes: &[u8]) -> Result<Tensors, Fault> {
    Gguf::read(bytes)?.tensors(bytes)
}

/// The metadata of a file, whose bytes belong to the caller.
pub struct Gguf {
    header: Header,
}

impl Gguf {
    /// Reads the metadata of a file's bytes.
    ///
    /// # Errors
    /// It is no GGUF file, damaged, or one part of several.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let gguf = Self { header: Header::read(bytes)? };
        let keys = Keys::new(&gguf.header, bytes)?;
        match keys.optional_size("split.count")? {
            Some(parts) if parts > 1 => {
                Err(Fault::Refused(format!("it is one of {parts} parts; merge them with llama-gguf-split --merge")))
            }
            _ => Ok(gguf),
        }
    }

    /// The contents of a file of the folder that this file was made from; `None` where it has none of that name.
    ///
    /// # Errors
    /// A key is missing or wrong, or it is of an architecture or with a tokenizer that is not read.
    pub fn file(&self, bytes: &[u8], name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let keys = Keys::new(&self.header, bytes)?;
        Ok(Some(match name {
            "config.json" => json(&architectures::find(&keys)?.config(&keys)?),
            "tokenizer_config.json" => json(&tokenizer::settings(&keys)?),
            "tokenizer.json" | "tokenizer.model" if tokenizer::file(&keys)? != name => return Ok(None),
            "tokenizer.json" => json(&tokenizer::byte_level(&keys)?),
            "tokenizer.model" => tokenizer::pieces(&keys)?,
            _ => return Ok(None),
        }))
    }

    /// The tensors under the names that the architecture's family knows.
    fn tensors(&self, bytes: &[u8]) -> Result<Tensors, Fault> {
        tensors::all(&Keys::new(&self.header, bytes)?)
    }
}

//! Everything that can be wrong with a model before it scores its first token.

use crate::checkpoint::Fault;
use std::path::PathBuf;

/// Why a model could not be loaded. Every message names the file, the key or tensor, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ZooError {
    /// Neither a bundled name nor a folder nor a GGUF file.
    #[error(
        "no model {reference:?}: it is neither a bundled model ({known}) nor a folder with config.json, nor a GGUF file{}",
        suggestion(.nearest.as_deref())
    )]
    UnknownModel {
        /// As typed.
        reference: String,
        /// The bundled names, comma-separated.
        known: String,
        /// The bundled name that was probably meant.
        nearest: Option<String>,
    },
    /// A model with a kind of storage that there is not.
    #[error("no model {reference:?}: weights can be held as {known}, not as {found:?}")]
    UnknownStorage {
        /// As typed.
        reference: String,
        /// What stands behind the colon.
        found: String,
        /// The kinds, comma-separated.
        known: String,
    },
    /// A file of the folder is absent.
    #[error("{folder}: there is no {file}; {hint}")]
    MissingFile {
        /// The model's folder.
        folder: String,
        /// What was looked for.
        file: String,
        /// What to do.
        hint: &'static str,
    },
    /// A file is there and cannot be read.
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A file of another layout that is not what it should be, or a folder that may not be written.
    #[error("{file}: {reason}")]
    Import {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A folder that cannot be written.
    #[error("cannot write {path}: {source}", path = .path.display())]
    Write {
        /// The folder.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A device that is not there.
    #[error("{device} cannot be used: {reason}; leave --device out to compute on the processor")]
    Device {
        /// The device, as asked for.
        device: String,
        /// The driver's words.
        reason: String,
    },
    /// Weights that a device does not take.
    #[error(
        "{file}: the weights cannot be put on the device: {reason}; a GPU with more memory, or the processor, takes them"
    )]
    Placement {
        /// The model's folder.
        file: String,
        /// The driver's words.
        reason: String,
    },
    /// Not JSON, or not an object at the top.
    #[error("{file} is not a JSON object: {reason}; download it again")]
    Json {
        /// The file.
        file: String,
        /// Where and why.
        reason: String,
    },
    /// A configuration key that is absent, of the wrong type or out of range.
    #[error("{file}: `{key}` must be {expected}, found {found}")]
    Field {
        /// The configuration file.
        file: String,
        /// The key.
        key: String,
        /// What would be right.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A `model_type` without a family.
    #[error("{file}: no family is called {model_type:?}{hint}; yardstick knows {known}")]
    UnknownFamily {
        /// The configuration file.
        file: String,
        /// As written there.
        model_type: String,
        /// The nearest family and what differs, behind a semicolon; or nothing.
        hint: String,
        /// The families, comma-separated.
        known: String,
    },
    /// A weight file that is not what its name says, or cut short.
    #[error("{file} is damaged or not a {format} file: {reason}; download it again")]
    Damaged {
        /// The weight file.
        file: String,
        /// The format it should have.
        format: &'static str,
        /// The parser's words.
        reason: String,
    },
    /// A weight file that is whole and holds something that is not read.
    #[error("{file}: {reason}")]
    Refused {
        /// The weight file.
        file: String,
        /// What, and what to do.
        reason: String,
    },
    /// A shard index that does not describe its folder.
    #[error("{file}: {reason}")]
    Index {
        /// The index.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Tensors that the configuration calls for and no weight file has.
    #[error(
        "{file} has no tensor {tensor:?}{}{}{}; config.json and weights do not belong together",
        listed(.more),
        if *.and_others { " and perhaps others" } else { "" },
        instead(.unused, *.n_unused)
    )]
    MissingTensor {
        /// The weight file, or the folder when there are several.
        file: String,
        /// The first that was looked for.
        tensor: String,
        /// The next ones, in the order of looking.
        more: Vec<String>,
        /// Whether looking for more was given up.
        and_others: bool,
        /// Names of tensors that the model has no place for.
        unused: Vec<String>,
        /// How many of those there are.
        n_unused: usize,
    },
    /// A tensor of another shape than the configuration says.
    #[error("{file}: tensor {tensor:?} has shape {found:?}, config.json asks for {expected:?}")]
    TensorShape {
        /// The weight file.
        file: String,
        /// The tensor.
        tensor: String,
        /// By the configuration.
        expected: Vec<usize>,
        /// In the file.
        found: Vec<usize>,
    },
    /// A tensor stored as something that is no weight.
    #[error("{file}: tensor {tensor:?} is stored as {found}; convert the weights to F32, F16 or BF16")]
    TensorType {
        /// The weight file.
        file: String,
        /// The tensor.
        tensor: String,
        /// As the file calls it.
        found: String,
    },
    /// Tensors inside the layers that this configuration gives no role: leaving them out would score another model.
    #[error(
        "{file}: tensor {tensor:?} has no place in the model that config.json describes ({n_layer} layers){}",
        others(.more, *.n_more)
    )]
    UnusedTensor {
        /// The weight file, or the folder when there are several.
        file: String,
        /// The first such tensor in name order.
        tensor: String,
        /// The names of the next ones.
        more: Vec<String>,
        /// How many there are besides the first.
        n_more: usize,
        /// Layers by the configuration.
        n_layer: usize,
    },
    /// A tokenizer that cannot be built.
    #[error("{file} is not a usable tokenizer: {reason}")]
    Tokenizer {
        /// The tokenizer's file.
        file: String,
        /// The tokenizer library's words.
        reason: String,
    },
    /// A token without a row in the embedding.
    #[error(
        "{file}: token {token:?} has id {id}, but config.json says vocab_size {vocab_size}; \
         the tokenizer belongs to another model"
    )]
    Vocabulary {
        /// The tokenizer's file.
        file: String,
        /// The token.
        token: String,
        /// Its id.
        id: u32,
        /// Rows of the embedding.
        vocab_size: usize,
    },
    /// A context that the model does not have.
    #[error("{model}: a context of {asked} tokens is impossible; give {least} to {n_ctx}")]
    Context {
        /// Model name.
        model: String,
        /// As asked for.
        asked: usize,
        /// The shortest.
        least: usize,
        /// The model's own.
        n_ctx: usize,
    },
    /// The tensor library failed while weights were prepared.
    #[error("preparing the weights failed: {0}")]
    Backend(#[from] candle_core::Error),
}

impl ZooError {
    /// The error for a tensor that `file` does not have.
    pub(crate) fn missing(file: &str, tensor: String) -> Self {
        let (file, more, unused) = (file.to_owned(), Vec::new(), Vec::new());
        Self::MissingTensor { file, tensor, more, and_others: false, unused, n_unused: 0 }
    }

    /// The error for a fault in `file`, which should be of `format`.
    pub(crate) fn of(file: &str, format: &'static str, fault: Fault) -> Self {
        let file = file.to_owned();
        match fault {
            Fault::Damaged(reason) => Self::Damaged { file, format, reason },
            Fault::Refused(reason) => Self::Refused { file, reason },
        }
    }
}

/// `, "a", "b"`
fn listed(names: &[String]) -> String {
    names.iter().fold(String::new(), |all, name| format!("{all}, {}", shown(name)))
}

/// A name as a terminal can show it: the beginning of a long one, and no control characters.
fn shown(name: &str) -> String {
    let short: String = name.chars().take(80).collect();
    format!("{short:?}{}", if short.len() < name.len() { "…" } else { "" })
}

/// Names with commas between.
fn joined(names: &[String]) -> String {
    names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", ")
}

/// `; what is there and not used: …`
fn instead(unused: &[String], n: usize) -> String {
    if n == 0 {
        return String::new();
    }
    let dots = if unused.len() < n { ", …" } else { "" };
    format!("; there, and not asked for: {}{dots} ({n} in all)", joined(unused))
}

/// `; nor have 2 others: …` for the tensors besides the first.
fn others(more: &[String], n: usize) -> String {
    match n {
        0 => String::new(),
        _ => format!(
            "; nor {} {n} more: {}{}",
            if n == 1 { "has" } else { "have" },
            joined(more),
            if more.len() < n { ", …" } else { "" }
        ),
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean {name:?}?"))
}

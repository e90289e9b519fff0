//! The model zoo: checkpoint → tokens → log-probabilities.
//!
//! [`load`] takes the name of a bundled model, a folder in the hub's layout (config.json, weights, tokenizer files) or a GGUF file
//! and gives a [`LanguageModel`]; see [`Reference`]. A new model family is one file in `families/` and one line in [`FAMILIES`].
//!
//! This is the only crate that knows candle. Arithmetic is f32, on the CPU in this project's kernels or on a [`Device`]; log-softmax is summed in f32 within a tile of the vocabulary and in f64 over tiles. A span's bits do
//! not depend on the other spans of its batch, nor on threads.

mod bundled;
mod charrnn;
mod chat;
mod checkpoint;
mod config;
mod decoder;
mod device;
mod dimensions;
mod encoder;
mod error;
mod families;
mod fuzz;
mod gguf;
mod layers;
mod masked;
mod model;
mod native;
mod network;
mod nn;
mod paragraphs;
mod presets;
mod reference;
mod session;
mod source;
mod tensors;
mod tokenizer;
mod transformer;
mod unknown;
mod words;

pub use bundled::{BUNDLED_NAMES, bundled};
pub use charrnn::{CharRnn, import_charrnn};
pub use chat::chat_template;
pub use checkpoint::{Checkpoint, Weights};
pub use config::Config;
pub use device::Device;
pub use dimensions::Dimensions;
pub use error::ZooError;
pub use families::{FAMILIES, Family};
pub use model::Model;
pub use nn::Storage;
pub use presets::{Layout, PRESETS, Preset};
pub use reference::Reference;
pub use tokenizer::Bpe;

/// The parsers of what comes from outside, on plain bytes: for fuzzing.
pub mod parsers {
    pub use crate::fuzz::{NAMES, run};
}

/// The layers on plain buffers, for benchmarks.
pub mod kernels {
    pub use crate::nn::{Activation, Attention, Head, KeyValues, LayerNorm, Linear, Run, Source};
    pub use crate::nn::{Scores, Storage, Team, Window, fma_peak, instruction_set};
}

use yardstick_core::{LanguageModel, Scoring};

/// What can be changed about a model as it is loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// A context shorter than the model's own, in tokens, at least 2.
    pub context: Option<usize>,
    /// How the layers' weights are held, where the reference does not say.
    pub storage: Storage,
    /// Where the model computes.
    pub device: Device,
    /// How masked models score; [`Scoring::PllWordL2r`] where nothing is said. Others have one way only.
    pub masked: Option<Scoring>,
    /// What the card says, where the folder's path does not tell it: that of a cache says nothing to people.
    pub identity: Option<Identity>,
}

/// What a model is called, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name in tables.
    pub name: String,
    /// For the record: what finds the same weights again.
    pub source: String,
}

/// Loads a model by its [`Reference`]: a bundled name, or a folder in the hub's layout; see [`Model::open`].
///
/// # Errors
/// Anything wrong with the reference, the files or the options.
pub fn load(reference: &str, options: &LoadOptions) -> Result<Box<dyn LanguageModel>, ZooError> {
    Ok(Box::new(Model::open(reference, options)?))
}

/// Whether `reference` names a model at all, without reading it.
///
/// # Errors
/// [`ZooError::UnknownModel`].
pub fn check_reference(reference: &str) -> Result<(), ZooError> {
    reference::resolve(reference).map(drop)
}

/// The context of `reference` in tokens, from its configuration alone.
///
/// # Errors
/// [`ZooError::UnknownModel`], or a configuration that is missing or wrong.
pub fn context(reference: &str) -> Result<usize, ZooError> {
    let (_, source) = reference::resolve(reference)?;
    let bytes = source.require("config.json", "is this the folder of a model?")?;
    let config = Config::parse(source.describe_file("config.json"), &bytes)?;
    families::find(&config)?.context(&config)
}

/// Bytes of the weight files of `reference`, without reading them.
///
/// # Errors
/// [`ZooError::UnknownModel`], or no weight files.
pub fn weight_bytes(reference: &str) -> Result<u64, ZooError> {
    let (_, source) = reference::resolve(reference)?;
    Ok(checkpoint::WeightFiles::open(&source)?.bytes())
}

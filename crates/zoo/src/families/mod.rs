//! One file a model family, and the list of them.

mod bert;
mod bloom;
mod distilbert;
mod gemma;
mod gemma2;
mod gemma3;
mod gpt2;
mod gpt_neo;
mod gpt_neox;
mod gptj;
mod llama;
mod lstm;
mod mistral;
mod openai_gpt;
mod opt;
mod phi;
mod qwen2;
mod qwen3;
mod roberta;
mod rope;
mod unknown;
mod windows;

use crate::ZooError;
use crate::checkpoint::Checkpoint;
use crate::config::Config;
use crate::layers::Activation;
use crate::network::Network;
use crate::tokenizer::Bpe;

/// Every family. Adding one: a file beside this one and a line here.
pub static FAMILIES: &[&dyn Family] = &[
    &openai_gpt::OpenAiGpt,
    &gpt2::Gpt2,
    &gpt_neo::GptNeo,
    &gptj::GptJ,
    &gpt_neox::GptNeoX,
    &opt::Opt,
    &bloom::Bloom,
    &phi::Phi,
    &llama::Llama,
    &mistral::Mistral,
    &qwen2::Qwen2,
    &qwen3::Qwen3,
    &gemma::Gemma,
    &gemma2::Gemma2,
    &gemma3::Gemma3,
    &lstm::LstmFamily,
    &bert::Bert,
    &roberta::Roberta,
    &distilbert::DistilBert,
];

/// A kind of checkpoint: what to call it, and how to build a network from one.
pub trait Family: Sync {
    /// `model_type` in config.json.
    fn model_type(&self) -> &'static str;

    /// What it is, in one line.
    fn about(&self) -> &'static str;

    /// How to read vocab.json and merges.txt when there is no tokenizer.json.
    fn bpe(&self) -> Bpe;

    /// Whether the first token of every text is the tokenizer's BOS, whatever stands before.
    fn prefix_always(&self) -> bool {
        false
    }

    /// The context in tokens.
    ///
    /// # Errors
    /// A key is missing or wrong.
    fn context(&self, config: &Config) -> Result<usize, ZooError>;

    /// The network with its weights.
    ///
    /// # Errors
    /// A key or tensor is missing or wrong.
    fn build(&self, config: &Config, checkpoint: &Checkpoint) -> Result<Network, ZooError>;
}

/// The family that the configuration names.
///
/// # Errors
/// No `model_type`, one that no family has, or weights in a quantisation of their own.
pub fn find(config: &Config) -> Result<&'static dyn Family, ZooError> {
    let model_type = config.required_text("model_type")?;
    unknown::refuse_quantised(config)?;
    FAMILIES.iter().find(|family| family.model_type() == model_type).copied().ok_or_else(|| ZooError::UnknownFamily {
        file: config.file().to_owned(),
        model_type: model_type.to_owned(),
        hint: unknown::hint(model_type),
        known: FAMILIES.iter().map(|family| family.model_type()).collect::<Vec<_>>().join(", "),
    })
}

/// The activation under `key`, by the names most configurations use.
fn activation(config: &Config, key: &str, default: &str) -> Result<Activation, ZooError> {
    Activation::from_name(config.text(key, default)?)
        .ok_or_else(|| config.wrong(key, &format!("one of {}", Activation::names())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_types_are_unique_and_described() {
        for (i, family) in FAMILIES.iter().enumerate() {
            assert!(!family.about().is_empty());
            assert!(FAMILIES[..i].iter().all(|other| other.model_type() != family.model_type()));
        }
    }
}

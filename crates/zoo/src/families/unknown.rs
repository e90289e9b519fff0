//! Checkpoints that no family reads: which family is nearest, and what it lacks.

use super::FAMILIES;
use crate::ZooError;
use crate::config::Config;

/// Kinds of checkpoints that are met often: the nearest family, and what theirs has that it lacks.
const NEAREST: &[(&str, &str, &str)] = &[
    ("albert", "bert", "layers that share their weights and a factored embedding"),
    ("baichuan", "llama", "queries, keys and values in one matrix"),
    ("biogpt", "opt", "a scaled token embedding"),
    ("camembert", "roberta", "a sentencepiece vocabulary"),
    ("codegen", "gptj", "queries, keys and values in one matrix, cut for eight devices"),
    ("cohere", "llama", "attention beside the feed-forward layer, layer norms and scaled logits"),
    ("cohere2", "llama", "attention beside the feed-forward layer, layers without positions and scaled logits"),
    ("deberta", "bert", "attention to relative positions"),
    ("deberta-v2", "bert", "attention to relative positions"),
    ("deepseek_v2", "llama", "latent attention and a mixture of experts"),
    ("deepseek_v3", "llama", "latent attention and a mixture of experts"),
    ("electra", "bert", "a head that tells replaced tokens from original ones"),
    ("falcon", "gpt_neox", "heads that share keys and values in one matrix, and attention without biases"),
    ("gemma3", "gemma3_text", "a part for images; its language model alone is a gemma3_text checkpoint"),
    ("gemma3n", "gemma3_text", "embeddings a layer and sparse activations"),
    ("gpt_bigcode", "gpt2", "one head of keys and values for all heads of queries"),
    ("gpt_neox_japanese", "gpt_neox", "a bias in the last layer alone"),
    ("gpt_oss", "llama", "a mixture of experts and attention sinks"),
    ("granite", "llama", "factors on embedding, residual and logits"),
    ("internlm2", "llama", "queries, keys and values in one matrix"),
    ("llama4", "llama", "a mixture of experts and layers without positions"),
    ("llama4_text", "llama", "a mixture of experts and layers without positions"),
    ("ministral", "mistral", "layers of two kinds"),
    ("mixtral", "mistral", "a mixture of experts"),
    ("mllama", "llama", "a part for images and cross-attention to it"),
    ("modernbert", "bert", "rotary positions, gates and windows"),
    ("mpt", "bloom", "layer norms without bias, no norm behind the embedding and other slopes"),
    ("olmo", "llama", "norms without weights"),
    ("olmo2", "llama", "norms behind the sublayers"),
    ("phi3", "llama", "fused projections and long-context scaling by factors"),
    ("qwen", "qwen2", "queries, keys and values in one matrix and attention scaled by length"),
    ("qwen2_moe", "qwen2", "a mixture of experts"),
    ("qwen3_moe", "qwen3", "a mixture of experts"),
    ("smollm3", "llama", "layers without positions"),
    ("stablelm", "llama", "layer norms and rotary positions on a part of each head"),
    ("starcoder2", "mistral", "layer norms, biases and a feed-forward layer without a gate"),
    ("xlm-roberta", "roberta", "a sentencepiece vocabulary"),
    ("xglm", "opt", "sinusoidal positions and a scaled embedding"),
];

/// Kinds that are far from every family.
const FAR: &[(&str, &str)] = &[
    ("bart", "an encoder with a decoder"),
    ("ctrl", "sinusoidal positions and a scaled embedding, trained on control codes"),
    ("jamba", "state-space layers"),
    ("mamba", "a state-space model without attention"),
    ("mamba2", "a state-space model without attention"),
    ("mbart", "an encoder with a decoder"),
    ("mt5", "an encoder with a decoder"),
    ("reformer", "attention by hashing"),
    ("rwkv", "a recurrent network without attention"),
    ("t5", "an encoder with a decoder"),
    ("transfo-xl", "recurrence over segments and an adaptive softmax"),
    ("xlnet", "trained on permutations of a text"),
];

/// What to say of a `model_type` that no family has: the nearest one and what differs, or what may have been meant.
pub fn hint(model_type: &str) -> String {
    if let Some((_, nearest, differs)) = NEAREST.iter().find(|(name, ..)| *name == model_type) {
        return format!("; the nearest is {nearest:?}, but {model_type} has {differs}");
    }
    if let Some((_, is)) = FAR.iter().find(|(name, _)| *name == model_type) {
        return format!("; it is {is}, and none of the families is like it");
    }
    let names = FAMILIES.iter().map(|family| family.model_type());
    let nearest = names.map(|name| (strsim::damerau_levenshtein(model_type, name), name)).min();
    match nearest.filter(|(edits, name)| *edits <= name.len() / 2) {
        Some((_, name)) => format!("; did you mean {name:?}?"),
        None => String::new(),
    }
}

/// Weights that were rounded by another program's rules.
///
/// # Errors
/// The configuration has a `quantization_config`.
pub fn refuse_quantised(config: &Config) -> Result<(), ZooError> {
    const EXPECTED: &str =
        "absent: take the checkpoint that was not quantised, and --dtype bf16, int8 or int4 to round it here";
    match config.section("quantization_config")? {
        Some(section) if section.get("quant_method").is_some() => Err(section.wrong("quant_method", EXPECTED)),
        Some(_) => Err(config.wrong("quantization_config", EXPECTED)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_other_kinds() {
        let check = |model_type: &str, wanted: &str| assert_eq!(hint(model_type), wanted);
        check(
            "gpt_bigcode",
            "; the nearest is \"gpt2\", but gpt_bigcode has one head of keys and values for all heads of queries",
        );
        check("mamba", "; it is a state-space model without attention, and none of the families is like it");
        check("gpt-neox", "; did you mean \"gpt_neox\"?");
        check("lama", "; did you mean \"llama\"?");
        check("something-else-entirely", "");
    }

    #[test]
    fn the_tables_name_families_and_no_family_stands_in_them() {
        let is_family = |name: &str| FAMILIES.iter().any(|family| family.model_type() == name);
        for (name, nearest, differs) in NEAREST {
            assert!(!is_family(name) && is_family(nearest) && !differs.is_empty(), "{name}");
        }
        assert!(FAR.iter().all(|(name, _)| !is_family(name)));
    }
}

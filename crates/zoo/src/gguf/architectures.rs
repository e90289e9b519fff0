//! The architectures of GGUF files that have a family here: how their tensors are called, and what llama.cpp's
//! `convert_hf_to_gguf.py` changed about them, which is undone.

use super::config;
use super::keys::Keys;
use crate::checkpoint::Fault;
use serde_json::Value;

/// What was done to a tensor, or to all that play one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Keep,
    /// A matrix that the family has `[in, out]`, as GPT-2's one-wide convolutions.
    Turned,
    /// Queries whose halves of a head were interleaved for rotation.
    Queries,
    /// Keys of that kind.
    Keys,
    /// Queries, keys and values one behind the other, which the family has head by head.
    Joined,
    /// A norm's weight, which is larger by one.
    Norm,
}

use Change::{Joined, Keep, Norm, Queries, Turned};

/// A tensor's name in the file (without `blk.N.`, `.weight` and `.bias`), the family's, and what was done to it.
pub type Rule = (&'static str, &'static str, Change);

/// An architecture.
pub struct Architecture {
    /// `general.architecture`.
    pub name: &'static str,
    /// What stands before a layer's number in the family's names.
    pub layers: &'static str,
    /// The tensors outside the layers.
    pub top: &'static [Rule],
    /// The tensors of a layer.
    pub layer: &'static [Rule],
    /// config.json.
    config: fn(&Keys) -> Result<Value, Fault>,
}

impl Architecture {
    /// The contents of config.json.
    ///
    /// # Errors
    /// A key is missing or wrong.
    pub fn config(&self, keys: &Keys) -> Result<Value, Fault> {
        (self.config)(keys)
    }
}

/// Every architecture. Adding one: its tables and a line here.
pub static ARCHITECTURES: &[Architecture] = &[
    Architecture { name: "gpt2", layers: "transformer.h.", top: GPT2_TOP, layer: GPT2, config: config::gpt2 },
    Architecture { name: "gptneox", layers: "gpt_neox.layers.", top: NEOX_TOP, layer: NEOX, config: config::gptneox },
    Architecture { name: "bloom", layers: "transformer.h.", top: BLOOM_TOP, layer: BLOOM, config: config::bloom },
    Architecture { name: "llama", layers: LAYERS, top: TOP, layer: LLAMA, config: config::llama },
    Architecture { name: "qwen2", layers: LAYERS, top: TOP, layer: QWEN, config: config::qwen2 },
    Architecture { name: "qwen3", layers: LAYERS, top: TOP, layer: QWEN, config: config::qwen3 },
    Architecture { name: "phi2", layers: LAYERS, top: PHI2_TOP, layer: PHI2, config: config::phi2 },
    Architecture { name: "gemma", layers: LAYERS, top: GEMMA_TOP, layer: GEMMA, config: config::gemma },
    Architecture { name: "gemma2", layers: LAYERS, top: GEMMA_TOP, layer: GEMMA2, config: config::gemma2 },
    Architecture { name: "gemma3", layers: LAYERS, top: GEMMA_TOP, layer: GEMMA2, config: config::gemma3 },
];

/// The architecture of a file.
///
/// # Errors
/// It has none of the list.
pub fn find(keys: &Keys) -> Result<&'static Architecture, Fault> {
    ARCHITECTURES.iter().find(|architecture| architecture.name == keys.architecture).ok_or_else(|| {
        let known = ARCHITECTURES.iter().map(|architecture| architecture.name).collect::<Vec<_>>().join(", ");
        Fault::Refused(format!(
            "it is of the architecture {:?}; of GGUF files yardstick reads {known}",
            keys.architecture
        ))
    })
}

static GPT2_TOP: &[Rule] = &[
    ("token_embd", "transformer.wte", Keep),
    ("position_embd", "transformer.wpe", Keep),
    ("output_norm", "transformer.ln_f", Keep),
    ("output", "lm_head", Keep),
];

static GPT2: &[Rule] = &[
    ("attn_norm", "ln_1", Keep),
    ("attn_qkv", "attn.c_attn", Turned),
    ("attn_output", "attn.c_proj", Turned),
    ("ffn_norm", "ln_2", Keep),
    ("ffn_up", "mlp.c_fc", Turned),
    ("ffn_down", "mlp.c_proj", Turned),
];

static NEOX_TOP: &[Rule] = &[
    ("token_embd", "gpt_neox.embed_in", Keep),
    ("output_norm", "gpt_neox.final_layer_norm", Keep),
    ("output", "embed_out", Keep),
];

static NEOX: &[Rule] = &[
    ("attn_norm", "input_layernorm", Keep),
    ("attn_qkv", "attention.query_key_value", Joined),
    ("attn_output", "attention.dense", Keep),
    ("ffn_norm", "post_attention_layernorm", Keep),
    ("ffn_up", "mlp.dense_h_to_4h", Keep),
    ("ffn_down", "mlp.dense_4h_to_h", Keep),
];

static BLOOM_TOP: &[Rule] = &[
    ("token_embd", "transformer.word_embeddings", Keep),
    ("token_embd_norm", "transformer.word_embeddings_layernorm", Keep),
    ("output_norm", "transformer.ln_f", Keep),
    ("output", "lm_head", Keep),
];

static BLOOM: &[Rule] = &[
    ("attn_norm", "input_layernorm", Keep),
    ("attn_qkv", "self_attention.query_key_value", Joined),
    ("attn_output", "self_attention.dense", Keep),
    ("ffn_norm", "post_attention_layernorm", Keep),
    ("ffn_up", "mlp.dense_h_to_4h", Keep),
    ("ffn_down", "mlp.dense_4h_to_h", Keep),
];

const LAYERS: &str = "model.layers.";

static TOP: &[Rule] =
    &[("token_embd", "model.embed_tokens", Keep), ("output_norm", "model.norm", Keep), ("output", "lm_head", Keep)];

static LLAMA: &[Rule] = &[
    ("attn_norm", "input_layernorm", Keep),
    ("attn_q", "self_attn.q_proj", Queries),
    ("attn_k", "self_attn.k_proj", Change::Keys),
    ("attn_v", "self_attn.v_proj", Keep),
    ("attn_output", "self_attn.o_proj", Keep),
    ("ffn_norm", "post_attention_layernorm", Keep),
    ("ffn_gate", "mlp.gate_proj", Keep),
    ("ffn_up", "mlp.up_proj", Keep),
    ("ffn_down", "mlp.down_proj", Keep),
];

static QWEN: &[Rule] = &[
    ("attn_norm", "input_layernorm", Keep),
    ("attn_q", "self_attn.q_proj", Keep),
    ("attn_k", "self_attn.k_proj", Keep),
    ("attn_v", "self_attn.v_proj", Keep),
    ("attn_output", "self_attn.o_proj", Keep),
    ("attn_q_norm", "self_attn.q_norm", Keep),
    ("attn_k_norm", "self_attn.k_norm", Keep),
    ("ffn_norm", "post_attention_layernorm", Keep),
    ("ffn_gate", "mlp.gate_proj", Keep),
    ("ffn_up", "mlp.up_proj", Keep),
    ("ffn_down", "mlp.down_proj", Keep),
];

static PHI2_TOP: &[Rule] = &[
    ("token_embd", "model.embed_tokens", Keep),
    ("output_norm", "model.final_layernorm", Keep),
    ("output", "lm_head", Keep),
];

static PHI2: &[Rule] = &[
    ("attn_norm", "input_layernorm", Keep),
    ("attn_q", "self_attn.q_proj", Keep),
    ("attn_k", "self_attn.k_proj", Keep),
    ("attn_v", "self_attn.v_proj", Keep),
    ("attn_output", "self_attn.dense", Keep),
    ("ffn_up", "mlp.fc1", Keep),
    ("ffn_down", "mlp.fc2", Keep),
];

static GEMMA_TOP: &[Rule] =
    &[("token_embd", "model.embed_tokens", Keep), ("output_norm", "model.norm", Norm), ("output", "lm_head", Keep)];

static GEMMA: &[Rule] = &[
    ("attn_norm", "input_layernorm", Norm),
    ("attn_q", "self_attn.q_proj", Keep),
    ("attn_k", "self_attn.k_proj", Keep),
    ("attn_v", "self_attn.v_proj", Keep),
    ("attn_output", "self_attn.o_proj", Keep),
    ("ffn_norm", "post_attention_layernorm", Norm),
    ("ffn_gate", "mlp.gate_proj", Keep),
    ("ffn_up", "mlp.up_proj", Keep),
    ("ffn_down", "mlp.down_proj", Keep),
];

/// Gemma 2 and 3, which have norms behind the sublayers too, and the third on queries and keys.
static GEMMA2: &[Rule] = &[
    ("attn_norm", "input_layernorm", Norm),
    ("attn_q", "self_attn.q_proj", Keep),
    ("attn_k", "self_attn.k_proj", Keep),
    ("attn_v", "self_attn.v_proj", Keep),
    ("attn_output", "self_attn.o_proj", Keep),
    ("attn_q_norm", "self_attn.q_norm", Norm),
    ("attn_k_norm", "self_attn.k_norm", Norm),
    ("post_attention_norm", "post_attention_layernorm", Norm),
    ("ffn_norm", "pre_feedforward_layernorm", Norm),
    ("post_ffw_norm", "post_feedforward_layernorm", Norm),
    ("ffn_gate", "mlp.gate_proj", Keep),
    ("ffn_up", "mlp.up_proj", Keep),
    ("ffn_down", "mlp.down_proj", Keep),
];

//! config.json, written from a GGUF file's metadata with the keys that the families read.

use super::keys::Keys;
use super::tensors::ROPE;
use crate::checkpoint::{Fault, Kind, Layout, Place, Stored};
use serde_json::{Map, Value, json};

/// A configuration in the making.
struct Config<'a> {
    keys: &'a Keys<'a>,
    values: Map<String, Value>,
}

impl<'a> Config<'a> {
    /// What all have: sizes under the names of most families, special tokens, and whether the head is the embedding.
    fn new(keys: &'a Keys<'a>, model_type: &str) -> Result<Self, Fault> {
        let embedding = keys.tensor("token_embd.weight").ok_or("it has no tensor \"token_embd.weight\"")?;
        let mut config = Self { keys, values: Map::new() };
        config.set("model_type", model_type);
        config.set("vocab_size", embedding.shape.first().copied().unwrap_or(0));
        config.set("tie_word_embeddings", keys.tensor("output.weight").is_none());
        for (key, name) in
            [("bos_token_id", "tokenizer.ggml.bos_token_id"), ("eos_token_id", "tokenizer.ggml.eos_token_id")]
        {
            if let Some(id) = keys.optional_size(name)? {
                config.set(key, id);
            }
        }
        match keys.optional_size(".expert_count")? {
            Some(experts) if experts > 0 => {
                Err(Fault::Refused(format!("it is a mixture of {experts} experts, which no family here is")))
            }
            _ => Ok(config),
        }
    }

    fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.values.insert(key.to_owned(), value.into());
    }

    /// A size that must be there.
    fn size(&mut self, key: &str, name: &str) -> Result<u64, Fault> {
        let size = self.keys.size(name)?;
        self.set(key, size);
        Ok(size)
    }

    /// The number of layers, which cannot be more than there are tensors.
    fn layers(&mut self, key: &str) -> Result<u64, Fault> {
        let (n, tensors) = (self.size(key, ".block_count")?, self.keys.tensors().len() as u64);
        if n > tensors {
            return Err(format!("{}.block_count is {n}, of {tensors} tensors", self.keys.architecture).into());
        }
        Ok(n)
    }

    /// A number, or its default.
    fn float(&mut self, key: &str, name: &str, default: f64) -> Result<f64, Fault> {
        let value = self.keys.float(name)?.unwrap_or(default);
        self.set(key, value);
        Ok(value)
    }

    fn finish(self) -> Value {
        Value::Object(self.values)
    }
}

/// `gpt2`.
pub fn gpt2(keys: &Keys) -> Result<Value, Fault> {
    let mut config = Config::new(keys, "gpt2")?;
    config.size("n_embd", ".embedding_length")?;
    config.layers("n_layer")?;
    config.size("n_head", ".attention.head_count")?;
    config.size("n_positions", ".context_length")?;
    config.size("n_inner", ".feed_forward_length")?;
    config.float("layer_norm_epsilon", ".attention.layer_norm_epsilon", 1e-5)?;
    config.set("activation_function", "gelu_new");
    Ok(config.finish())
}

/// `gpt_neox`.
pub fn gptneox(keys: &Keys) -> Result<Value, Fault> {
    let mut config = Config::new(keys, "gpt_neox")?;
    let head = head_length(keys, &wide(&mut config)?);
    config.size("max_position_embeddings", ".context_length")?;
    config.float("layer_norm_eps", ".attention.layer_norm_epsilon", 1e-5)?;
    config.float("rotary_emb_base", ".rope.freq_base", 10_000.0)?;
    let rotated = keys.optional_size(".rope.dimension_count")?.unwrap_or(head);
    config.set("rotary_pct", rotated as f64 / head as f64);
    config.set("use_parallel_residual", keys.flag(".use_parallel_residual")?.unwrap_or(true));
    config.set("hidden_act", "gelu");
    Ok(config.finish())
}

/// `bloom`.
pub fn bloom(keys: &Keys) -> Result<Value, Fault> {
    let mut config = Config::new(keys, "bloom")?;
    config.size("hidden_size", ".embedding_length")?;
    config.layers("n_layer")?;
    config.size("n_head", ".attention.head_count")?;
    config.size("seq_length", ".context_length")?;
    config.float("layer_norm_epsilon", ".attention.layer_norm_epsilon", 1e-5)?;
    config.set("apply_residual_connection_post_layernorm", false);
    Ok(config.finish())
}

/// Sizes under the names that Llama has and all that came after.
#[expect(clippy::struct_field_names, reason = "the names that these sizes have everywhere")]
struct Wide {
    n_embd: u64,
    n_head: u64,
    n_layer: u64,
}

fn wide(config: &mut Config) -> Result<Wide, Fault> {
    config.size("intermediate_size", ".feed_forward_length")?;
    Ok(Wide {
        n_embd: config.size("hidden_size", ".embedding_length")?,
        n_head: config.size("num_attention_heads", ".attention.head_count")?,
        n_layer: config.layers("num_hidden_layers")?,
    })
}

fn head_length(keys: &Keys, wide: &Wide) -> u64 {
    let stated = keys.optional_size(".attention.key_length").ok().flatten().filter(|n| *n > 0);
    stated.unwrap_or(wide.n_embd / wide.n_head).max(1)
}

/// What the families with rotations and root mean squares share.
fn rotary<'a>(keys: &'a Keys<'a>, model_type: &str) -> Result<(Config<'a>, Wide), Fault> {
    let mut config = Config::new(keys, model_type)?;
    let wide = wide(&mut config)?;
    config.set("num_key_value_heads", keys.optional_size(".attention.head_count_kv")?.unwrap_or(wide.n_head));
    config.set("head_dim", head_length(keys, &wide));
    config.size("max_position_embeddings", ".context_length")?;
    config.float("rms_norm_eps", ".attention.layer_norm_rms_epsilon", 1e-6)?;
    config.float("rope_theta", ".rope.freq_base", 10_000.0)?;
    if let Some(scaling) = scaling(keys)? {
        config.set("rope_scaling", scaling);
    }
    Ok((config, wide))
}

/// `llama`, which Mistral's models are as well; llama.cpp does not keep their window.
pub fn llama(keys: &Keys) -> Result<Value, Fault> {
    let (mut config, wide) = rotary(keys, "llama")?;
    config.set("attention_bias", keys.tensor("blk.0.attn_q.bias").is_some());
    config.set("mlp_bias", keys.tensor("blk.0.ffn_up.bias").is_some());
    config.set("hidden_act", "silu");
    let head = head_length(keys, &wide);
    match keys.optional_size(".rope.dimension_count")? {
        Some(rotated) if rotated != head => Err(Fault::Refused(format!(
            "{rotated} of a head's {head} dimensions are rotated; the llama family rotates all"
        ))),
        _ => with_stretched_frequencies(keys, config, head),
    }
}

/// `qwen2`.
pub fn qwen2(keys: &Keys) -> Result<Value, Fault> {
    let (mut config, _) = rotary(keys, "qwen2")?;
    config.set("hidden_act", "silu");
    Ok(config.finish())
}

/// `qwen3`.
pub fn qwen3(keys: &Keys) -> Result<Value, Fault> {
    let (mut config, _) = rotary(keys, "qwen3")?;
    config.set("hidden_act", "silu");
    config.set("attention_bias", false);
    Ok(config.finish())
}

/// `phi`.
pub fn phi2(keys: &Keys) -> Result<Value, Fault> {
    let mut config = Config::new(keys, "phi")?;
    let wide = wide(&mut config)?;
    let head = head_length(keys, &wide);
    config.set("num_key_value_heads", keys.optional_size(".attention.head_count_kv")?.unwrap_or(wide.n_head));
    config.size("max_position_embeddings", ".context_length")?;
    config.float("layer_norm_eps", ".attention.layer_norm_epsilon", 1e-5)?;
    config.float("rope_theta", ".rope.freq_base", 10_000.0)?;
    let rotated = keys.optional_size(".rope.dimension_count")?.unwrap_or(head);
    config.set("partial_rotary_factor", rotated as f64 / head as f64);
    config.set("hidden_act", "gelu_new");
    config.set("qk_layernorm", false);
    Ok(config.finish())
}

/// `gemma`.
pub fn gemma(keys: &Keys) -> Result<Value, Fault> {
    let (mut config, _) = rotary(keys, "gemma")?;
    config.set("hidden_activation", "gelu_pytorch_tanh");
    Ok(config.finish())
}

/// `gemma2`: every other layer has a window, and scores and logits are capped.
pub fn gemma2(keys: &Keys) -> Result<Value, Fault> {
    let (mut config, wide) = rotary(keys, "gemma2")?;
    config.set("hidden_activation", "gelu_pytorch_tanh");
    config.float("attn_logit_softcapping", ".attn_logit_softcapping", 50.0)?;
    config.float("final_logit_softcapping", ".final_logit_softcapping", 30.0)?;
    config.size("sliding_window", ".attention.sliding_window")?;
    config.set("layer_types", layer_types(wide.n_layer, 2));
    // The file does not say it: the model of 46 layers divides by its width a head, the others by a head's length.
    let scalar = if wide.n_layer == 46 { wide.n_embd / wide.n_head } else { head_length(keys, &wide) };
    config.set("query_pre_attn_scalar", scalar);
    Ok(config.finish())
}

/// `gemma3_text`: every sixth layer sees everything, with slower rotations than the others.
pub fn gemma3(keys: &Keys) -> Result<Value, Fault> {
    let (mut config, wide) = rotary(keys, "gemma3_text")?;
    config.set("hidden_activation", "gelu_pytorch_tanh");
    config.float("rope_theta", ".rope.freq_base", 1_000_000.0)?;
    config.float("rope_local_base_freq", ".rope.freq_base_swa", 10_000.0)?;
    config.size("sliding_window", ".attention.sliding_window")?;
    let pattern = keys.optional_size(".attention.sliding_window_pattern")?.filter(|n| *n > 0).unwrap_or(6);
    config.set("layer_types", layer_types(wide.n_layer, pattern));
    let scalar = if wide.n_layer == 62 { wide.n_embd / wide.n_head } else { head_length(keys, &wide) };
    config.set("query_pre_attn_scalar", scalar); // of the 62 layers as above
    Ok(config.finish())
}

fn layer_types(n_layer: u64, pattern: u64) -> Vec<&'static str> {
    (1..=n_layer).map(|i| if i.is_multiple_of(pattern) { "full_attention" } else { "sliding_attention" }).collect()
}

/// `rope_scaling`, where the metadata has one.
fn scaling(keys: &Keys) -> Result<Option<Value>, Fault> {
    let factor = || keys.float(".rope.scaling.factor")?.ok_or_else(|| Fault::from("its rope scaling has no factor"));
    match keys.text(".rope.scaling.type")? {
        None | Some("none") => Ok(None),
        Some("linear") => Ok(Some(json!({"rope_type": "linear", "factor": factor()?}))),
        Some("yarn") => {
            let original = keys.size(".rope.scaling.original_context_length")?;
            let yarn = json!({"rope_type": "yarn", "factor": factor()?, "original_max_position_embeddings": original});
            Ok(Some(yarn))
        }
        Some(other) => {
            Err(Fault::Refused(format!("its rope scaling is {other:?}; of GGUF files linear and yarn are read")))
        }
    }
}

/// Llama 3.1 and later: the file has the stretch of each frequency, of which the configuration says how it came about
/// (as in `modeling_rope_utils.py`: 1 to 4 turns within 8,192 positions).
fn with_stretched_frequencies(keys: &Keys, mut config: Config, head: u64) -> Result<Value, Fault> {
    const ORIGINAL: f64 = 8192.0;
    let Some(info) = keys.tensor(ROPE) else { return Ok(config.finish()) };
    let unknown = || Fault::Refused(format!("{ROPE:?} stretches frequencies in another way than Llama 3 does"));
    if info.kind != 0 || info.shape != [head as usize / 2] {
        return Err(unknown());
    }
    let place = Place::Plain(info.start..keys.bytes().len());
    let stored = Stored { kind: Kind::F32, shape: info.shape.clone(), place, layout: Layout::Rows };
    let found: Vec<f32> = stored.read(keys.bytes()).and_then(|t| t.to_vec1().map_err(|e| e.to_string()))?;
    let factor = f64::from(found.iter().copied().fold(1.0, f32::max));
    let theta = keys.float(".rope.freq_base")?.unwrap_or(10_000.0);
    let expected = |i: usize| {
        let length = std::f64::consts::TAU * theta.powf(2.0 * i as f64 / head as f64);
        let smooth = ((ORIGINAL / length - 1.0) / 3.0).clamp(0.0, 1.0);
        1.0 / ((1.0 - smooth) / factor + smooth)
    };
    if found.iter().enumerate().any(|(i, x)| (f64::from(*x) - expected(i)).abs() > 1e-3 * expected(i)) {
        return Err(unknown());
    }
    config.set(
        "rope_scaling",
        json!({
            "rope_type": "llama3", "factor": factor, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 8192,
        }),
    );
    Ok(config.finish())
}

//! Every architecture of GGUF, converted as `convert_hf_to_gguf.py` does: the logits are the folder's, bit for bit where
//! nothing is added to a weight and taken off again.
#![expect(clippy::cast_sign_loss, reason = "sizes and clamped numbers")]

use super::blocks::{F16, F32};
use super::formats::open;
use super::gguf::Gguf;
use super::support::{Array, Folder};
use serde_json::{Value, json};
use yardstick_core::LanguageModel;
use yardstick_zoo::Model;

/// What the converter does to a tensor.
#[derive(Clone, Copy)]
enum Change {
    Keep,
    /// `[heads, 2, half]` rows as `[heads, half, 2]`.
    Interleave(usize),
    /// `[heads, 3, rest]` rows as `[3, heads, rest]`.
    Part(usize),
    AddOne,
}

/// `[a, b, inner]` as `[b, a, inner]`, for each of `outer`.
fn swap(array: &Array, outer: usize, a: usize, b: usize) -> Array {
    let inner = array.values.len() / (outer * a * b);
    let piece = |o, i, j| &array.values[((o * a + i) * b + j) * inner..][..inner];
    let order = (0..outer).flat_map(|o| (0..b).flat_map(move |j| (0..a).map(move |i| (o, i, j))));
    Array { shape: array.shape.clone(), values: order.flat_map(|(o, i, j)| piece(o, i, j).to_vec()).collect() }
}

fn change(array: &Array, change: Change) -> Array {
    match change {
        Change::Keep => array.clone(),
        Change::Interleave(heads) => swap(array, heads, 2, array.shape[0] / heads / 2),
        Change::Part(heads) => swap(array, 1, heads, 3),
        Change::AddOne => Array { values: array.values.iter().map(|x| x + 1.0).collect(), ..array.clone() },
    }
}

/// Parts of names in a folder and in a GGUF file; the first that fits counts.
const NAMES: &[(&str, &str)] = &[
    ("word_embeddings_layernorm", "token_embd_norm"),
    ("word_embeddings", "token_embd"),
    ("embed_tokens", "token_embd"),
    ("embed_in", "token_embd"),
    ("embed_out", "output"),
    ("lm_head", "output"),
    ("final_layer_norm", "output_norm"),
    ("final_layernorm", "output_norm"),
    ("ln_f", "output_norm"),
    ("self_attn.q_proj", "attn_q"),
    ("self_attn.k_proj", "attn_k"),
    ("self_attn.v_proj", "attn_v"),
    ("self_attn.o_proj", "attn_output"),
    ("self_attn.dense", "attn_output"),
    ("attention.dense", "attn_output"),
    ("self_attn.q_norm", "attn_q_norm"),
    ("self_attn.k_norm", "attn_k_norm"),
    ("query_key_value", "attn_qkv"),
    ("mlp.gate_proj", "ffn_gate"),
    ("mlp.up_proj", "ffn_up"),
    ("mlp.down_proj", "ffn_down"),
    ("mlp.fc1", "ffn_up"),
    ("mlp.fc2", "ffn_down"),
    ("dense_h_to_4h", "ffn_up"),
    ("dense_4h_to_h", "ffn_down"),
    ("input_layernorm", "attn_norm"),
    ("pre_feedforward_layernorm", "ffn_norm"),
    ("post_feedforward_layernorm", "post_ffw_norm"),
    ("norm", "output_norm"),
];

/// The name in a GGUF file of the architecture.
fn rename(architecture: &str, name: &str) -> String {
    let (module, end) = name.rsplit_once('.').unwrap();
    let layer = module.split('.').find_map(|part| part.parse::<usize>().ok());
    let to = if module.ends_with("post_attention_layernorm") {
        if architecture.starts_with("gemma") && architecture != "gemma" { "post_attention_norm" } else { "ffn_norm" }
    } else {
        NAMES.iter().find(|(from, _)| module.contains(from)).unwrap_or_else(|| panic!("{name}")).1
    };
    layer.map_or_else(|| format!("{to}.{end}"), |layer| format!("blk.{layer}.{to}.{end}"))
}

/// Keys of a configuration and of a GGUF file, whole numbers and others.
const SIZES: &[(&str, &str)] = &[
    ("num_hidden_layers", "block_count"),
    ("n_layer", "block_count"),
    ("max_position_embeddings", "context_length"),
    ("seq_length", "context_length"),
    ("hidden_size", "embedding_length"),
    ("n_embed", "embedding_length"),
    ("intermediate_size", "feed_forward_length"),
    ("num_attention_heads", "attention.head_count"),
    ("num_key_value_heads", "attention.head_count_kv"),
    ("head_dim", "attention.key_length"),
    ("sliding_window", "attention.sliding_window"),
    ("sliding_window_pattern", "attention.sliding_window_pattern"),
];
const FLOATS: &[(&str, &str)] = &[
    ("layer_norm_epsilon", "attention.layer_norm_epsilon"),
    ("layer_norm_eps", "attention.layer_norm_epsilon"),
    ("rms_norm_eps", "attention.layer_norm_rms_epsilon"),
    ("rope_theta", "rope.freq_base"),
    ("rotary_emb_base", "rope.freq_base"),
    ("attn_logit_softcapping", "attn_logit_softcapping"),
    ("final_logit_softcapping", "final_logit_softcapping"),
];

/// A folder as a file of the architecture.
fn convert(folder: &Folder, architecture: &str) -> Gguf {
    let config: Value = serde_json::from_slice(&folder.read("config.json")).unwrap();
    let key = |name: &str| format!("{architecture}.{name}");
    let mut gguf = Gguf::default().text("general.architecture", architecture).tokenizer(folder);
    for (from, to) in SIZES {
        if let Some(n) = config[*from].as_u64() {
            gguf = gguf.number(&key(to), n);
        }
    }
    for (from, to) in FLOATS {
        if let Some(x) = config[*from].as_f64() {
            gguf = gguf.float(&key(to), x);
        }
    }
    let heads = config["num_attention_heads"].as_u64().unwrap() as usize;
    let kv = config["num_key_value_heads"].as_u64().map_or(heads, |n| n as usize);
    let width = config["hidden_size"].as_u64().or(config["n_embed"].as_u64()).unwrap();
    if let Some(part) = config["rotary_pct"].as_f64().or(config["partial_rotary_factor"].as_f64()) {
        gguf = gguf.number(&key("rope.dimension_count"), (part * (width / heads as u64) as f64) as u64);
    }
    if let Some(parallel) = config["use_parallel_residual"].as_bool() {
        gguf.set(&key("use_parallel_residual"), 7, vec![u8::from(parallel)]);
    }
    if let Some(factor) = config["rope_scaling"]["factor"].as_f64() {
        match config["rope_scaling"]["rope_type"].as_str().or(config["rope_scaling"]["type"].as_str()) {
            Some("llama3") => gguf = gguf.tensor("rope_freqs.weight", &stretches(&config, factor), &F32),
            kind => {
                gguf = gguf.text(&key("rope.scaling.type"), kind.unwrap()).float(&key("rope.scaling.factor"), factor);
            }
        }
        if let Some(n) = config["rope_scaling"]["original_max_position_embeddings"].as_u64() {
            gguf = gguf.number(&key("rope.scaling.original_context_length"), n);
        }
    }
    for (name, array) in folder.arrays() {
        let name = rename(architecture, &name);
        let what = match name.split('.').rev().nth(1).unwrap() {
            "attn_q" if architecture == "llama" => Change::Interleave(heads),
            "attn_k" if architecture == "llama" => Change::Interleave(kv),
            "attn_qkv" => Change::Part(heads),
            module if architecture.starts_with("gemma") && module.ends_with("norm") => Change::AddOne,
            _ => Change::Keep,
        };
        gguf = gguf.tensor(&name, &change(&array, what), &F32);
    }
    gguf
}

/// How much Llama 3.1's rule stretches each frequency (`modeling_rope_utils.py`).
fn stretches(config: &Value, factor: f64) -> Array {
    let head = config["hidden_size"].as_f64().unwrap() / config["num_attention_heads"].as_f64().unwrap();
    let (theta, original) = (config["rope_theta"].as_f64().unwrap(), 8192.0);
    let stretch = |i: usize| {
        let wavelength = 2.0 * std::f64::consts::PI * theta.powf(2.0 * i as f64 / head);
        if wavelength < original / 4.0 {
            1.0
        } else if wavelength > original {
            factor
        } else {
            let smooth = (original / wavelength - 1.0) / 3.0;
            1.0 / ((1.0 - smooth) / factor + smooth)
        }
    };
    let values: Vec<f32> = (0..head as usize / 2).map(|i| stretch(i) as f32).collect();
    Array { shape: vec![values.len()], values }
}

#[test]
fn every_architecture_gives_the_folders_logits() {
    for (name, architecture, tolerance) in [
        ("gpt_neox", "gptneox", 0.0),
        ("gpt_neox-serial", "gptneox", 0.0),
        ("bloom", "bloom", 0.0),
        ("llama-tied", "llama", 0.0),
        ("llama-untied", "llama", 0.0),
        ("llama-linear", "llama", 0.0),
        ("llama-yarn", "llama", 0.0),
        ("llama-llama3", "llama", 1e-5),
        ("qwen2-window", "qwen2", 0.0),
        ("qwen3", "qwen3", 0.0),
        ("phi", "phi2", 0.0),
        ("gemma", "gemma", 1e-4),
        ("gemma2", "gemma2", 1e-4),
        ("gemma3_text", "gemma3", 1e-4),
    ] {
        let mut folder = Folder::of(name);
        match name {
            "qwen2-window" => folder = folder.config("use_sliding_window", json!(false)),
            "gemma2" | "gemma3_text" => folder = folder.config("query_pre_attn_scalar", json!(12)),
            "llama-llama3" => {
                folder = folder.json("config.json", |config| {
                    config["rope_scaling"]["original_max_position_embeddings"] = json!(8192);
                });
            }
            _ => {}
        }
        let (whole, gguf) = (folder.open().unwrap(), open(&convert(&folder, architecture)).unwrap());
        let logits = |model: &Model| model.logits(&[1, 50, 300, 7, 7, 112, 90, 2, 41, 200, 33, 170]).unwrap();
        let worst = logits(&whole).iter().zip(logits(&gguf)).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        eprintln!("{name}: largest difference of a logit {worst:.1e}");
        assert!(worst <= tolerance, "{name}: {worst:e}");
        let (card, expected) = (gguf.card(), whole.card());
        assert_eq!((&card.family, card.n_params), (&expected.family, expected.n_params), "{name}");
        assert_eq!(gguf.encode("It is so.").unwrap(), whole.encode("It is so.").unwrap(), "{name}");
    }
}

#[test]
fn rotations_that_are_not_read_are_named() {
    let llama = |name: &str| convert(&Folder::of(name), "llama");
    let message = |gguf: &Gguf| open(gguf).err().unwrap().to_string();
    let scaled = llama("llama-linear").text("llama.rope.scaling.type", "longrope");
    assert!(message(&scaled).contains("its rope scaling is \"longrope\""), "{}", message(&scaled));
    let part = llama("llama-untied").number("llama.rope.dimension_count", 4);
    assert!(message(&part).contains("4 of a head's 8 dimensions are rotated"), "{}", message(&part));
    let odd = Array { shape: vec![4], values: vec![1.0, 3.0, 2.0, 8.0] };
    let stretched = llama("llama-untied").tensor("rope_freqs.weight", &odd, &F32);
    assert!(message(&stretched).contains("in another way than Llama 3 does"), "{}", message(&stretched));
    let half = llama("llama-untied").tensor("rope_freqs.weight", &odd, &F16);
    assert!(message(&half).contains("in another way than Llama 3 does"), "{}", message(&half));
}

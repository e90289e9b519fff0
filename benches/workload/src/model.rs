//! A GPT-1 or GPT-2 with random weights, as a folder in the hub's layout.

use crate::random::SplitMix64;
use crate::tokenizer::{VOCAB_SIZE, settings_json, tokenizer_json};
use crate::words::Language;
use crate::{WorkloadError, make_folder, write_file};
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Standard deviation of weights and biases (Radford et al. 2018, section 4.1).
const DEVIATION: f32 = 0.02;

/// The size of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Layers.
    pub n_layer: usize,
    /// Attention heads; divides `n_embd`.
    pub n_head: usize,
    /// Width.
    pub n_embd: usize,
    /// Longest input in tokens.
    pub n_ctx: usize,
}

/// GPT-2 small: 124 million parameters.
pub const GPT2_SMALL: Shape = Shape { n_layer: 12, n_head: 12, n_embd: 768, n_ctx: 1024 };

/// Which family's checkpoint is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `openai-gpt`, with 40,478 tokens.
    Gpt1,
    /// `gpt2`, with [`VOCAB_SIZE`] tokens.
    Gpt2,
}

impl Family {
    const fn vocab_size(self) -> usize {
        match self {
            Self::Gpt1 => 40_478,
            Self::Gpt2 => VOCAB_SIZE,
        }
    }
}

/// How a tensor is filled.
#[derive(Clone, Copy)]
enum Fill {
    Random,
    Ones,
}

struct Tensor {
    name: String,
    shape: Vec<usize>,
    fill: Fill,
}

/// Writes config.json, model.safetensors (f32), tokenizer.json and `tokenizer_config.json` into `folder`, which is made.
/// Weights and biases are drawn from nearly N(0, 0.02²), each tensor from a stream named after it; layer norm weights are 1.
/// GPT-2 small takes 498 MB, written as it is drawn.
///
/// # Errors
/// [`WorkloadError::Write`].
pub fn write_model(folder: &Path, shape: Shape) -> Result<(), WorkloadError> {
    write_model_of(folder, shape, Family::Gpt2)
}

/// The same for another family.
///
/// # Errors
/// [`WorkloadError::Write`].
pub fn write_model_of(folder: &Path, shape: Shape, family: Family) -> Result<(), WorkloadError> {
    make_folder(folder)?;
    write_file(&folder.join("config.json"), &config_json(shape, family))?;
    write_file(&folder.join("tokenizer.json"), &tokenizer_json(&Language::new(), family.vocab_size()))?;
    write_file(&folder.join("tokenizer_config.json"), &settings_json(shape.n_ctx))?;
    let path = folder.join("model.safetensors");
    write_weights(&path, &tensors(shape, family)).map_err(|source| WorkloadError::Write { path, source })
}

fn config_json(shape: Shape, family: Family) -> String {
    let vocab_size = family.vocab_size();
    let (class, model_type, activation) = match family {
        Family::Gpt1 => ("OpenAIGPTLMHeadModel", "openai-gpt", ("afn", "gelu")),
        Family::Gpt2 => ("GPT2LMHeadModel", "gpt2", ("activation_function", "gelu_new")),
    };
    let mut config = json!({
        "architectures": [class],
        "model_type": model_type,
        "layer_norm_epsilon": 1e-5,
        "n_layer": shape.n_layer,
        "n_head": shape.n_head,
        "n_embd": shape.n_embd,
        "n_positions": shape.n_ctx,
        "n_ctx": shape.n_ctx,
        "vocab_size": vocab_size,
        "bos_token_id": vocab_size - 1,
        "eos_token_id": vocab_size - 1,
        "tie_word_embeddings": true,
        "dtype": "float32",
    });
    config[activation.0] = activation.1.into();
    config.to_string()
}

/// The tensors by the names of the hub's GPT-1 and GPT-2; matrices are `[in, out]`, as its `Conv1D` keeps them.
fn tensors(shape: Shape, family: Family) -> Vec<Tensor> {
    let n = shape.n_embd;
    let tensor = |name: &str, shape: &[usize], fill| Tensor { name: name.to_owned(), shape: shape.to_vec(), fill };
    let [tokens, positions] = match family {
        Family::Gpt1 => ["tokens_embed.weight", "positions_embed.weight"],
        Family::Gpt2 => ["wte.weight", "wpe.weight"],
    };
    let mut all = vec![
        tensor(tokens, &[family.vocab_size(), n], Fill::Random),
        tensor(positions, &[shape.n_ctx, n], Fill::Random),
    ];
    let block: [(&str, &[usize], Fill); 12] = [
        ("ln_1.weight", &[n], Fill::Ones),
        ("ln_1.bias", &[n], Fill::Random),
        ("attn.c_attn.weight", &[n, 3 * n], Fill::Random),
        ("attn.c_attn.bias", &[3 * n], Fill::Random),
        ("attn.c_proj.weight", &[n, n], Fill::Random),
        ("attn.c_proj.bias", &[n], Fill::Random),
        ("ln_2.weight", &[n], Fill::Ones),
        ("ln_2.bias", &[n], Fill::Random),
        ("mlp.c_fc.weight", &[n, 4 * n], Fill::Random),
        ("mlp.c_fc.bias", &[4 * n], Fill::Random),
        ("mlp.c_proj.weight", &[4 * n, n], Fill::Random),
        ("mlp.c_proj.bias", &[n], Fill::Random),
    ];
    for layer in 0..shape.n_layer {
        all.extend(block.iter().map(|(name, shape, fill)| tensor(&format!("h.{layer}.{name}"), shape, *fill)));
    }
    if family == Family::Gpt2 {
        all.extend([tensor("ln_f.weight", &[n], Fill::Ones), tensor("ln_f.bias", &[n], Fill::Random)]);
    }
    all
}

/// The safetensors format: the header's length as u64, the header as JSON, then the tensors' bytes, little-endian.
fn write_weights(path: &Path, tensors: &[Tensor]) -> std::io::Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let header = header(tensors);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for tensor in tensors {
        let mut random = SplitMix64::named(&tensor.name);
        for _ in 0..tensor.shape.iter().product() {
            let value = match tensor.fill {
                Fill::Random => DEVIATION * random.normal(),
                Fill::Ones => 1.0,
            };
            file.write_all(&value.to_le_bytes())?;
        }
    }
    file.flush()
}

/// Padded with spaces to a multiple of 8, so that the tensors lie aligned.
fn header(tensors: &[Tensor]) -> String {
    let mut entries = Map::from_iter([("__metadata__".to_owned(), json!({ "format": "pt" }))]);
    let mut offset = 0;
    for tensor in tensors {
        let end = offset + 4 * tensor.shape.iter().product::<usize>();
        let entry = json!({ "dtype": "F32", "shape": tensor.shape, "data_offsets": [offset, end] });
        entries.insert(tensor.name.clone(), entry);
        offset = end;
    }
    let text = Value::Object(entries).to_string();
    let padded = text.len().next_multiple_of(8);
    format!("{text:<padded$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gpt2_small_has_its_parameters() {
        let count = |shape, family| -> usize {
            tensors(shape, family).iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum()
        };
        assert_eq!(count(GPT2_SMALL, Family::Gpt2), 124_439_808);
        assert_eq!(count(Shape { n_ctx: 512, ..GPT2_SMALL }, Family::Gpt1), 116_534_784);
    }

    #[test]
    fn the_file_is_as_long_as_its_header_says() {
        let dir = tempfile::tempdir().unwrap();
        let shape = Shape { n_layer: 2, n_head: 2, n_embd: 8, n_ctx: 16 };
        write_model(dir.path(), shape).unwrap();
        let bytes = std::fs::read(dir.path().join("model.safetensors")).unwrap();
        let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
        let last = header["ln_f.bias"]["data_offsets"][1].as_u64().unwrap() as usize;
        assert_eq!(bytes.len(), 8 + length + last);
        assert_eq!(length % 8, 0);
        let ones = header["h.1.ln_2.weight"]["data_offsets"][0].as_u64().unwrap() as usize + 8 + length;
        assert_eq!(bytes[ones..ones + 4], 1.0_f32.to_le_bytes());
    }
}

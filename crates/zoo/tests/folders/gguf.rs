//! A checkpoint as a GGUF file, written as llama.cpp's converter does.

use super::blocks::{Blocks, F32};
use super::support::{Array, Folder};
use serde_json::Value;

/// A GGUF file in the making.
#[derive(Clone, Default)]
pub struct Gguf {
    /// Key, type and bytes.
    pub fields: Vec<(String, u32, Vec<u8>)>,
    /// Name, sizes with the last dimension first, type and bytes.
    pub tensors: Vec<(String, Vec<usize>, u32, Vec<u8>)>,
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
}

fn list(kind: u32, len: usize, elements: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let head = kind.to_le_bytes().into_iter().chain((len as u64).to_le_bytes());
    head.chain(elements.into_iter().flatten()).collect()
}

impl Gguf {
    pub fn set(&mut self, key: &str, kind: u32, bytes: Vec<u8>) {
        self.fields.retain(|(name, ..)| name != key);
        self.fields.push((key.to_owned(), kind, bytes));
    }

    pub fn remove(mut self, key: &str) -> Self {
        self.fields.retain(|(name, ..)| name != key);
        self
    }

    pub fn number(mut self, key: &str, number: u64) -> Self {
        self.set(key, 4, (number as u32).to_le_bytes().to_vec());
        self
    }

    pub fn float(mut self, key: &str, number: f64) -> Self {
        self.set(key, 6, (number as f32).to_le_bytes().to_vec());
        self
    }

    pub fn text(mut self, key: &str, value: &str) -> Self {
        self.set(key, 8, text(value));
        self
    }

    pub fn texts(mut self, key: &str, values: &[String]) -> Self {
        self.set(key, 9, list(8, values.len(), values.iter().map(|value| text(value))));
        self
    }

    pub fn integers(mut self, key: &str, values: &[i32]) -> Self {
        self.set(key, 9, list(5, values.len(), values.iter().map(|value| value.to_le_bytes().to_vec())));
        self
    }

    pub fn tensor(mut self, name: &str, array: &Array, blocks: &Blocks) -> Self {
        let bytes = (blocks.write)(&array.values);
        self.tensors.push((name.to_owned(), array.shape.clone(), blocks.number, bytes));
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend((self.tensors.len() as u64).to_le_bytes());
        file.extend((self.fields.len() as u64).to_le_bytes());
        for (key, kind, bytes) in &self.fields {
            file.extend([&text(key)[..], &kind.to_le_bytes(), bytes].concat());
        }
        let mut at = 0;
        for (name, shape, kind, bytes) in &self.tensors {
            file.extend(text(name));
            file.extend((shape.len() as u32).to_le_bytes());
            file.extend(shape.iter().rev().flat_map(|n| (*n as u64).to_le_bytes()));
            file.extend(kind.to_le_bytes());
            file.extend((at as u64).to_le_bytes());
            at += bytes.len().next_multiple_of(32);
        }
        for (.., bytes) in &self.tensors {
            file.resize(file.len().next_multiple_of(32), 0);
            file.extend(bytes);
        }
        file
    }

    /// The tokenizer of a folder with byte-level BPE.
    pub fn tokenizer(self, folder: &Folder) -> Self {
        let tokenizer: Value = serde_json::from_slice(&folder.read("tokenizer.json")).unwrap();
        let vocab = tokenizer["model"]["vocab"].as_object().unwrap();
        let added: Vec<&str> =
            tokenizer["added_tokens"].as_array().unwrap().iter().map(|t| t["content"].as_str().unwrap()).collect();
        let mut tokens: Vec<(u64, String)> =
            vocab.iter().map(|(token, id)| (id.as_u64().unwrap(), token.clone())).collect();
        tokens.sort();
        let kinds: Vec<i32> =
            tokens.iter().map(|(_, token)| if added.contains(&token.as_str()) { 3 } else { 1 }).collect();
        let tokens: Vec<String> = tokens.into_iter().map(|(_, token)| token).collect();
        let merge = |merge: &Value| match merge.as_array() {
            Some(pair) => format!("{} {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()),
            None => merge.as_str().unwrap().to_owned(),
        };
        let merges: Vec<String> = tokenizer["model"]["merges"].as_array().unwrap().iter().map(merge).collect();
        let end = tokens.iter().position(|token| token == "<|endoftext|>").unwrap() as u64;
        self.text("tokenizer.ggml.model", "gpt2")
            .text("tokenizer.ggml.pre", "gpt-2")
            .texts("tokenizer.ggml.tokens", &tokens)
            .integers("tokenizer.ggml.token_type", &kinds)
            .texts("tokenizer.ggml.merges", &merges)
            .number("tokenizer.ggml.bos_token_id", end)
            .number("tokenizer.ggml.eos_token_id", end)
    }
}

/// Names inside a layer of GPT-2, and what they are called in a GGUF file.
const GPT2: [(&str, &str); 6] = [
    ("ln_1", "attn_norm"),
    ("attn.c_attn", "attn_qkv"),
    ("attn.c_proj", "attn_output"),
    ("ln_2", "ffn_norm"),
    ("mlp.c_fc", "ffn_up"),
    ("mlp.c_proj", "ffn_down"),
];

/// A gpt2 folder as a GGUF file, its matrices stored in `blocks`.
pub fn gpt2(folder: &Folder, blocks: &Blocks) -> Gguf {
    let config: Value = serde_json::from_slice(&folder.read("config.json")).unwrap();
    let size = |key: &str| config[key].as_u64().unwrap();
    let mut gguf = Gguf::default()
        .text("general.architecture", "gpt2")
        .number("gpt2.block_count", size("n_layer"))
        .number("gpt2.context_length", size("n_positions"))
        .number("gpt2.embedding_length", size("n_embd"))
        .number("gpt2.feed_forward_length", config["n_inner"].as_u64().unwrap_or(4 * size("n_embd")))
        .number("gpt2.attention.head_count", size("n_head"))
        .float("gpt2.attention.layer_norm_epsilon", config["layer_norm_epsilon"].as_f64().unwrap_or(1e-5))
        .tokenizer(folder);
    for (name, array) in folder.arrays() {
        let name = name.strip_prefix("transformer.").unwrap();
        let (module, end) = name.rsplit_once('.').unwrap();
        let of_layer = module.strip_prefix("h.").and_then(|rest| rest.split_once('.'));
        let (name, turned) = if let Some((layer, module)) = of_layer {
            let (_, to) = GPT2.iter().find(|(from, _)| *from == module).unwrap();
            (format!("blk.{layer}.{to}.{end}"), array.shape.len() == 2)
        } else {
            let to = match module {
                "wte" => "token_embd",
                "wpe" => "position_embd",
                _ => "output_norm",
            };
            (format!("{to}.{end}"), false)
        };
        let array = if turned { turn(&array) } else { array };
        let matrix = array.shape.len() == 2 && !name.starts_with("position");
        gguf = gguf.tensor(&name, &array, if matrix { blocks } else { &F32 });
    }
    gguf
}

/// A matrix with rows and columns exchanged.
pub fn turn(array: &Array) -> Array {
    let [rows, columns] = array.shape[..] else { panic!("a matrix") };
    let values = (0..columns).flat_map(|j| (0..rows).map(move |i| (i, j))).map(|(i, j)| array.values[i * columns + j]);
    Array { shape: vec![columns, rows], values: values.collect() }
}

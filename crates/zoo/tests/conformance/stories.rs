//! A Llama of other people's training: Andrej Karpathy's stories260K, in llama2.c's layout. Its first choices for 200 tokens
//! are a text that llama2.c's own test holds every change against.

use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use yardstick_core::{Decoder, Feed, LanguageModel, Pick};
use yardstick_zoo::{LoadOptions, Model};

/// Of the text in llama2.c's `test_all.py`, which ends "help her mom, so she".
const GOLDEN_SHA256: &str = "beeb5cb46785efee81a8545300b31e396b595e5ce6f3b77db201545501981d14";
const STEPS: usize = 200;
const BOS: u32 = 1;

/// Sizes at the beginning of the file.
struct Sizes {
    dim: usize,
    hidden: usize,
    layers: usize,
    heads: usize,
    kv_heads: usize,
    vocab: usize,
    context: usize,
}

type Tensors = Vec<(String, Vec<usize>, Vec<f32>)>;

/// Takes the matrices off the file, in its order. Queries and keys there turn neighbouring components; a hub checkpoint turns
/// the halves of a head, so their rows change places.
fn tensors(sizes: &Sizes, mut rest: &[f32]) -> Tensors {
    let Sizes { dim, hidden, layers, heads, kv_heads, vocab, .. } = *sizes;
    let head_dim = dim / heads;
    let kv_dim = kv_heads * head_dim;
    let mut tensors = Tensors::new();
    let mut take = |name: &dyn Fn(usize) -> String, count: usize, shape: &[usize], halved: bool| {
        let size: usize = shape.iter().product();
        for layer in 0..count {
            let (values, later) = rest.split_at(size);
            rest = later;
            let values = if halved { halves(values, dim, head_dim) } else { values.to_vec() };
            tensors.push((format!("model.{}.weight", name(layer)), shape.to_vec(), values));
        }
    };
    let of_layer = |part: &'static str| move |i: usize| format!("layers.{i}.{part}");
    take(&|_| "embed_tokens".to_owned(), 1, &[vocab, dim], false);
    take(&of_layer("input_layernorm"), layers, &[dim], false);
    take(&of_layer("self_attn.q_proj"), layers, &[dim, dim], true);
    take(&of_layer("self_attn.k_proj"), layers, &[kv_dim, dim], true);
    take(&of_layer("self_attn.v_proj"), layers, &[kv_dim, dim], false);
    take(&of_layer("self_attn.o_proj"), layers, &[dim, dim], false);
    take(&of_layer("post_attention_layernorm"), layers, &[dim], false);
    take(&of_layer("mlp.gate_proj"), layers, &[hidden, dim], false);
    take(&of_layer("mlp.down_proj"), layers, &[dim, hidden], false);
    take(&of_layer("mlp.up_proj"), layers, &[hidden, dim], false);
    take(&|_| "norm".to_owned(), 1, &[dim], false);
    assert_eq!(rest.len(), sizes.context * head_dim, "what is left are cosines and sines");
    tensors
}

/// Rows 0, 2, 4, … of each head, then its rows 1, 3, 5, …
fn halves(values: &[f32], dim: usize, head_dim: usize) -> Vec<f32> {
    let of_head = |head: &[f32]| {
        let every_second =
            |first: usize| head.chunks(dim).skip(first).step_by(2).flatten().copied().collect::<Vec<_>>();
        [every_second(0), every_second(1)].concat()
    };
    values.chunks(head_dim * dim).flat_map(of_head).collect()
}

fn config(sizes: &Sizes) -> Value {
    json!({
        "model_type": "llama", "hidden_size": sizes.dim, "intermediate_size": sizes.hidden, "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads, "num_key_value_heads": sizes.kv_heads, "vocab_size": sizes.vocab,
        "max_position_embeddings": sizes.context, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": true,
    })
}

/// A tokenizer that only has to write: pieces one after another, bytes as such, no space in front.
fn tokenizer(file: &[u8]) -> Value {
    let (mut vocab, mut at) = (serde_json::Map::new(), 4);
    while at < file.len() {
        let len = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
        let piece = std::str::from_utf8(&file[at + 8..at + 8 + len]).unwrap();
        let id = vocab.len();
        assert!(vocab.insert(piece.to_owned(), json!(id)).is_none(), "{piece:?} is there twice");
        at += 8 + len;
    }
    let strip = json!({"type": "Strip", "content": " ", "start": 1, "stop": 0});
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": null, "post_processor": null,
        "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Fuse"}, strip]},
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "<unk>"},
    })
}

fn convert(from: &Path, to: &Path) {
    let file = std::fs::read(from.join("stories260K.bin")).unwrap();
    let words: Vec<[u8; 4]> = file.as_chunks().0.to_vec();
    let size = |i: usize| i32::from_le_bytes(words[i]).unsigned_abs() as usize;
    let [dim, hidden, layers, heads, kv_heads, vocab, context] = std::array::from_fn(size);
    let sizes = Sizes { dim, hidden, layers, heads, kv_heads, vocab, context };
    let numbers: Vec<f32> = words[7..].iter().map(|word| f32::from_le_bytes(*word)).collect();
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = tensors(&sizes, &numbers)
        .into_iter()
        .map(|(name, shape, values)| (name, shape, values.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let view = |(name, shape, bytes)| -> (&String, TensorView) {
        let shape: &Vec<usize> = shape;
        (name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap())
    };
    let views = tensors.iter().map(|(name, shape, bytes): &(_, _, Vec<u8>)| view((name, shape, bytes)));
    let write = |name: &str, bytes: &[u8]| std::fs::write(to.join(name), bytes).unwrap();
    write("model.safetensors", &safetensors::serialize(views, None).unwrap());
    write("config.json", config(&sizes).to_string().as_bytes());
    write("tokenizer.json", tokenizer(&std::fs::read(from.join("tok512.bin")).unwrap()).to_string().as_bytes());
}

/// The first choices after BOS.
fn write(decoder: &mut dyn Decoder) -> Vec<u32> {
    let (mut token, mut written) = (BOS, Vec::new());
    for start in 0..STEPS {
        let feed = Feed { path: 0, start, tokens: &[token], pick: Some(Pick::First) };
        token = decoder.step(&[feed]).unwrap()[0].token;
        if token == BOS {
            break;
        }
        written.push(token);
    }
    written
}

#[test]
fn a_story_byte_for_byte() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        return eprintln!("YARDSTICK_SHARED is not set: stories260K is not there to be run");
    };
    let folder = tempfile::tempdir().unwrap();
    convert(&PathBuf::from(shared).join("weights/stories260K"), folder.path());
    let model = Model::open(folder.path().to_str().unwrap(), &LoadOptions::default()).unwrap();
    let tokens = write(model.decoder(1, STEPS, 1).as_mut());
    assert_eq!(tokens.len(), STEPS);
    let text = model.decode(&tokens, false).unwrap();
    assert!(text.starts_with("Once upon a time, ") && text.ends_with("so she"), "{text}");
    let hash = yardstick_core::hex(&Sha256::digest(text.as_bytes()));
    assert_eq!(hash, GOLDEN_SHA256, "another text than llama2.c's: {text}");
    eprintln!("{} parameters, {STEPS} tokens, {} bytes as in llama2.c's test", model.card().n_params, text.len());
}

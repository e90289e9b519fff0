//! Weights in every format give the model that safetensors give.

use super::blocks::{BF16, Blocks, F16, F32, Q4_0, Q4_K, Q6_K, Q8_0};
use super::gguf::{Gguf, gpt2, turn};
use super::npz;
use super::support::{Array, Arrays, Folder, check_same, f32_file, logits};
use serde_json::json;
use std::path::PathBuf;
use tempfile::TempDir;
use yardstick_core::LanguageModel;
use yardstick_zoo::{LoadOptions, Model, ZooError};

/// Writes a GGUF file and opens it.
pub fn open(gguf: &Gguf) -> Result<Model, ZooError> {
    open_bytes(&gguf.bytes()).1
}

fn open_bytes(bytes: &[u8]) -> (PathBuf, Result<Model, ZooError>) {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    std::fs::write(&path, bytes).unwrap();
    let model = Model::open(path.to_str().unwrap(), &LoadOptions::default());
    (path, model)
}

#[test]
fn a_gguf_file_in_f32_is_the_folder_bit_for_bit() {
    let folder = Folder::of("gpt2");
    let whole = folder.open().unwrap();
    let (path, model) = open_bytes(&gpt2(&folder, &F32).bytes());
    let model = model.unwrap();
    check_same(&whole, &model, 0.0, "gguf");
    let (card, expected) = (model.card(), whole.card());
    assert_eq!((card.name.as_str(), card.source.as_str()), ("tiny", path.to_str().unwrap()));
    assert_eq!((card.family.as_str(), card.dtype.as_str()), ("gpt2", "f32"));
    assert_eq!((card.n_ctx, card.n_params, card.vocab_size), (expected.n_ctx, expected.n_params, expected.vocab_size));
    assert_eq!((card.prefix_token, card.end_token), (expected.prefix_token, expected.end_token));
    for text in
        ["She had been in the house, 12 times.", " two  spaces\n\nand lines", "naïve 東京 <|endoftext|> it's", ""]
    {
        assert_eq!(model.encode(text).unwrap(), whole.encode(text).unwrap(), "{text:?}");
        let tokens = model.encode(text).unwrap();
        assert_eq!(model.decode(&tokens, false).unwrap(), whole.decode(&tokens, false).unwrap());
    }
}

/// A GPT-2 of random weights whose rows are whole blocks of every type.
fn wide() -> Folder {
    let mut state = 1_u32;
    let mut draw = |scale: f32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / 8_388_608.0 - 1.0) * scale
    };
    let mut arrays = Arrays::new();
    let mut add = |name: &str, shape: &[usize], scale: f32| {
        let values = (0..shape.iter().product()).map(|_| draw(scale)).collect();
        arrays.insert(format!("transformer.{name}"), Array { shape: shape.to_vec(), values });
    };
    add("wte.weight", &[768, 256], 0.3);
    add("wpe.weight", &[64, 256], 0.1);
    let layer = |i: usize, name: &str| format!("h.{i}.{name}");
    for i in 0..2 {
        for (name, n_in, n_out) in
            [("attn.c_attn", 256, 768), ("attn.c_proj", 256, 256), ("mlp.c_fc", 256, 512), ("mlp.c_proj", 512, 256)]
        {
            add(&layer(i, &format!("{name}.weight")), &[n_in, n_out], 0.1);
            add(&layer(i, &format!("{name}.bias")), &[n_out], 0.1);
        }
    }
    for norm in ["h.0.ln_1", "h.0.ln_2", "h.1.ln_1", "h.1.ln_2", "ln_f"] {
        add(&format!("{norm}.weight"), &[256], 1.0);
        add(&format!("{norm}.bias"), &[256], 0.1);
    }
    let sizes = [("n_layer", 2), ("n_head", 4), ("n_embd", 256), ("n_inner", 512), ("n_positions", 64)];
    let folder = Folder::of("gpt2").write("model.safetensors", f32_file(&arrays));
    sizes.into_iter().fold(folder, |folder, (key, value)| folder.config(key, json!(value)))
}

/// What rows stored in `blocks` hold, through the test's own reader.
fn rounded(array: &Array, blocks: &Blocks) -> Array {
    Array { shape: array.shape.clone(), values: (blocks.read)(&(blocks.write)(&array.values)) }
}

#[test]
fn a_quantised_gguf_file_is_its_dequantised_weights_bit_for_bit() {
    let exact = wide().open().unwrap();
    for (blocks, most) in [(F16, 0.05), (BF16, 0.3), (Q8_0, 0.5), (Q6_K, 2.0), (Q4_K, 6.0), (Q4_0, 8.0)] {
        let quantised = open(&gpt2(&wide(), &blocks)).unwrap();
        assert_eq!(quantised.card().dtype, blocks.name);
        let dequantised = wide().weights(|arrays| {
            for (name, array) in
                arrays.iter_mut().filter(|(name, a)| a.shape.len() == 2 && !name.ends_with("wpe.weight"))
            {
                let turned = name.contains(".h.");
                *array = if turned { turn(&rounded(&turn(array), &blocks)) } else { rounded(array, &blocks) };
            }
        });
        check_same(&dequantised.open().unwrap(), &quantised, 0.0, blocks.name);
        let pairs = logits(&exact).into_iter().zip(logits(&quantised));
        let worst = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        eprintln!("{}: largest difference of a logit to f32 {worst:.1e}", blocks.name);
        assert!(worst > 0.0 && worst < most, "{}: {worst}", blocks.name);
    }
}

#[test]
fn an_output_of_its_own_is_the_head() {
    let folder = Folder::of("gpt2");
    let doubled = |array: &Array| Array { values: array.values.iter().map(|x| 2.0 * x).collect(), ..array.clone() };
    let head = doubled(&folder.arrays()["transformer.wte.weight"]);
    let gguf = open(&gpt2(&folder, &F32).tensor("output.weight", &head, &F32)).unwrap();
    let untied = folder.config("tie_word_embeddings", json!(false)).with("lm_head.weight", head);
    check_same(&untied.open().unwrap(), &gguf, 0.0, "output.weight");
}

fn check(gguf: &Gguf, words: &[&str]) {
    let message = open(gguf).err().expect("loading must fail").to_string();
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
    assert!(message.contains("tiny.gguf"), "{message}");
}

#[test]
fn what_is_not_read_of_gguf_is_named() {
    let gguf = || gpt2(&Folder::of("gpt2"), &F32);
    check(&gguf().text("general.architecture", "mamba"), &["architecture \"mamba\"", "gpt2, gptneox"]);
    check(&gguf().remove("gpt2.block_count"), &["gpt2.block_count must be a whole number", "found nothing"]);
    check(&gguf().number("gpt2.block_count", 16_000_000), &["gpt2.block_count is 16000000, of 40 tensors"]);
    let wrong = gguf().text("gpt2.attention.head_count", "four");
    check(&wrong, &["gpt2.attention.head_count must be a whole number up to 16777216, found \"four\""]);
    check(&gguf().number("gpt2.expert_count", 8), &["mixture of 8 experts"]);
    check(&gguf().number("split.count", 3), &["one of 3 parts", "llama-gguf-split --merge"]);
    check(&gguf().text("tokenizer.ggml.model", "t5"), &["its tokenizer is \"t5\""]);
    check(&gguf().text("tokenizer.ggml.pre", "deepseek-llm"), &["tokenizer.ggml.pre is \"deepseek-llm\""]);
    check(&gguf().remove("tokenizer.ggml.tokens"), &["it has no tokenizer"]);
    let twice = ["a", "b", "a"].map(str::to_owned);
    check(
        &gguf().texts("tokenizer.ggml.tokens", &twice).remove("tokenizer.ggml.token_type"),
        &["tokens 0 and 2 are both \"a\""],
    );
    check(&gguf().texts("tokenizer.ggml.merges", &["ab".to_owned()]), &["merges has \"ab\" at 0"]);
    for (number, name) in [(23, "iq4_xs"), (18, "iq3_xxs"), (39, "mxfp4"), (77, "an unknown type")] {
        let mut gguf = gguf();
        gguf.tensors[3].2 = number;
        check(&gguf, &["tensor \"blk.0.", &format!("is stored as {name} (GGML's type {number})"), "quantise to q8_0"]);
    }
    let stray = Array { shape: vec![2], values: vec![1.0; 2] };
    check(&gguf().tensor("blk.0.ffn_gate_inp.weight", &stray, &F32), &["\"blk.0.ffn_gate_inp.weight\" has no place"]);
    for shape in [vec![0, 1 << 60], vec![1 << 40, 1 << 40], vec![0]] {
        let mut gguf = gguf();
        gguf.tensors[3].1 = shape;
        check(&gguf, &["tensor \"blk.0.", "has the impossible shape"]);
    }
    let mut short = gguf();
    short.tensors.pop();
    check(&short, &["has no tensor"]);
}

#[test]
fn damaged_gguf_files() {
    let whole = gpt2(&Folder::of("gpt2"), &F32).bytes();
    let check = |bytes: &[u8], words: &[&str]| {
        let message = open_bytes(bytes).1.err().expect("loading must fail").to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    for len in [0, 3, 7, 20, 100, 3000, 30_000, whole.len() - 1] {
        check(&whole[..len], &["tiny.gguf is damaged or not a GGUF file", "download it again"]);
    }
    let with = |at: usize, bytes: &[u8]| [&whole[..at], bytes, &whole[at + bytes.len()..]].concat();
    check(&with(0, b"GGML"), &["does not begin with GGUF"]);
    check(&with(4, &[1, 0, 0, 0]), &["GGUF version 1 is not read"]);
    check(&with(4, &[0, 0, 0, 3]), &["big-endian"]);
    for at in [8, 16, 24] {
        check(&with(at, &u64::MAX.to_le_bytes()), &["damaged"]); // counts of tensors and keys, a key's length
        check(&with(at, &(1_u64 << 40).to_le_bytes()), &["damaged"]);
    }
}

#[test]
fn a_folder_of_gguf_files_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("m.gguf"), "").unwrap();
    let message = Model::open(folder.path().to_str().unwrap(), &LoadOptions::default()).err().unwrap().to_string();
    assert!(message.contains("name the file, not its folder"), "{message}");
}

#[test]
fn an_npz_is_the_folder_bit_for_bit() {
    let folder = Folder::of("gpt2");
    let whole = folder.open().unwrap();
    let arrays = folder.arrays();
    for (deflated, fortran) in [(false, false), (true, false), (false, true), (true, true)] {
        let npz = npz::file(&arrays, deflated, fortran);
        let folder = Folder::of("gpt2").remove("model.safetensors").write("model.npz", npz);
        let model = folder.open().unwrap();
        check_same(&whole, &model, 0.0, "npz");
        assert_eq!((model.card().dtype.as_str(), model.card().n_params), ("f32", whole.card().n_params));
    }
}

#[test]
fn safetensors_go_before_pickles_and_those_before_arrays() {
    let folder = Folder::of("gpt2");
    let whole = folder.open().unwrap();
    let arrays = folder.arrays();
    let folder = folder.write("pytorch_model.bin", "damaged").write("model.npz", npz::file(&arrays, false, false));
    check_same(&whole, &folder.open().unwrap(), 0.0, "safetensors");
    let folder = folder.remove("model.safetensors");
    let message = folder.error();
    assert!(message.contains("pytorch_model.bin is damaged or not a PyTorch file"), "{message}");
    check_same(&whole, &folder.remove("pytorch_model.bin").open().unwrap(), 0.0, "npz");
}

//! A GPT-2 of other people's training, activation by activation: the letter sorter of Brendan Bycroft's LLM visualization
//! (minGPT's gpt-nano, three layers), with what each of its steps gave in PyTorch for three inputs.

use super::*;
use crate::Device;
use crate::checkpoint::WeightFiles;
use crate::nn::{Activation, Lane, Run, Storage, Team};
use crate::source::Source;
use safetensors::tensor::{Dtype, TensorView};
use serde_json::{Map, Value, json};
use std::path::{Path, PathBuf};

const TOLERANCE: f32 = 1e-5;

/// A tensor of the JSON files: shape and numbers.
struct Array {
    shape: Vec<usize>,
    values: Vec<f32>,
}

impl Array {
    fn read(json: &Value) -> Self {
        let shape = json["shape"].as_array().unwrap().iter().map(|n| n.as_u64().unwrap() as usize).collect();
        let bytes = base64(json["data"].as_str().unwrap());
        Self { shape, values: bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect() }
    }

    /// A matrix with rows and columns exchanged.
    fn turned(&self) -> Self {
        let [rows, columns] = self.shape[..] else { panic!("a matrix") };
        let column = |c: usize| (0..rows).map(move |r| self.values[r * columns + c]);
        Self { shape: vec![columns, rows], values: (0..columns).flat_map(column).collect() }
    }
}

fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for digit in text.bytes().filter(|digit| *digit != b'=') {
        bits = (bits << 6) | DIGITS.iter().position(|known| *known == digit).unwrap() as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    bytes
}

fn json(file: &Path) -> Map<String, Value> {
    serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap()
}

/// The checkpoint as a folder in GPT-2's layout: minGPT stores its layers `[out, in]`.
fn convert(folder: &Path, model: &Map<String, Value>) {
    let config = json!({
        "model_type": "gpt2", "n_layer": 3, "n_head": 3, "n_embd": 48, "vocab_size": 3, "n_positions": 11,
        "activation_function": "gelu_new", "tie_word_embeddings": false,
    });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let tensors = model.iter().filter(|(name, _)| *name != "config").map(|(name, value)| {
        let array = Array::read(value);
        let is_turned = name.contains(".h.") && array.shape.len() == 2;
        (name.as_str(), if is_turned { array.turned() } else { array })
    });
    let tensors: Vec<(&str, Vec<usize>, Vec<u8>)> = tensors
        .map(|(name, array)| (name, array.shape, array.values.iter().flat_map(|x| x.to_le_bytes()).collect()))
        .collect();
    let views =
        tensors.iter().map(|(name, shape, bytes)| (*name, TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap()));
    std::fs::write(folder.join("model.safetensors"), safetensors::serialize(views, None).unwrap()).unwrap();
}

/// What PyTorch gave, and the largest differences found.
struct Trace {
    arrays: Map<String, Value>,
    largest: f32,
}

impl Trace {
    /// Compares one input's part of an activation `[inputs, …]`.
    fn check(&mut self, name: &str, input: usize, got: &[f32]) {
        let wanted = Array::read(&self.arrays[name]);
        let inputs = if wanted.shape[0] == 1 { 1 } else { 3 };
        let part = wanted.values.len() / inputs;
        let start = if inputs == 1 { 0 } else { input * part };
        let wanted = &wanted.values[start..start + part];
        assert_eq!(got.len(), part, "{name}");
        let worst = got.iter().zip(wanted).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(worst <= TOLERANCE, "{name} of input {input} differs by {worst:e}");
        self.largest = self.largest.max(worst);
    }
}

/// One head after another `[head, row, dim]`, as minGPT has them, of columns from `first` on of `[rows, 144]`.
fn by_head(qkv: &[f32], first: usize) -> Vec<f32> {
    let row = |head: usize| qkv.chunks_exact(144).flat_map(move |row| row[first + 16 * head..][..16].to_vec());
    (0..3).flat_map(row).collect()
}

/// The first block step by step. Leaves `b.x` as it was.
fn check_first_block(model: &Model, pass: &Pass, b: &mut Buffers, input: usize, trace: &mut Trace) {
    let (block, team, x) = (&model.h[0], pass.team, b.x.clone());
    block.ln_1.forward(&b.x, &mut b.h, team);
    trace.check("ln1", input, &b.h.numbers());
    block.c_attn.forward(&b.h, &mut b.qkv, team);
    trace.check("qkv", input, &b.qkv.numbers());
    for (name, first) in [("q", 0), ("k", 48), ("v", 96)] {
        trace.check(name, input, &by_head(&b.qkv.numbers(), first));
    }
    let mut kv = Layer::new(&model.dims, 1, 11, model.head.accelerator());
    block.attn.attend(&b.qkv, &pass.lanes, None, &mut kv, &mut b.a, team);
    trace.check("y", input, &b.a.numbers());
    block.c_proj.forward(&b.a, &mut b.h, team);
    trace.check("yProj", input, &b.h.numbers());
    b.add();
    trace.check("attnResid", input, &b.x.numbers());
    block.ln_2.forward(&b.x, &mut b.h, team);
    trace.check("ln2", input, &b.h.numbers());
    block.mlp.c_fc.forward(&b.h, &mut b.f, team);
    trace.check("fc", input, &b.f.numbers());
    block.mlp.c_fc.activate(&b.h, Activation::GeluTanh, &mut b.f, team);
    trace.check("gelu", input, &b.f.numbers());
    block.mlp.c_proj.forward(&b.f, &mut b.h, team);
    trace.check("mlp", input, &b.h.numbers());
    b.add();
    trace.check("mlpResid", input, &b.x.numbers());
    b.x.copy_from(&x);
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let exp: Vec<f64> = logits.iter().map(|&x| f64::from(x).exp()).collect();
    exp.iter().map(|x| (x / exp.iter().sum::<f64>()) as f32).collect()
}

fn check_input(model: &Model, input: usize, tokens: &[u32], trace: &mut Trace) {
    let positions: Vec<u32> = (0..11).collect();
    let lanes = vec![Lane { path: 0, runs: vec![Run { rows: 0..11, start: 0 }] }];
    let pass = Pass { tokens, positions: &positions, lanes, scored: positions.clone(), team: Team::ONE };
    let on = model.head.accelerator();
    let mut b = Buffers::new(on);
    b.resize(11, &model.dims);
    model.wte.forward(tokens, &mut b.x);
    trace.check("tok_emb", input, &b.x.numbers());
    model.wpe.forward(&positions, &mut b.x);
    trace.check("pos_emb", input, &b.x.numbers());
    model.wte.forward(tokens, &mut b.x);
    model.wpe.add(&positions, &mut b.x);
    trace.check("x", input, &b.x.numbers());
    check_first_block(model, &pass, &mut b, input, trace);
    for (i, block) in model.h.iter().enumerate() {
        block.forward(&pass, pass.queries(i, 3), &mut Layer::new(&model.dims, 1, 11, on), &mut b, &model.dims);
        trace.check(&format!("block{i}"), input, &b.x.numbers());
    }
    let mut layers: Vec<Layer> = (0..3).map(|_| Layer::new(&model.dims, 1, 11, on)).collect();
    b.resize(11, &model.dims);
    model.forward(&pass, &mut layers, &mut b);
    trace.check("ln_f", input, &b.h.numbers());
    let mut logits = Vec::new();
    model.head.logits(&b.h, &mut logits, Team::ONE).unwrap();
    trace.check("lm_head", input, &logits);
    let probabilities: Vec<f32> = logits.chunks_exact(3).flat_map(softmax).collect();
    trace.check("probs", input, &probabilities);
}

#[test]
fn every_activation_of_the_letter_sorter() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        return eprintln!("YARDSTICK_SHARED is not set: the letter sorter is not there to be compared with");
    };
    let from = PathBuf::from(shared).join("weights/nano-sort-gpt");
    let folder = tempfile::tempdir().unwrap();
    convert(folder.path(), &json(&from.join("gpt-nano-sort-model.json")));
    let config = std::fs::read(folder.path().join("config.json")).unwrap();
    let config = Config::parse("config.json".to_owned(), &config).unwrap();
    let files = WeightFiles::open(&Source::Folder(folder.path().to_owned())).unwrap();
    for device in [Device::Cpu, Device::Candle] {
        let on = device.open().unwrap();
        let checkpoint = Checkpoint::parse(&files, Storage::F32, on.as_ref()).unwrap();
        let model = Model::load(&config, &Hyper::read(&config).unwrap(), &checkpoint).unwrap();
        let mut trace = Trace { arrays: json(&from.join("gpt-nano-sort-t0-partials.json")), largest: 0.0 };
        #[expect(clippy::cast_sign_loss, reason = "token ids")]
        let tokens: Vec<u32> = Array::read(&trace.arrays["idx"]).values.iter().map(|&token| token as u32).collect();
        for (input, tokens) in tokens.chunks(11).enumerate() {
            check_input(&model, input, tokens, &mut trace);
        }
        eprintln!("largest difference of an activation on {device}: {:.1e}", trace.largest);
    }
}

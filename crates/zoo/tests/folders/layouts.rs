//! The layouts that checkpoints come in.

use super::support::{Arrays, Folder, check_same, f32_file, logits, serialize};
use safetensors::tensor::Dtype;
use serde_json::json;
use yardstick_core::{LanguageModel, Span};
use yardstick_zoo::{BUNDLED_NAMES, LoadOptions, Model, bundled, load};

const FAMILIES: [&str; 3] = ["openai-gpt", "gpt2", "gpt_neo"];

#[test]
fn shards_equal_one_file() {
    for family in FAMILIES {
        let mut folder = Folder::of(family);
        let whole = folder.open().unwrap();
        let arrays = folder.arrays();
        let shard = |i: usize| format!("model-{:05}-of-00003.safetensors", i % 3 + 1);
        let map: serde_json::Map<_, _> =
            arrays.keys().enumerate().map(|(i, name)| (name.clone(), json!(shard(i)))).collect();
        for i in 0..3 {
            let part: Arrays = arrays.clone().into_iter().filter(|(name, _)| map[name] == json!(shard(i))).collect();
            folder = folder.write(&shard(i), f32_file(&part));
        }
        folder = folder.remove("model.safetensors");
        folder = folder.write("model.safetensors.index.json", json!({"weight_map": map}).to_string());
        let sharded = folder.open().unwrap();
        check_same(&whole, &sharded, 0.0, family);
        assert_eq!(sharded.card().n_params, whole.card().n_params);
        assert_ne!(sharded.card().weights_sha256, whole.card().weights_sha256);
    }
}

#[test]
fn half_precision_weights_are_widened() {
    for family in FAMILIES {
        // A bf16 is the upper half of an f32: with the lower half cleared that type is exact.
        let truncate = |x: f32| f32::from_bits(x.to_bits() & 0xffff_0000);
        let folder = Folder::of(family).weights(|arrays| for_each_value(arrays, truncate));
        let exact = folder.open().unwrap();
        assert_eq!(exact.card().dtype, "f32");
        let arrays = folder.arrays();
        let bf16 = serialize(&arrays, Dtype::BF16, |x| x.to_le_bytes()[2..].to_vec());
        let f16 = serialize(&arrays, Dtype::F16, |x| f16_bits(x).to_le_bytes().to_vec());
        let bf16 = folder.write("model.safetensors", bf16).open().unwrap();
        assert_eq!(bf16.card().dtype, "bf16");
        check_same(&exact, &bf16, 0.0, family);
        let f16 = Folder::of(family).write("model.safetensors", f16).open().unwrap();
        assert_eq!(f16.card().dtype, "f16");
        check_same(&exact, &f16, 1e-4, family); // the smallest weights fall below f16's normal range
    }
}

fn for_each_value(arrays: &mut Arrays, f: impl Fn(f32) -> f32) {
    arrays.values_mut().flat_map(|array| &mut array.values).for_each(|x| *x = f(*x));
}

/// The f16 of a value with at most eight significant bits; subnormals become zero.
fn f16_bits(x: f32) -> u16 {
    let bits = x.to_bits();
    let sign = (bits >> 16) as u16 & 0x8000;
    let exponent = (bits >> 23) & 0xff; // biased by 127, in f16 by 15
    if exponent <= 112 { sign } else { sign | ((exponent - 112) << 10) as u16 | (bits >> 13) as u16 & 0x3ff }
}

#[test]
fn names_with_and_without_prefix_masks_and_tied_heads() {
    for family in FAMILIES {
        let folder = Folder::of(family);
        let before = folder.open().unwrap();
        let folder = folder.weights(|arrays| {
            *arrays = std::mem::take(arrays)
                .into_iter()
                .map(|(name, array)| (name.strip_prefix("transformer.").unwrap().to_owned(), array))
                .collect();
            let mask = arrays["h.0.ln_1.bias"].clone();
            for name in ["attn.bias", "attn.masked_bias", "attn.attention.bias", "attn.attention.masked_bias"] {
                arrays.insert(format!("h.0.{name}"), mask.clone());
            }
            arrays.insert("lm_head.weight".to_owned(), mask); // tied: never read
        });
        let after = folder.open().unwrap();
        check_same(&before, &after, 0.0, family);
        assert_eq!(after.card().n_params, before.card().n_params);
    }
}

#[test]
fn a_folder_equals_the_embedded_copy() {
    for name in BUNDLED_NAMES {
        let folder = format!("{}/bundled/{name}", env!("CARGO_MANIFEST_DIR"));
        let (inside, outside) = (open(name), open(&folder));
        check_same(&inside, &outside, 0.0, name);
        assert_eq!(inside.card().weights_sha256, outside.card().weights_sha256);
        assert_eq!((inside.card().source.as_str(), &outside.card().source), ("bundled", &folder));
        assert_eq!(inside.card().name, outside.card().name);
    }
}

fn open(reference: &str) -> Model {
    Model::open(reference, &LoadOptions::default()).unwrap()
}

#[test]
fn cards_tell_what_training_recorded() {
    let cards = bundled().unwrap();
    assert_eq!(cards.iter().map(|card| card.name.as_str()).collect::<Vec<_>>(), BUNDLED_NAMES);
    for card in cards {
        let training = format!("{}/bundled/{}/training.json", env!("CARGO_MANIFEST_DIR"), card.name);
        let training: serde_json::Value = serde_json::from_slice(&std::fs::read(training).unwrap()).unwrap();
        assert_eq!(training["parameters"], card.n_params, "{}", card.name);
        assert_eq!((card.n_ctx, card.vocab_size, card.dtype.as_str()), (256, 4096, "f16"));
        assert_eq!(card.prefix_token, if card.family == "openai-gpt" { None } else { Some(0) }, "{}", card.name);
        assert_eq!(card.tokenizer_sha256.len(), 64);
        assert_eq!(load(&card.name, &LoadOptions::default()).unwrap().card(), &card);
    }
}

#[test]
fn bundled_models_have_learned_something() {
    for name in BUNDLED_NAMES {
        let model = open(name);
        let tokens =
            model.encode("She had been in the house for a long time, and she did not know what to do.").unwrap();
        let scored = tokens.len() - 1;
        let found = model.score(&[Span { tokens, scored }]).unwrap();
        let loss = -found[0].iter().map(|score| score.log_prob).sum::<f64>() / scored as f64;
        let guessing = (model.card().vocab_size as f64).ln();
        assert!(loss < guessing - 1.0, "{name}: {loss} nats a token, guessing takes {guessing}");
        assert!(logits(&model).iter().all(|x| x.is_finite()));
    }
}

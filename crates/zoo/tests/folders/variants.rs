//! Configuration switches, each checked against an equal model written another way.

use super::support::{Array, Arrays, Folder, check_different, check_same, logits};
use serde_json::json;
use yardstick_core::LanguageModel;

const HEAD_DIM: f32 = 12.0; // 48 wide, 4 heads
const WIDTH: usize = 48;

/// Multiplies the query columns of a layer's `[in, 3·out]` projection, weight and bias.
fn scale_queries(arrays: &mut Arrays, layer: usize, factor: f32) {
    for kind in ["weight", "bias"] {
        let array = arrays.get_mut(&format!("transformer.h.{layer}.attn.c_attn.{kind}")).unwrap();
        for row in array.values.chunks_exact_mut(3 * WIDTH) {
            row[..WIDTH].iter_mut().for_each(|x| *x *= factor);
        }
    }
}

/// `changed` has the switch; `rewritten` gets the same effect through its weights.
fn check_switch(key: &str, value: serde_json::Value, rewrite: impl FnOnce(&mut Arrays)) {
    let changed = Folder::of("gpt2").config(key, value).open().unwrap();
    let rewritten = Folder::of("gpt2").weights(rewrite).open().unwrap();
    check_same(&changed, &rewritten, 1e-4, key);
    check_different(&changed, &Folder::of("gpt2").open().unwrap(), key);
}

#[test]
fn attention_scaling() {
    check_switch("scale_attn_by_inverse_layer_idx", json!(true), |arrays| {
        for layer in 0..3 {
            scale_queries(arrays, layer, 1.0 / (layer + 1) as f32);
        }
    });
    check_switch("scale_attn_weights", json!(false), |arrays| {
        for layer in 0..3 {
            scale_queries(arrays, layer, HEAD_DIM.sqrt());
        }
    });
}

#[test]
fn an_inner_width_of_its_own() {
    let wide = Folder::of("gpt2").config("n_inner", json!(200)).weights(|arrays| {
        for layer in 0..3 {
            let name = |tensor: &str| format!("transformer.h.{layer}.mlp.{tensor}");
            pad_columns(arrays.get_mut(&name("c_fc.weight")).unwrap(), 200);
            pad_columns(arrays.get_mut(&name("c_fc.bias")).unwrap(), 200);
            let down = arrays.get_mut(&name("c_proj.weight")).unwrap();
            down.shape[0] = 200;
            down.values.resize(200 * WIDTH, 1.0); // multiplied by gelu(0) = 0
        }
    });
    check_same(&Folder::of("gpt2").open().unwrap(), &wide.open().unwrap(), 1e-5, "n_inner");
}

fn pad_columns(array: &mut Array, to: usize) {
    let from = *array.shape.last().unwrap();
    *array.shape.last_mut().unwrap() = to;
    let pad = |row: &[f32]| [row, &vec![0.0; to - from]].concat();
    array.values = array.values.chunks_exact(from).flat_map(pad).collect();
}

#[test]
fn an_untied_head() {
    for (family, wte) in [("openai-gpt", "tokens_embed"), ("gpt2", "wte"), ("gpt_neo", "wte")] {
        let plain = Folder::of(family).open().unwrap();
        let untied = Folder::of(family).config("tie_word_embeddings", json!(false));
        let wte = untied.arrays()[&format!("transformer.{wte}.weight")].clone();
        let untied = untied.with("lm_head.weight", wte.clone());
        let same = untied.open().unwrap();
        check_same(&plain, &same, 0.0, family);
        assert_eq!(same.card().n_params, plain.card().n_params + wte.values.len() as u64);
        let doubled = Array { values: wte.values.iter().map(|x| 2.0 * x).collect(), ..wte };
        check_different(&plain, &untied.with("lm_head.weight", doubled).open().unwrap(), family);
    }
}

#[test]
fn every_activation_has_its_own_effect() {
    let gpt2 = ["gelu_new", "gelu", "quick_gelu", "relu", "silu", "tanh"];
    let cases = [("gpt2", "activation_function", &gpt2[..]), ("openai-gpt", "afn", &["gelu", "relu", "swish"][..])];
    for (family, key, names) in cases {
        let with = |name: &str| logits(&Folder::of(family).config(key, json!(name)).open().unwrap());
        for pair in names.windows(2) {
            assert_ne!(with(pair[0]), with(pair[1]), "{family}: {pair:?}");
        }
    }
}

#[test]
fn epsilon_and_window_reach_the_layers() {
    for (family, key, value) in [
        ("gpt2", "layer_norm_epsilon", json!(0.1)),
        ("gpt_neo", "layer_norm_epsilon", json!(0.1)),
        ("openai-gpt", "layer_norm_epsilon", json!(0.1)),
        ("gpt_neo", "window_size", json!(2)),
        ("gpt_neo", "attention_layers", json!(["local", "global", "local", "global"])),
    ] {
        let changed = Folder::of(family).config(key, value).open().unwrap();
        check_different(&Folder::of(family).open().unwrap(), &changed, key);
    }
}

#[test]
fn a_context_under_its_older_name() {
    for family in ["gpt2", "openai-gpt"] {
        let folder = Folder::of(family);
        let plain = folder.open().unwrap();
        let older = folder.config("n_positions", json!(null)).config("n_ctx", json!(128));
        check_same(&plain, &older.open().unwrap(), 0.0, family);
    }
}

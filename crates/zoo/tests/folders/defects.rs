//! Every defect gets one message that names the file, the key or tensor, and what to do.

use super::support::{Array, Arrays, Folder, f32_file, serialize};
use safetensors::tensor::Dtype;
use serde_json::{Value, json};
use yardstick_core::{LanguageModel, ScoreError, Span};
use yardstick_zoo::{LoadOptions, Model};

/// Loading the folder fails with a message that has all of `words`.
fn check(folder: &Folder, words: &[&str]) {
    let message = folder.error();
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
}

fn gpt2() -> Folder {
    Folder::of("gpt2")
}

#[test]
fn references_that_lead_nowhere() {
    let check = |reference: &str, words: &[&str]| {
        let message = Model::open(reference, &LoadOptions::default()).err().unwrap().to_string();
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    };
    check("gpt2-macro", &["no model \"gpt2-macro\"", "gpt1-micro, gpt2-nano", "did you mean \"gpt2-micro\"?"]);
    check("no/such/folder", &["no model \"no/such/folder\"", "nor a folder"]);
    check("", &["no model \"\""]);
    let empty = tempfile::tempdir().unwrap();
    check(empty.path().to_str().unwrap(), &["there is no config.json", "is this the folder of a model?"]);
}

#[test]
fn missing_files() {
    check(&gpt2().remove("model.safetensors"), &["there is no model.safetensors", "pytorch_model.bin"]);
    check(&gpt2().remove("tokenizer.json"), &["there is no tokenizer.json", "vocab.json with merges.txt"]);
    check(&gpt2().remove("tokenizer.json").write("vocab.json", r#"{"a": 0}"#), &["there is no merges.txt"]);
}

#[test]
fn configurations() {
    check(&gpt2().write("config.json", "{\"n_embd\": "), &["config.json is not a JSON object", "EOF"]);
    check(&gpt2().write("config.json", "[]"), &["config.json is not a JSON object: it holds a list"]);
    check(&gpt2().config("model_type", json!(null)), &["`model_type` must be a string, found nothing"]);
    let mamba = gpt2().config("model_type", json!("mamba"));
    check(&mamba, &["config.json: no family is called \"mamba\"", "openai-gpt, gpt2, gpt_neo"]);
    let bigcode = gpt2().config("model_type", json!("gpt_bigcode"));
    check(&bigcode, &["called \"gpt_bigcode\"; the nearest is \"gpt2\", but gpt_bigcode has one head of keys"]);
    check(&gpt2().config("model_type", json!("gtp2")), &["called \"gtp2\"; did you mean \"gpt2\"?"]);
    let gptq = gpt2().config("quantization_config", json!({"quant_method": "gptq", "bits": 4}));
    check(
        &gptq,
        &["`quantization_config.quant_method` must be absent", "--dtype bf16, int8 or int4", "found \"gptq\""],
    );
    for (family, key) in [
        ("gpt2", "n_embd"),
        ("gpt2", "n_layer"),
        ("gpt2", "n_head"),
        ("gpt2", "n_positions"),
        ("gpt2", "vocab_size"),
        ("openai-gpt", "n_embd"),
        ("gpt_neo", "hidden_size"),
        ("gpt_neo", "num_layers"),
        ("gpt_neo", "num_heads"),
        ("gpt_neo", "max_position_embeddings"),
        ("gptj", "n_layer"),
        ("gpt_neox", "intermediate_size"),
        ("opt", "ffn_dim"),
        ("phi", "hidden_size"),
        ("llama-untied", "num_attention_heads"),
        ("gemma2", "max_position_embeddings"),
        ("gemma3_text", "num_hidden_layers"),
    ] {
        let named = format!("config.json: `{key}` must be an integer");
        for bad in [json!(null), json!(0), json!(-3), json!("12"), json!(1_u64 << 40), json!(2.5)] {
            check(&Folder::of(family).config(key, bad), &[&named]);
        }
    }
}

#[test]
fn values_that_fit_no_model() {
    let cases: &[(&str, &str, Value, &str)] = &[
        ("gpt2", "n_head", json!(5), "`n_head` must be a divisor of the width, 48, found 5"),
        ("gpt2", "activation_function", json!("mish"), "`activation_function` must be one of gelu_new"),
        ("gpt2", "activation_function", json!(7), "`activation_function` must be a string, found 7"),
        ("openai-gpt", "afn", json!("tanh"), "`afn` must be one of gelu, relu, silu, swish, found \"tanh\""),
        ("gpt2", "layer_norm_epsilon", json!("1e-5"), "`layer_norm_epsilon` must be a number from 0 to 1"),
        ("gpt2", "scale_attn_weights", json!("no"), "`scale_attn_weights` must be true or false"),
        (
            "llama-untied",
            "num_key_value_heads",
            json!(3),
            "`num_key_value_heads` must be a divisor of num_attention_heads",
        ),
        ("llama-untied", "head_dim", json!(9), "must be a share of a head's 9 components that is an even number"),
        ("llama-untied", "rope_theta", json!(0), "`rope_theta` must be a number above 0, found 0"),
        (
            "llama-linear",
            "rope_scaling",
            json!({"rope_type": "longrope", "factor": 4}),
            "`rope_scaling.rope_type` must be one of default, linear, dynamic, llama3, yarn",
        ),
        ("llama-untied", "hidden_act", json!("mish"), "`hidden_act` must be one of gelu_new"),
        ("gptj", "rotary_dim", json!(7), "`rotary_dim` must be an even number up to a head's width"),
        ("phi", "qk_layernorm", json!(true), "`qk_layernorm` must be false"),
        ("gemma3_text", "attn_logit_softcapping", json!(50), "`attn_logit_softcapping` must be null"),
        ("gemma2", "use_bidirectional_attention", json!(true), "`use_bidirectional_attention` must be false"),
        ("gemma2", "layer_types", json!(["full_attention"]), "`layer_types` must be a type for each of"),
        ("gpt_neo", "window_size", json!(0), "`window_size` must be an integer"),
        (
            "gpt_neo",
            "attention_layers",
            json!(["global"]),
            "`attention_layers` must be \"global\" or \"local\" for each",
        ),
        ("gpt2", "n_layer", json!(16_000_000), "has no tensor \"transformer.h.3.ln_1.weight\""),
        ("gpt2", "n_embd", json!(16_000_000), "shape [768, 48], config.json asks for [768, 16000000]"),
        ("gpt2", "n_positions", json!(16_000_000), "shape [128, 48], config.json asks for [16000000, 48]"),
        ("gpt2", "n_inner", json!(16_000_000), "shape [48, 192], config.json asks for [48, 16000000]"),
        ("gpt2", "n_layer", json!(2), "tensor \"transformer.h.2.attn.c_attn.bias\" has no place in the model"),
    ];
    for (family, key, value, message) in cases {
        check(&Folder::of(family).config(key, value.clone()), &["config.json", message]);
    }
    let bos = gpt2().config("bos_token_id", json!(768)).remove("tokenizer_config.json");
    check(&bos, &["config.json: `bos_token_id` must be a token id below vocab_size, 768, found 768"]);
}

#[test]
fn weight_files() {
    let whole = gpt2().read("model.safetensors");
    for len in [0, 4, 8, 100, 5000, 500_000] {
        let cut = gpt2().write("model.safetensors", &whole[..len]);
        check(&cut, &["model.safetensors is damaged or not a safetensors file", "download it again"]);
    }
    for name in ["transformer.wte.weight", "transformer.h.2.mlp.c_proj.bias", "transformer.ln_f.bias"] {
        check(&gpt2().without(name), &["model.safetensors has no tensor", name]);
    }
    let partial = gpt2().weights(|arrays| {
        let block = arrays.remove("transformer.h.2.ln_2.weight").unwrap();
        arrays.insert("transformer.h.2.norm_2.weight".to_owned(), block);
        assert!(arrays.remove("transformer.h.0.mlp.c_fc.bias").is_some());
    });
    let both = "no tensor \"transformer.h.0.mlp.c_fc.bias\", \"transformer.h.2.ln_2.weight\"; there, and not asked for: \"transformer.h.2.norm_2.weight\" (1 in all)";
    check(&partial, &[both, "do not belong together"]);
    let deeper = gpt2().config("n_layer", json!(5));
    check(&deeper, &["no tensor \"transformer.h.3.ln_1.weight\", \"transformer.h.3.ln_1.bias\"", "and perhaps others"]);
    let name = "transformer.positions_embed.weight";
    check(&Folder::of("openai-gpt").without(name), &["has no tensor", name]);
    let untied = Folder::of("gpt_neo").config("tie_word_embeddings", json!(false));
    check(&untied, &["has no tensor \"lm_head.weight\""]);
    let turned = gpt2().weights(|w| w.get_mut("transformer.h.0.attn.c_attn.weight").unwrap().shape.reverse());
    check(&turned, &["c_attn.weight\" has shape [144, 48], config.json asks for [48, 144]"]);
    let bias = Array { shape: vec![48], values: vec![1.0; 48] };
    let extra = Folder::of("gpt_neo").with("transformer.h.1.attn.attention.q_proj.bias", bias);
    check(&extra, &["tensor \"transformer.h.1.attn.attention.q_proj.bias\" has no place"]);
}

#[test]
fn types_that_are_no_weights() {
    for (dtype, size, name) in [(Dtype::I64, 8, "I64"), (Dtype::F64, 8, "F64"), (Dtype::U8, 1, "U8")] {
        let bytes = serialize(&gpt2().arrays(), dtype, |_| vec![0; size]);
        let folder = gpt2().write("model.safetensors", bytes);
        check(&folder, &["model.safetensors: tensor", &format!("is stored as {name}; convert the weights")]);
    }
}

#[test]
fn shard_indexes() {
    const WTE: &str = "transformer.wte.weight";
    let indexed =
        |index: &Value| gpt2().remove("model.safetensors").write("model.safetensors.index.json", index.to_string());
    let with_shard = |file: &Value| indexed(&json!({"weight_map": {WTE: file}}));
    let absent = with_shard(&json!("model-1.safetensors"));
    check(&absent, &["there is no model-1.safetensors", "the shard index lists it"]);
    for outside in [json!("../other.safetensors"), json!("/etc/hostname"), json!("a/b"), json!(""), json!(3)] {
        let named = format!("tensor {WTE:?} is said to be in {outside}, which is not the name of a file");
        check(&with_shard(&outside), &["model.safetensors.index.json", &named]);
    }
    check(&indexed(&json!({})), &["index.json: `weight_map` must be an object from tensor to file"]);
    check(&indexed(&json!({"weight_map": {}})), &["`weight_map` must be an object with at least one tensor"]);
    let part: Arrays = gpt2().arrays().into_iter().filter(|(name, _)| name != WTE).collect();
    let partial = with_shard(&json!("a.safetensors")).write("a.safetensors", f32_file(&part));
    check(&partial, &["has no tensor", WTE]);
}

#[test]
fn tokenizers() {
    check(&gpt2().write("tokenizer.json", "{}"), &["tokenizer.json is not a usable tokenizer"]);
    let broken = gpt2().json("tokenizer.json", |t| {
        t["model"]["vocab"].as_object_mut().unwrap().retain(|token, _| token.len() < 3);
    });
    check(&broken, &["tokenizer.json is not a usable tokenizer"]);
    let small = gpt2().config("vocab_size", json!(700)).weights(|w| shrink(w, "transformer.wte.weight", 700));
    check(&small, &["tokenizer.json: token", "has id 767", "vocab_size 700", "belongs to another model"]);
    let files = |vocab: &str, merges: &str| {
        gpt2().remove("tokenizer.json").write("vocab.json", vocab).write("merges.txt", merges)
    };
    check(&files("[1]", "a b"), &["vocab.json is not a usable tokenizer: not a map from token to id"]);
    check(&files(r#"{"a": -1}"#, ""), &["vocab.json is not a usable tokenizer"]);
    check(&files(r#"{"a": 0, "b": 1}"#, "#version: 0.2\na  b\n"), &["merges.txt", "line 2 is not two symbols"]);
    check(&files(r#"{"a": 0, "b": 1}"#, "a b"), &["merges.txt is not a usable tokenizer", "line 1"]);
    check(&files("{}", ""), &["vocab.json is not a usable tokenizer: it has no tokens"]);
}

fn shrink(arrays: &mut Arrays, name: &str, rows: usize) {
    let array = arrays.get_mut(name).unwrap();
    array.values.truncate(rows * array.shape[1]);
    array.shape[0] = rows;
}

#[test]
fn weights_that_are_not_numbers() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        for (family, name) in [
            ("gpt2", "transformer.ln_f.bias"),
            ("gpt_neo", "transformer.h.1.mlp.c_fc.weight"),
            ("openai-gpt", "transformer.positions_embed.weight"),
        ] {
            let folder = Folder::of(family).weights(|arrays| arrays.get_mut(name).unwrap().values[0] = bad);
            let model = folder.open().unwrap();
            let span = |tokens: &[u32], scored| Span { tokens: tokens.to_vec(), scored };
            let error = model.score(&[span(&[1], 0), span(&[3, 4, 5], 2)]).unwrap_err();
            let name = model.card().name.clone();
            assert_eq!(error, ScoreError::NotFinite { model: name, wanted: 0, position: 0 }, "{family}: {bad}");
        }
    }
}

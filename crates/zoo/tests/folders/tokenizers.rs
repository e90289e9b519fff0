//! Tokenizer files in their layouts, the token that stands before an empty context, and the one that ends a text.

use super::support::Folder;
use serde_json::{Value, json};
use yardstick_core::LanguageModel;

const TEXTS: &[&str] = &[
    "The old man looked out of the window and said that it was raining again.",
    "“Well!” thought she; 42 cats — naïve café 東京 — ran.\n\nThen what?",
    " two  spaces\tand a tab ",
    "isn't it? They'll SEE; I'd go...",
    "<|endoftext|>after<unk>before",
    "",
    "\u{0}\u{200b}é👩‍🚀",
];

/// Replaces tokenizer.json by the vocab.json and merges.txt with the same content.
fn split_tokenizer(folder: Folder) -> Folder {
    let tokenizer: Value = serde_json::from_slice(&folder.read("tokenizer.json")).unwrap();
    let merges = tokenizer["model"]["merges"].as_array().unwrap();
    let lines = merges.iter().map(|pair| format!("{} {}\n", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    let folder = folder.write("merges.txt", format!("#version: 0.2\n{}", lines.collect::<String>()));
    folder.write("vocab.json", tokenizer["model"]["vocab"].to_string()).remove("tokenizer.json")
}

#[test]
fn vocab_and_merges_equal_tokenizer_json() {
    for family in ["openai-gpt", "gpt2", "gpt_neo"] {
        let folder = Folder::of(family);
        let one_file = folder.open().unwrap();
        let two_files = split_tokenizer(folder).open().unwrap();
        for text in TEXTS {
            let tokens = one_file.encode(text).unwrap();
            assert_eq!(two_files.encode(text).unwrap(), tokens, "{family}: {text:?}");
            for skip in [false, true] {
                let decoded = one_file.decode(&tokens, skip).unwrap();
                assert_eq!(two_files.decode(&tokens, skip).unwrap(), decoded, "{family}: {text:?}");
            }
        }
        assert_ne!(two_files.card().tokenizer_sha256, one_file.card().tokenizer_sha256);
    }
}

#[test]
fn texts_are_put_together_from_all_of_their_tokens() {
    let check = |family: &str, tokens: &[&str], wanted: &str| {
        let model = Folder::of(family).open().unwrap();
        let tokenizer: Value = serde_json::from_slice(&Folder::of(family).read("tokenizer.json")).unwrap();
        let id = |token: &&str| tokenizer["model"]["vocab"][token].as_u64().unwrap() as u32;
        let tokens: Vec<u32> = tokens.iter().map(id).collect();
        assert_eq!(model.decode(&tokens, true).unwrap(), wanted, "{family}: {tokens:?}");
    };
    // The bytes of é, together and apart.
    check("gpt2", &["a", "Ã", "©", "Ġ"], "aé ");
    check("gpt2", &["a", "Ã", "a", "©"], "a\u{fffd}a\u{fffd}");
    check("gpt2", &["<|endoftext|>", "a", "Ã"], "a\u{fffd}");
    check("openai-gpt", &["a", "b</w>", "c</w>"], "ab c");
    check("openai-gpt", &["a", "<unk>", "b"], "ab");
    check("openai-gpt", &["<unk>"], "");
}

#[test]
fn the_end_token_is_the_tokenizers_eos_else_the_networks() {
    let check = |eos: Value, named: Value, expected: Option<u32>| {
        let folder = Folder::of("gpt2").config("eos_token_id", eos.clone());
        let folder = folder.write("tokenizer_config.json", named.to_string());
        assert_eq!(folder.open().unwrap().card().end_token, expected, "{eos} {named}");
    };
    check(json!(6), json!({}), Some(6));
    check(json!(null), json!({}), None);
    check(json!(6), json!({"eos_token": "<|endoftext|>"}), Some(0));
    check(json!(6), json!({"bos_token": "!"}), Some(6));
    // No text can end with what cannot be written.
    check(json!(50256), json!({"bos_token": "!"}), None);
}

#[test]
fn no_special_tokens_no_truncation_no_dropout() {
    for family in ["openai-gpt", "gpt2"] {
        let folder = Folder::of(family);
        let plain = folder.open().unwrap();
        let folder = folder.json("tokenizer.json", |tokenizer| {
            tokenizer["truncation"] =
                json!({"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0});
            tokenizer["padding"] = json!({"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": null,
                "pad_id": 0, "pad_type_id": 0, "pad_token": "<unk>"});
            tokenizer["model"]["dropout"] = json!(0.9);
            let special = tokenizer["added_tokens"][0]["content"].clone();
            tokenizer["post_processor"] = json!({"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": special, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {special.as_str().unwrap(): {"id": special, "ids": [0], "tokens": [special]}}});
        });
        let noisy = folder.open().unwrap();
        for text in TEXTS {
            assert_eq!(noisy.encode(text).unwrap(), plain.encode(text).unwrap(), "{family}: {text:?}");
        }
    }
}

#[test]
fn the_prefix_token_is_bos_else_eos() {
    let check = |bos: Value, eos: Value, named: Value, expected: Option<u32>| {
        let folder = Folder::of("gpt2").config("bos_token_id", bos.clone()).config("eos_token_id", eos.clone());
        let folder = folder.write("tokenizer_config.json", named.to_string());
        assert_eq!(folder.open().unwrap().card().prefix_token, expected, "{bos} {eos} {named}");
    };
    let nothing = json!({});
    check(json!(5), json!(6), nothing.clone(), Some(5));
    check(json!(null), json!(6), nothing.clone(), Some(6));
    check(json!(null), json!(null), nothing, None);
    check(json!(null), json!(null), json!({"eos_token": "<|endoftext|>"}), Some(0));
    check(json!(null), json!(null), json!({"bos_token": {"content": "!"}, "eos_token": "<|endoftext|>"}), Some(1));
    check(json!(null), json!(null), json!({"bos_token": "no such token"}), None);
    // The tokenizer's own comes first.
    check(json!(5), json!(6), json!({"eos_token": "<|endoftext|>"}), Some(0));
    check(json!(50256), json!(50256), json!({"bos_token": "!"}), Some(1));
    let folder = Folder::of("gpt2").config("bos_token_id", json!(null)).config("eos_token_id", json!(null));
    let folder = folder.remove("tokenizer_config.json");
    assert_eq!(folder.open().unwrap().card().prefix_token, None);
}

#[test]
fn published_vocabularies_load() {
    let Some(shared) = std::env::var_os("YARDSTICK_SHARED") else {
        eprintln!("YARDSTICK_SHARED is not set: the published GPT-1 and GPT-2 vocabularies are not checked");
        return;
    };
    let shared = std::path::Path::new(&shared).join("tokenizers");
    for (family, vocab, merges, text, expected) in [
        ("gpt2", "gpt2/encoder.json", "gpt2/vocab.bpe", "Hello world", &[15496, 995][..]),
        ("openai-gpt", "gpt1/encoder_bpe_40000.json", "gpt1/vocab_40000.bpe", "Hello world", &[3570, 1276][..]),
    ] {
        let read = |file: &str| std::fs::read(shared.join(file)).unwrap();
        let folder = Folder::of(family).remove("tokenizer.json").write("vocab.json", read(vocab));
        let folder = folder.write("merges.txt", read(merges));
        // The vocabulary outgrows the small reference model, so the embedding grows with it.
        let table: std::collections::BTreeMap<String, u32> =
            serde_json::from_slice(&folder.read("vocab.json")).unwrap();
        let rows = *table.values().max().unwrap() as usize + 1;
        let folder = folder.config("vocab_size", json!(rows)).weights(|arrays| {
            let name = if family == "gpt2" { "transformer.wte.weight" } else { "transformer.tokens_embed.weight" };
            let wte = arrays.get_mut(name).unwrap();
            wte.shape[0] = rows;
            wte.values.resize(rows * 48, 0.0);
        });
        assert_eq!(folder.open().unwrap().encode(text).unwrap(), expected, "{family}");
    }
}

#[test]
fn a_vocabulary_of_word_pieces_equals_tokenizer_json() {
    for family in ["bert", "distilbert"] {
        let folder = Folder::of(family);
        let tokenizer: Value = serde_json::from_slice(&folder.read("tokenizer.json")).unwrap();
        let mut lines: Vec<String> = (0..128).map(|id| format!("[nothing {id}]")).collect();
        for (token, id) in tokenizer["model"]["vocab"].as_object().unwrap() {
            lines[id.as_u64().unwrap() as usize].clone_from(token);
        }
        let one_file = folder.open().unwrap();
        let words = folder.write("vocab.txt", lines.join("\n")).remove("tokenizer.json").open().unwrap();
        for text in TEXTS.iter().copied().chain(["The lamp[MASK] took them; they wrote 東!"]) {
            assert_eq!(words.encode(text).unwrap(), one_file.encode(text).unwrap(), "{family}: {text:?}");
        }
        assert_eq!(words.card().prefix_token, one_file.card().prefix_token);
    }
}

#[test]
fn a_llama_with_a_sentencepiece_model() {
    let model = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/tokenizers/sentencepiece-unigram/tokenizer.model");
    let folder = Folder::of("llama-untied").write("tokenizer.model", std::fs::read(model).unwrap());
    let folder = folder.remove("tokenizer.json").write("tokenizer_config.json", r#"{"bos_token": "<s>"}"#);
    // More pieces than rows of the embedding.
    let found = folder.error();
    assert!(found.contains("tokenizer.model: token") && found.contains("belongs to another model"), "{found}");
    let rows = 400;
    let folder = folder.config("vocab_size", json!(rows)).weights(|arrays| {
        for name in ["model.embed_tokens.weight", "lm_head.weight"] {
            let table = arrays.get_mut(name).unwrap();
            table.shape[0] = rows;
            table.values.resize(rows * 32, 0.01);
        }
    });
    let llama = folder.open().unwrap();
    assert_eq!(llama.card().prefix_token, Some(1));
    let text = "The lamp keeper counted boats.";
    assert_eq!(llama.decode(&llama.encode(text).unwrap(), true).unwrap(), text);
}

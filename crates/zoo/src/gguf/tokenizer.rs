//! tokenizer.json and tokenizer_config.json, written from a GGUF file's metadata.

use super::keys::Keys;
use super::vocabulary::Vocabulary;
use crate::checkpoint::Fault;
use serde_json::{Map, Value, json};

/// Longer pieces of a sentencepiece vocabulary do not exist; each is looked up cut at every place.
const LONGEST_PIECE: usize = 64;

/// The contents of tokenizer.json.
///
/// # Errors
/// A tokenizer of another kind than byte-level BPE or sentencepiece's BPE, or one with an unknown pattern.
pub fn json(keys: &Keys) -> Result<Value, Fault> {
    let vocabulary = Vocabulary::read(keys)?;
    match keys.text("tokenizer.ggml.model")? {
        Some("gpt2") => byte_level(keys, &vocabulary),
        Some("llama") => sentencepiece(keys, &vocabulary),
        other => {
            let reason = format!(
                "its tokenizer is {:?}; of GGUF files \"gpt2\" and \"llama\" are read",
                other.unwrap_or("nothing")
            );
            Err(Fault::Refused(reason))
        }
    }
}

/// The contents of tokenizer_config.json: the special tokens by name, and the chat template.
///
/// # Errors
/// A key is wrong.
pub fn settings(keys: &Keys) -> Result<Value, Fault> {
    let tokens = keys.texts("tokenizer.ggml.tokens")?.unwrap_or_default();
    let mut settings = Map::new();
    for (key, name) in [("bos", "bos"), ("eos", "eos"), ("unknown", "unk"), ("padding", "pad")] {
        let id = keys.optional_size(&format!("tokenizer.ggml.{key}_token_id"))?;
        if let Some(token) = id.and_then(|id| tokens.get(id as usize)) {
            settings.insert(format!("{name}_token"), json!(token));
        }
    }
    if let Some(template) = keys.text("tokenizer.chat_template")? {
        settings.insert("chat_template".to_owned(), json!(template));
    }
    Ok(Value::Object(settings))
}

/// How a byte-level tokenizer cuts a text before it merges.
struct Cut {
    /// A pattern of its own; `None` is GPT-2's.
    pattern: Option<&'static str>,
    /// Whether a piece that is a token is taken as it is.
    whole: bool,
    /// Whether the reference tokenizer composes characters first.
    nfc: bool,
}

const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str =
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const BLOOM: &str = r" ?[^(\s|[.,!?…。，、।۔،])]+";

/// By `tokenizer.ggml.pre`, which llama.cpp writes since 2024; before, and for what it does not know, by the architecture.
fn cut(keys: &Keys) -> Result<Cut, Fault> {
    let gpt2 = Cut { pattern: None, whole: false, nfc: keys.architecture == "gptneox" };
    match keys.text("tokenizer.ggml.pre")? {
        Some("gpt-2" | "phi-2" | "olmo" | "mpt") => Ok(gpt2),
        None | Some("default") if matches!(keys.architecture, "gpt2" | "gptneox" | "phi2") => Ok(gpt2),
        Some("llama-bpe" | "llama3" | "llama-v3") => Ok(Cut { pattern: Some(LLAMA3), whole: true, nfc: false }),
        Some("qwen2") => Ok(Cut { pattern: Some(QWEN2), whole: false, nfc: true }),
        Some("bloom") => Ok(Cut { pattern: Some(BLOOM), whole: false, nfc: false }),
        other => {
            let known = "gpt-2, phi-2, olmo, mpt, llama-bpe, qwen2, bloom";
            let found = other.unwrap_or("nothing");
            Err(Fault::Refused(format!(
                "tokenizer.ggml.pre is {found:?}: how it cuts texts is not known here ({known} are)"
            )))
        }
    }
}

fn byte_level(keys: &Keys, vocabulary: &Vocabulary) -> Result<Value, Fault> {
    let cut = cut(keys)?;
    let merges = keys.texts("tokenizer.ggml.merges")?.ok_or("it has no tokenizer.ggml.merges")?;
    let merges = merges.iter().enumerate().map(|(i, merge)| {
        merge.split_once(' ').ok_or_else(|| format!("tokenizer.ggml.merges has {merge:?} at {i}, which is no pair"))
    });
    let merges = merges.collect::<Result<Vec<_>, _>>()?;
    let bytes = json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": cut.pattern.is_none()});
    let pre_tokenizer = match cut.pattern {
        None => bytes.clone(),
        Some(pattern) => {
            let split =
                json!({"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false});
            json!({"type": "Sequence", "pretokenizers": [split, bytes]})
        }
    };
    let model = json!({
        "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null,
        "fuse_unk": false, "byte_fallback": false, "ignore_merges": cut.whole, "vocab": vocab(vocabulary), "merges": merges,
    });
    let normalizer = if cut.nfc { json!({"type": "NFC"}) } else { Value::Null };
    Ok(whole(vocabulary, &normalizer, &pre_tokenizer, &bytes, &model))
}

/// Sentencepiece's BPE: pieces are merged in the order of their scores, spaces are a letter, and bytes stand in for what has
/// no piece (Kudo & Richardson 2018).
fn sentencepiece(keys: &Keys, vocabulary: &Vocabulary) -> Result<Value, Fault> {
    let scores = keys.floats("tokenizer.ggml.scores")?.ok_or("it has no tokenizer.ggml.scores")?;
    if scores.len() != vocabulary.tokens.len() {
        return Err(format!("it has {} tokens and scores of {}", vocabulary.tokens.len(), scores.len()).into());
    }
    let prefix = keys.flag("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
    let spaces = json!({"type": "Replace", "pattern": {"String": " "}, "content": "▁"});
    let normalizer = if prefix {
        json!({"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, spaces]})
    } else {
        spaces
    };
    let mut decoders = vec![
        json!({"type": "Replace", "pattern": {"String": "▁"}, "content": " "}),
        json!({"type": "ByteFallback"}),
        json!({"type": "Fuse"}),
    ];
    if prefix {
        decoders.push(json!({"type": "Strip", "content": " ", "start": 1, "stop": 0}));
    }
    let model = json!({
        "type": "BPE", "dropout": null, "unk_token": vocabulary.unknown(), "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
        "vocab": vocab(vocabulary), "merges": merges(vocabulary, &scores)?,
    });
    let decoder = json!({"type": "Sequence", "decoders": decoders});
    Ok(whole(vocabulary, &normalizer, &Value::Null, &decoder, &model))
}

/// Every way to put a piece together from two others, the best piece first. Among equals the longer left part goes first, as
/// in the conversion that transformers does.
fn merges<'a>(vocabulary: &Vocabulary<'a>, scores: &[f32]) -> Result<Vec<(&'a str, &'a str)>, Fault> {
    let mut merges = Vec::new();
    for (id, piece) in vocabulary.tokens.iter().enumerate().filter(|(id, _)| vocabulary.is_normal(*id)) {
        if scores[id].is_nan() || piece.chars().count() > LONGEST_PIECE {
            return Err(Fault::Refused(format!("token {id}, {piece:?}, is no piece of a sentencepiece vocabulary")));
        }
        let cuts = piece.char_indices().skip(1).map(|(at, _)| piece.split_at(at));
        let both = |part: &str| vocabulary.ids.get(part).is_some_and(|id| vocabulary.is_normal(*id));
        merges.extend(cuts.filter(|(left, right)| both(left) && both(right)).map(|pair| (scores[id], pair)));
    }
    let length = |text: &str| text.chars().count();
    merges.sort_by(|(a, (a_left, _)), (b, (b_left, _))| b.total_cmp(a).then(length(b_left).cmp(&length(a_left))));
    Ok(merges.into_iter().map(|(_, pair)| pair).collect())
}

fn vocab(vocabulary: &Vocabulary) -> Value {
    Value::Object(vocabulary.tokens.iter().enumerate().map(|(id, token)| ((*token).to_owned(), json!(id))).collect())
}

fn whole(vocabulary: &Vocabulary, normalizer: &Value, pre_tokenizer: &Value, decoder: &Value, model: &Value) -> Value {
    let added = vocabulary.added().map(|(id, content, special)| {
        json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
               "special": special})
    });
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": added.collect::<Vec<_>>(),
        "normalizer": normalizer, "pre_tokenizer": pre_tokenizer, "post_processor": null, "decoder": decoder, "model": model,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Gguf;
    use serde_json::Value;
    use tokenizers::Tokenizer;

    const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/formats");

    /// What sentencepiece itself makes of texts (`generate.py` beside the file).
    #[test]
    fn scores_become_merges_that_give_sentencepieces_tokens() {
        let bytes = std::fs::read(format!("{FOLDER}/sentencepiece.gguf")).unwrap();
        let gguf = Gguf::read(&bytes).unwrap();
        let tokenizer = Tokenizer::from_bytes(gguf.file(&bytes, "tokenizer.json").unwrap().unwrap()).unwrap();
        let expected: Vec<Value> =
            serde_json::from_slice(&std::fs::read(format!("{FOLDER}/sentencepiece.json")).unwrap()).unwrap();
        for case in &expected {
            let text = case["text"].as_str().unwrap();
            let ids = tokenizer.encode(text, false).unwrap().get_ids().to_vec();
            assert_eq!(serde_json::json!(ids), case["ids"], "{text:?}");
            assert_eq!(tokenizer.decode(&ids, false).unwrap(), case["decoded"].as_str().unwrap(), "{text:?}");
        }
        assert!(expected.len() > 5);
        let special = tokenizer.encode("a<s>", false).unwrap();
        assert_eq!(special.get_ids().last(), Some(&1), "a special token is one where it is written");
    }
}

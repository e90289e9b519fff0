//! tokenizer.json or tokenizer.model, and `tokenizer_config.json`, written from a GGUF file's metadata.

use super::keys::Keys;
use super::vocabulary::{BYTE, USER_DEFINED, Vocabulary};
use crate::checkpoint::Fault;
use serde_json::{Map, Value, json};

/// The file that a tokenizer comes in.
///
/// # Errors
/// It is neither byte-level BPE nor sentencepiece's.
pub fn file(keys: &Keys) -> Result<&'static str, Fault> {
    match keys.text("tokenizer.ggml.model")? {
        Some("gpt2") => Ok("tokenizer.json"),
        Some("llama") => Ok("tokenizer.model"),
        other => {
            let found = other.unwrap_or("nothing");
            let reason = format!("its tokenizer is {found:?}; of GGUF files \"gpt2\" and \"llama\" are read");
            Err(Fault::Refused(reason))
        }
    }
}

/// The contents of `tokenizer_config.json`: the special tokens by name, and the chat template.
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

/// The contents of tokenizer.json.
///
/// # Errors
/// A pattern that is not known, or merges that are none.
pub fn byte_level(keys: &Keys) -> Result<Value, Fault> {
    let (vocabulary, cut) = (Vocabulary::read(keys)?, cut(keys)?);
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
        "fuse_unk": false, "byte_fallback": false, "ignore_merges": cut.whole, "vocab": vocab(&vocabulary), "merges": merges,
    });
    let normalizer = if cut.nfc { json!({"type": "NFC"}) } else { Value::Null };
    Ok(whole(&vocabulary, &normalizer, &pre_tokenizer, &bytes, &model))
}

/// The contents of tokenizer.model: the pieces in sentencepiece's own format (`sentencepiece_model.proto`), so that they are
/// read and checked as everybody's.
///
/// # Errors
/// There are no scores, or not one for each token.
pub fn pieces(keys: &Keys) -> Result<Vec<u8>, Fault> {
    let vocabulary = Vocabulary::read(keys)?;
    let scores = keys.floats("tokenizer.ggml.scores")?.ok_or("it has no tokenizer.ggml.scores")?;
    if scores.len() != vocabulary.tokens.len() {
        return Err(format!("it has {} tokens and scores of {}", vocabulary.tokens.len(), scores.len()).into());
    }
    let mut model = Vec::new();
    let mut bytes = 0;
    for (id, (token, score)) in vocabulary.tokens.iter().zip(&scores).enumerate() {
        let kind = vocabulary.sentencepiece_kind(id);
        bytes += usize::from(kind == BYTE);
        // What a user defined is written with spaces in the file.
        let text = if kind == USER_DEFINED { token.replace(' ', "▁") } else { (*token).to_owned() };
        let piece = [message(1, text.as_bytes()), [&[0x15][..], &score.to_le_bytes()].concat(), number(3, kind)];
        model.extend(message(1, &piece.concat()));
    }
    let merged = [number(3, 2), number(35, i32::from(bytes > 0))].concat();
    let prefix = keys.flag("tokenizer.ggml.add_space_prefix")?.unwrap_or(true);
    let spaces = [number(3, i32::from(prefix)), number(4, 0)].concat();
    Ok([model, message(2, &merged), message(3, &spaces)].concat())
}

/// A field of protobuf's wire format that holds bytes.
fn message(field: u64, bytes: &[u8]) -> Vec<u8> {
    [&varint(field << 3 | 2)[..], &varint(bytes.len() as u64), bytes].concat()
}

/// One that holds a number.
fn number(field: u64, number: i32) -> Vec<u8> {
    [varint(field << 3), varint(number.unsigned_abs().into())].concat()
}

/// Seven bits a byte, the lowest first.
fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
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
    use crate::source::{GgufFile, Source};
    use crate::tokenizer::{Bpe, Tokenizer};
    use serde_json::Value;
    use std::path::Path;

    /// What sentencepiece itself makes of texts (`generate.py` beside the file).
    #[test]
    fn scores_give_sentencepieces_tokens() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/formats");
        let file = GgufFile::open(&folder.join("sentencepiece.gguf")).unwrap();
        let tokenizer = Tokenizer::load(&Source::Gguf(Box::new(file)), Bpe::ByteLevel, 600).unwrap();
        let expected = std::fs::read(folder.join("sentencepiece.json")).unwrap();
        let expected: Vec<Value> = serde_json::from_slice(&expected).unwrap();
        for case in &expected {
            let text = case["text"].as_str().unwrap();
            let ids = tokenizer.encode(text).unwrap();
            assert_eq!(serde_json::json!(ids), case["ids"], "{text:?}");
            assert_eq!(tokenizer.decode(&ids, false).unwrap(), case["decoded"].as_str().unwrap(), "{text:?}");
        }
        assert!(expected.len() > 5);
        assert_eq!(tokenizer.encode("a<s>").unwrap().last(), Some(&1), "a special token is one where it is written");
    }
}

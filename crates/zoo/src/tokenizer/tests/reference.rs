//! Ids equal those that reference tokenizers give (`tests/fixtures/tokenizers/expected.py` says which).

use super::{fixtures, load, read};
use crate::tokenizer::{Bpe, Tokenizer};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    fixtures().join("tokenizers")
}

fn texts() -> Vec<String> {
    serde_json::from_slice(&read(folder().join("texts.json"))).unwrap()
}

/// Compares all texts and says how many are equal.
fn check(name: &str, tokenizer: &Tokenizer, ids: &Path, skip: impl Fn(&str) -> bool) {
    let wanted: Vec<Vec<u32>> = serde_json::from_slice(&read(ids)).unwrap();
    let (mut cases, mut wrong) = (0, Vec::new());
    for (text, wanted) in texts().iter().zip(&wanted).filter(|(text, _)| !skip(text)) {
        let found = tokenizer.encode(text).unwrap();
        cases += 1;
        if found != *wanted {
            wrong.push(format!("{text:?}\n  {found:?}\n  {wanted:?}"));
        }
    }
    eprintln!("{name}: {} of {cases} texts have the reference's ids", cases - wrong.len());
    assert!(
        cases > 190 && wrong.is_empty(),
        "{name}: {} wrong\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn sentencepiece_models() {
    for name in
        ["sentencepiece-bpe", "sentencepiece-bpe-symbols", "sentencepiece-unigram", "sentencepiece-unigram-bytes"]
    {
        let folder = folder().join(name);
        let model = read(folder.join("tokenizer.model"));
        let tokenizer = load(&[("tokenizer.model", &model)], Bpe::ByteLevel).unwrap();
        // Control pieces in a text are one token here.
        check(name, &tokenizer, &folder.join("ids.json"), |text| text.contains("</s>"));
    }
}

#[test]
fn words_of_gpt1() {
    let words: Vec<String> = serde_json::from_slice(&read(folder().join("gpt1-words.json"))).unwrap();
    for (text, words) in texts().iter().zip(&words) {
        assert_eq!(crate::tokenizer::gpt1::clean(text), *words, "{text:?}");
    }
}

/// The folder of published vocabularies, if there is one.
fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("YARDSTICK_SHARED").map(|shared| Path::new(&shared).join("tokenizers"));
    if shared.is_none() {
        eprintln!("YARDSTICK_SHARED is not set: the published vocabularies are not checked");
    }
    shared
}

/// A family of expected ids, the files of its folder and where they come from, and files beside.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [(&'a [u8], &'a str)]);

#[test]
fn published_vocabularies() {
    let Some(shared) = shared() else { return };
    let keep_case = (&b"tokenizer_config.json"[..], r#"{"do_lower_case": false}"#);
    let cases: [Case; 7] = [
        ("gpt2", &[("encoder.json", "gpt2/encoder.json"), ("vocab.bpe", "gpt2/vocab.bpe")], &[]),
        ("gpt2", &[("vocab.json", "gpt2/encoder.json"), ("merges.txt", "gpt2/vocab.bpe")], &[]),
        (
            "gpt1",
            &[("encoder_bpe_40000.json", "gpt1/encoder_bpe_40000.json"), ("vocab_40000.bpe", "gpt1/vocab_40000.bpe")],
            &[],
        ),
        ("gpt1-hub", &[("vocab.json", "gpt1/encoder_bpe_40000.json"), ("merges.txt", "gpt1/vocab_40000.bpe")], &[]),
        ("bert", &[("vocab.txt", "bert/vocab.txt")], &[]),
        ("bert-cased", &[("vocab.txt", "bert/vocab.txt")], &[keep_case]),
        ("neox", &[("tokenizer.json", "neox/20B_tokenizer.json")], &[]),
    ];
    for (name, files, more) in cases {
        let files: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, path)| (*name, read(shared.join(path)))).collect();
        let more = more.iter().map(|(name, text)| (std::str::from_utf8(name).unwrap(), text.as_bytes()));
        let files: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).chain(more).collect();
        // Python lowers a capital sigma at the end of a word to a final one; the tokenizers library, and so every score that was
        // made with it, lowers letters one by one.
        let is_known = |text: &str| name == "bert" && text.contains("ΣΊΣΥΦΟΣ");
        let bpe = if name == "gpt1-hub" { Bpe::LowerCased } else { Bpe::ByteLevel };
        check(name, &load(&files, bpe).unwrap(), &folder().join(format!("published/{name}.json")), is_known);
    }
}

/// Google's tokenizer on the questions of SQuAD, and OpenAI's on a French text, as others have published them.
#[test]
fn published_ids() {
    let Some(shared) = shared() else { return };
    let bert = load(&[("vocab.txt", &read(shared.join("bert/vocab.txt")))], Bpe::ByteLevel).unwrap();
    let questions: Value = serde_json::from_slice(&read(shared.join("bert/question_tokens.json"))).unwrap();
    let ids: Vec<Vec<u32>> = serde_json::from_slice(&read(shared.join("bert/tokenized_questions.json"))).unwrap();
    let questions = questions.as_array().unwrap();
    assert!(questions.len() > 10_000 && questions.len() == ids.len());
    for (question, ids) in questions.iter().zip(&ids) {
        assert_eq!(bert.encode(question["original"].as_str().unwrap()).unwrap(), *ids, "{question}");
    }
    let (encoder, merges) = (read(shared.join("gpt2/encoder.json")), read(shared.join("gpt2/vocab.bpe")));
    let gpt2 = load(&[("encoder.json", &encoder), ("vocab.bpe", &merges)], Bpe::ByteLevel).unwrap();
    let french: Value = serde_json::from_slice(&read(shared.join("bert/encoded_tokens.json"))).unwrap();
    let ids: Vec<u32> = serde_json::from_value(french["token_ids"].clone()).unwrap();
    assert_eq!(gpt2.encode(french["text"].as_str().unwrap()).unwrap(), ids);
    eprintln!("{} questions and a French text have the published ids", questions.len());
}

//! Files that are cut short, contradict themselves or are something else: one complaint that names file and place, and no panic.

use super::{complaint, fixtures, load, read, split};
use crate::tokenizer::Bpe;
use crate::tokenizer::sentencepiece::Pieces;
use proptest::prelude::*;
use std::sync::LazyLock;

fn check(files: &[(&str, &[u8])], wanted: &[&str]) {
    let found = complaint(files);
    for wanted in wanted {
        assert!(found.contains(wanted), "{wanted:?} is not in: {found}");
    }
}

#[test]
fn nothing_there() {
    check(
        &[],
        &["there is no tokenizer.json", "tokenizer.model", "vocab.json with merges.txt", "encoder.json with vocab.bpe"],
    );
    check(&[("vocab.json", b"{}")], &["there is no merges.txt", "vocab.json is one half"]);
    check(&[("encoder.json", b"{}")], &["there is no vocab.bpe", "encoder.json is one half"]);
    check(&[("encoder_bpe_40000.json", b"{}")], &["there is no vocab_40000.bpe"]);
}

#[test]
fn byte_pairs() {
    let (vocab, merges) = split("gpt2");
    let with = |change: &dyn Fn(&mut serde_json::Map<String, serde_json::Value>)| {
        let mut map = serde_json::from_slice(&vocab).unwrap();
        change(&mut map);
        serde_json::to_vec(&map).unwrap()
    };
    let files = |vocab: &[u8], merges: &[u8], wanted: &[&str]| {
        check(&[("vocab.json", vocab), ("merges.txt", merges)], wanted);
        check(&[("encoder.json", vocab), ("vocab.bpe", merges)], &wanted[1..]);
    };
    files(&vocab[..vocab.len() / 2], &merges, &["vocab.json is not", "not a map from token to id", "line 1 column"]);
    let twice = with(&|map| drop(map.insert("twice".to_owned(), 5.into())));
    files(&twice, &merges, &["vocab.json is not", "\"twice\"", "both have id 5"]);
    let text = String::from_utf8(merges.clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (left, right) = lines[3].split_once(' ').unwrap();
    let without = with(&|map| drop(map.remove(left)));
    files(&without, &merges, &["merges.txt is not", &format!("merges {left:?}, which"), "does not have"]);
    let without = with(&|map| drop(map.remove(&format!("{left}{right}"))));
    files(&without, &merges, &["merges.txt is not", "line 4 makes a token that"]);
    files(&vocab, b"#version: 0.2\na\n", &["merges.txt is not", "line 2 is not two symbols"]);
    files(&vocab, b"a a\n#version: 0.2\n", &["merges.txt is not", "line 1 makes a token"]);
    files(&vocab, b"\xff\xfe", &["merges.txt is not", "line 1 is not UTF-8"]);
    let without = with(&|map| drop(map.remove("\u{100}")));
    files(&without, b"", &["vocab.json is not", "it has no token 'Ā'", "each of the 256 bytes"]);
}

#[test]
fn word_pieces() {
    check(&[("vocab.txt", b"[UNK]\nword\n\nother\n")], &["vocab.txt is not", "line 3 has no token"]);
    check(&[("vocab.txt", b"[UNK]\nword\nother\nword\n")], &["line 4 has the token of line 2: \"word\""]);
    check(&[("vocab.txt", b"word\n")], &["it has no \"[UNK]\""]);
    check(&[("vocab.txt", b"")], &["it has no \"[UNK]\""]);
    check(&[("vocab.txt", b"a\nb\n\xff\n")], &["line 3 is not UTF-8"]);
    let basic = br#"{"do_basic_tokenize": false}"#;
    check(&[("vocab.txt", b"[UNK]\n"), ("tokenizer_config.json", basic)], &["do_basic_tokenize"]);
}

static MODEL: LazyLock<Vec<u8>> =
    LazyLock::new(|| read(fixtures().join("tokenizers/sentencepiece-bpe-symbols/tokenizer.model")));

/// A length-delimited field.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    // A length of two bytes is as good where one would do.
    [&[number << 3 | 2, bytes.len() as u8 | 0x80, (bytes.len() >> 7) as u8], bytes].concat()
}

/// A piece of this kind.
fn piece(text: &str, kind: u8) -> Vec<u8> {
    field(1, &[field(1, text.as_bytes()), vec![3 << 3, kind]].concat())
}

#[test]
fn sentencepieces() {
    let unknown = piece("<unk>", 2);
    let model = |parts: &[&[u8]], wanted: &str| {
        let bytes = [&unknown[..], &parts.concat()].concat();
        check(&[("tokenizer.model", &bytes)], &["tokenizer.model is not a usable tokenizer", wanted]);
    };
    model(&[&piece("a", 1), &piece("a", 1)], "pieces 1 and 2 are both \"a\"");
    model(&[&piece("a", 5)], "piece 1: unused pieces are not supported");
    model(&[&piece("a", 9)], "piece 1: no kind of piece has number 9");
    model(&[&piece("", 1)], "piece 1: it is empty");
    model(&[&piece(&"a".repeat(129), 1)], "piece 1: it has 129 bytes, more than 128");
    model(&[&field(1, &field(1, b"\xff"))], "piece 1: invalid utf-8");
    model(&[&field(1, &[field(1, b"a"), vec![0x15, 0, 0, 0xc0, 0x7f]].concat())], "piece 1: its score is NaN");
    model(&[&piece("b", 2)], "it has 2 pieces for what is unknown");
    model(&[&field(2, &[3 << 3, 3])], "trainer_spec: model_type WORD and CHAR");
    model(&[&field(2, &[0x98, 0x02, 1])], "byte_fallback needs 256 pieces that are bytes, there are 0");
    model(&[&field(2, &[0xc0, 0x01, 1])], "treat_whitespace_as_suffix");
    model(&[&field(3, &field(2, b"x"))], "normalizer_spec: it has a character map");
    model(&[&[0x0a, 0xff, 0xff, 0xff, 0xff, 0x7f]], "bytes are announced and 0 are left");
    check(&[("tokenizer.model", b"")], &["it has 0 pieces for what is unknown"]);
    check(&[("tokenizer.model", b"version https://git-lfs.github.com/spec/v1\n")], &["tokenizer.model is not"]);
}

#[test]
fn a_model_cut_anywhere() {
    for len in 0..MODEL.len() {
        // Cut between two fields, the rest is a smaller model; elsewhere it is none.
        let _ = Pieces::parse(&MODEL[..len]);
    }
    let whole = Pieces::parse(&MODEL).unwrap();
    assert!(whole.pieces.len() > 500 && whole.byte_fallback && !whole.leading_space && !whole.single_spaces);
}

proptest! {
    #[test]
    fn a_model_changed_anywhere(at in 0..MODEL.len(), byte in any::<u8>(), text in "[a-z ]{0,12}") {
        let mut bytes = MODEL.clone();
        bytes[at] = byte;
        if let Ok(tokenizer) = load(&[("tokenizer.model", &bytes)], Bpe::ByteLevel) {
            let _ = tokenizer.encode(&text);
        }
    }

    #[test]
    fn files_of_anything(bytes in proptest::collection::vec(any::<u8>(), 0..80), other in "[a-b \n{}\":0-9,]{0,40}") {
        for file in ["tokenizer.json", "tokenizer.model", "vocab.txt", "vocab.json", "encoder.json"] {
            for bytes in [&bytes[..], other.as_bytes()] {
                if let Ok(tokenizer) = load(&[(file, bytes), ("merges.txt", bytes), ("vocab.bpe", bytes)], Bpe::ByteLevel) {
                    let _ = tokenizer.encode("a b");
                }
            }
        }
    }
}

//! Special and added tokens, wherever they are named.

use super::{complaint, fixtures, load, read, split};
use crate::tokenizer::sentencepiece::Pieces;
use crate::tokenizer::{Bpe, Tokenizer};

const WORDS: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplain\nword\n##s\n<x>\n";

fn word_pieces(more: &[(&str, &str)]) -> Tokenizer {
    let more = more.iter().map(|(name, text)| (*name, text.as_bytes()));
    let files: Vec<(&str, &[u8])> = std::iter::once(("vocab.txt", WORDS.as_bytes())).chain(more).collect();
    load(&files, Bpe::ByteLevel).unwrap()
}

#[test]
fn special_tokens_in_a_text() {
    let check = |more: &[(&str, &str)], text: &str, wanted: &[u32]| {
        assert_eq!(word_pieces(more).encode(text).unwrap(), wanted, "{text:?} {more:?}");
    };
    check(&[], "Words[MASK]plain", &[6, 7, 4, 5]);
    check(&[], "a<x>", &[1, 1, 1, 1]);
    check(&[("tokenizer_config.json", r#"{"mask_token": "<x>"}"#)], "word<x>", &[6, 8]);
    check(&[("special_tokens_map.json", r#"{"additional_special_tokens": ["<x>"]}"#)], "word<x>", &[6, 8]);
    check(&[("added_tokens.json", r#"{"WORD": 9, "<y>": 10}"#)], "<y>word wordplain", &[10, 9, 9, 5]);
    check(
        &[("tokenizer_config.json", r#"{"added_tokens_decoder": {"9": {"content": "<z>", "special": true}}}"#)],
        "word<z>",
        &[6, 9],
    );
}

#[test]
fn tokens_added_to_sentencepieces() {
    let model = read(fixtures().join("tokenizers/sentencepiece-bpe/tokenizer.model"));
    let last = Pieces::parse(&model).unwrap().pieces.len() as u32;
    let added = format!(r#"{{"<new>": {last}}}"#);
    let encode = |text: &str| {
        let files = [("tokenizer.model", &model[..]), ("added_tokens.json", added.as_bytes())];
        load(&files, Bpe::ByteLevel).unwrap().encode(text).unwrap()
    };
    let [the, boat] = ["the", "boat"].map(encode);
    assert_eq!(encode("the<new>boat</s>"), [&the[..], &[last], &boat, &[2]].concat());
}

#[test]
fn case_and_accents() {
    let vocab = "[UNK]\nword\nWord\nwörd\n京\n東京\n";
    let check = |settings: &str, text: &str, wanted: &[u32]| {
        let files = [("vocab.txt", vocab.as_bytes()), ("tokenizer_config.json", settings.as_bytes())];
        assert_eq!(load(&files, Bpe::ByteLevel).unwrap().encode(text).unwrap(), wanted, "{settings} {text:?}");
    };
    check("{}", "Word wörd 東京", &[1, 1, 0, 4]);
    check(r#"{"do_lower_case": false}"#, "Word wörd 東京", &[2, 3, 0, 4]);
    check(r#"{"strip_accents": false}"#, "Word wörd", &[1, 3]);
    check(r#"{"do_lower_case": false, "strip_accents": true}"#, "Word wörd", &[2, 1]);
    check(r#"{"tokenize_chinese_chars": false}"#, "東京", &[5]);
}

#[test]
fn a_space_before_the_text_where_it_is_asked_for() {
    let (vocab, merges) = split("gpt2");
    let encode = |settings: &str, text: &str| {
        let files =
            [("vocab.json", &vocab[..]), ("merges.txt", &merges), ("tokenizer_config.json", settings.as_bytes())];
        load(&files, Bpe::ByteLevel).unwrap().encode(text).unwrap()
    };
    assert_eq!(encode(r#"{"add_prefix_space": true}"#, "the old"), encode("{}", " the old"));
    assert_ne!(encode("{}", "the old"), encode("{}", " the old"));
}

#[test]
fn ids_that_cannot_be() {
    let check = |file: &str, json: &str, wanted: &[&str]| {
        let found = complaint(&[("vocab.txt", WORDS.as_bytes()), (file, json.as_bytes())]);
        for wanted in wanted.iter().chain([&file]) {
            assert!(found.contains(wanted), "{found}");
        }
    };
    check("added_tokens.json", r#"{"new": 11}"#, &["token \"new\" is said to have id 11; in this vocabulary it has 9"]);
    check("added_tokens.json", r#"{"word": 9}"#, &["token \"word\" is said to have id 9; in this vocabulary it has 6"]);
    check("added_tokens.json", r#"{"a": 9, "b": 9}"#, &["tokens \"a\" and \"b\" both have id 9"]);
    check("added_tokens.json", r#"{"a": -1}"#, &["`a` must be a token id, found -1"]);
    check(
        "tokenizer_config.json",
        r#"{"added_tokens_decoder": {"x": {"content": "a"}}}"#,
        &["`added_tokens_decoder` has \"x\""],
    );
    check("tokenizer_config.json", r#"{"do_lower_case": 1}"#, &["`do_lower_case` must be true or false, found 1"]);
    check("special_tokens_map.json", "[]", &["is not a JSON object"]);
}

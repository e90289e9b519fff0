//! A byte-level BPE of GPT-2's size for the made-up language.
//!
//! Training is not needed: the words are known, so each frequent word gets the chain of merges that builds it letter by
//! letter after its space (`Ġ k`, `Ġk a`, `Ġka l` …). Chains share their beginnings. Pieces without a space follow, for
//! the ends of rare words, and rank below, so that a word never breaks where a longer beginning of it is a token.

use crate::words::{Language, capital};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Tokens: 256 bytes, 50,000 merges and [`END_OF_TEXT`].
pub const VOCAB_SIZE: usize = 50_257;
/// The only special token, the last of the vocabulary.
pub const END_OF_TEXT: &str = "<|endoftext|>";

/// Of a hundred merges, those that build words after a space; the rest builds pieces.
const WORD_MERGES: usize = 88;
/// Words that are also tokens at the beginning of a sentence.
const CAPITALS: usize = 3_000;
/// What a byte-level tokenizer shows for a space.
const SPACE: char = 'Ġ';

/// `tokenizer.json`.
pub fn tokenizer_json(language: &Language, vocab_size: usize) -> String {
    let merges = merges(language, vocab_size - 256 - 1);
    let pieces = merges.iter().map(|(left, right)| format!("{left}{right}"));
    let tokens = byte_symbols().map(String::from).chain(pieces).chain([END_OF_TEXT.to_owned()]);
    let vocab: Map<String, Value> = tokens.enumerate().map(|(id, token)| (token, json!(id))).collect();
    let bytes = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [{
            "id": vocab_size - 1, "content": END_OF_TEXT, "special": true,
            "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
        }],
        "normalizer": null,
        "pre_tokenizer": bytes,
        "post_processor": bytes,
        "decoder": bytes,
        "model": {
            "type": "BPE",
            "dropout": null,
            "unk_token": null,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": false,
            "byte_fallback": false,
            "vocab": vocab,
            "merges": merges.iter().map(|(left, right)| format!("{left} {right}")).collect::<Vec<_>>(),
        },
    })
    .to_string()
}

/// `tokenizer_config.json`.
pub fn settings_json(n_ctx: usize) -> String {
    json!({
        "tokenizer_class": "GPT2Tokenizer",
        "bos_token": END_OF_TEXT,
        "eos_token": END_OF_TEXT,
        "unk_token": END_OF_TEXT,
        "model_max_length": n_ctx,
    })
    .to_string()
}

/// That many merges in order of rank; each makes a token that no other makes.
fn merges(language: &Language, count: usize) -> Vec<(String, String)> {
    let mut chains = Chains::default();
    let of_words = count * WORD_MERGES / 100;
    for letter in ('A'..='Z').chain('a'..='z') {
        chains.add(&format!("{SPACE}{letter}"), count);
    }
    for (rank, word) in language.words().iter().enumerate() {
        chains.add(&format!("{SPACE}{word}"), of_words);
        if rank < CAPITALS {
            chains.add(&format!("{SPACE}{}", capital(word)), of_words);
        }
    }
    for word in language.words() {
        chains.add(word, count);
    }
    chains.merges
}

/// Merges that build words from the left, without repeats.
#[derive(Default)]
struct Chains {
    merges: Vec<(String, String)>,
    made: BTreeSet<String>,
}

impl Chains {
    /// Adds what builds `word`, as long as there are fewer than `limit` merges.
    fn add(&mut self, word: &str, limit: usize) {
        let starts: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
        for pair in starts[1..].windows(2) {
            let (left, whole) = (&word[..pair[0]], &word[..pair[1]]);
            if self.merges.len() < limit && self.made.insert(whole.to_owned()) {
                self.merges.push((left.to_owned(), word[pair[0]..pair[1]].to_owned()));
            }
        }
    }
}

/// The characters that stand for the bytes, in GPT-2's order of ids: those that print stand for themselves and come
/// first, the others are counted from U+0100 on (Radford et al. 2019, `bytes_to_unicode` of the released code).
fn byte_symbols() -> impl Iterator<Item = char> {
    let prints = |byte: &u32| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    let hidden = (0..256_u32).filter(move |byte| !prints(byte)).count() as u32;
    (0..256_u32).filter(prints).chain(256..256 + hidden).filter_map(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_is_full_and_has_no_repeats() {
        let symbols: BTreeSet<char> = byte_symbols().collect();
        assert_eq!(symbols.len(), 256);
        assert!(symbols.contains(&SPACE) && symbols.contains(&'Ċ'));
        let merges = merges(&Language::new(), 50_000);
        assert_eq!(merges.len(), 50_000);
        let made: BTreeSet<String> = merges.iter().map(|(left, right)| format!("{left}{right}")).collect();
        assert_eq!(made.len(), 50_000);
    }

    #[test]
    fn every_merge_joins_what_is_there_before_it() {
        let mut known: BTreeSet<String> = byte_symbols().map(String::from).collect();
        for (left, right) in merges(&Language::new(), 40_221) {
            assert!(known.contains(&left) && known.contains(&right), "{left} {right}");
            known.insert(left + &right);
        }
    }
}

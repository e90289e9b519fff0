//! Texts come back from their tokens.

use super::{fixtures, load, read, split};
use crate::tokenizer::{Bpe, Tokenizer};
use proptest::prelude::*;
use std::sync::LazyLock;

static BYTE_LEVEL: LazyLock<Vec<Tokenizer>> = LazyLock::new(|| {
    let (vocab, merges) = split("gpt2");
    let hub = load(&[("vocab.json", &vocab), ("merges.txt", &merges)], Bpe::ByteLevel).unwrap();
    let gpt2 = load(&[("encoder.json", &vocab), ("vocab.bpe", &merges)], Bpe::LowerCased).unwrap();
    let json = read(fixtures().join("roberta/tokenizer.json"));
    vec![hub, gpt2, load(&[("tokenizer.json", &json)], Bpe::ByteLevel).unwrap()]
});

/// With and without a space that begins the text.
static SENTENCEPIECE: LazyLock<Vec<Tokenizer>> = LazyLock::new(|| {
    let names = ["sentencepiece-bpe", "sentencepiece-bpe-symbols", "sentencepiece-unigram-bytes"];
    let model = |name: &&str| read(fixtures().join("tokenizers").join(name).join("tokenizer.model"));
    names.iter().map(|name| load(&[("tokenizer.model", &model(name))], Bpe::ByteLevel).unwrap()).collect()
});

fn check(tokenizer: &Tokenizer, text: &str) {
    let ids = tokenizer.encode(text).unwrap();
    assert_eq!(tokenizer.decode(&ids, false).unwrap(), text, "{ids:?}");
}

proptest! {
    #[test]
    fn any_text_over_bytes(text in any::<String>(), prose in "([a-zA-Z',.]{0,6}|[ \n\t]{0,3}|<\\|endoftext\\|>|é|東|🙂){0,20}") {
        for tokenizer in BYTE_LEVEL.iter() {
            check(tokenizer, &text);
        }
        // RoBERTa's mask takes the space before it, which no text can bring back.
        for tokenizer in BYTE_LEVEL.iter().filter(|_| !prose.contains("<mask>")) {
            check(tokenizer, &prose);
        }
    }

    #[test]
    fn any_text_over_pieces_with_bytes(text in any::<String>(), prose in "([a-zA-Z',.]{0,6}|[ \n\t]{0,3}|=+|é|東|🙂){0,20}") {
        for tokenizer in SENTENCEPIECE.iter() {
            for text in [&text, &prose] {
                // The mark for a space is a space.
                check(tokenizer, &text.replace('▁', " "));
            }
        }
    }
}

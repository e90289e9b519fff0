//! Texts of a run repeat one another: few-shot examples, passages, the context of every choice. What repeats is whole
//! paragraphs, so their tokens are remembered.
//!
//! Cutting before a line feed that follows something other than white space changes no token where the tokenizer first
//! splits text by GPT-2's pattern or at white space (Radford et al. 2019, 2.2): no alternative of the pattern but white
//! space itself takes a line feed, none looks back, and only white space looks ahead.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use tokenizers::{NormalizerWrapper, PreTokenizerWrapper, Tokenizer};

/// Parts with a lock each, so that threads seldom meet.
const SHARDS: usize = 32;
/// Bytes that a part takes before it starts anew: 64 MB in all.
const SHARD_BYTES: usize = 2 << 20;
/// Longer paragraphs are whole books, which do not repeat.
const LONGEST: usize = 16 << 10;
/// Bytes that an entry takes beside text and tokens.
const ENTRY: usize = 96;

/// Tokens of paragraphs already seen.
#[derive(Default)]
pub struct Paragraphs {
    hasher: RandomState,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    tokens: HashMap<Box<str>, Box<[u32]>>,
    bytes: usize,
}

impl Paragraphs {
    /// A memory for `tokenizer`, or `None` where paragraphs may not be encoded apart.
    pub fn of(tokenizer: &Tokenizer) -> Option<Self> {
        (splits_at_space(tokenizer) && specials_stay_inside(tokenizer)).then(Self::default)
    }

    /// The tokens of `text`: those of its paragraphs one after another, each from memory or from `encode`.
    ///
    /// # Errors
    /// What `encode` says.
    pub fn encode<E>(&self, text: &str, mut encode: impl FnMut(&str) -> Result<Vec<u32>, E>) -> Result<Vec<u32>, E> {
        let mut tokens = Vec::with_capacity(text.len() / 3);
        for paragraph in paragraphs(text) {
            let shard = &self.shards[self.hasher.hash_one(paragraph) as usize % SHARDS];
            let lock = || shard.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(known) = lock().tokens.get(paragraph) {
                tokens.extend_from_slice(known);
                continue;
            }
            let new = encode(paragraph)?;
            tokens.extend_from_slice(&new);
            lock().remember(paragraph, new);
        }
        Ok(tokens)
    }
}

impl Shard {
    fn remember(&mut self, paragraph: &str, tokens: Vec<u32>) {
        if paragraph.len() > LONGEST {
            return;
        }
        let bytes = paragraph.len() + 4 * tokens.len() + ENTRY;
        if self.bytes + bytes > SHARD_BYTES {
            *self = Self::default();
        }
        self.bytes += bytes;
        self.tokens.insert(paragraph.into(), tokens.into());
    }
}

/// `text` cut before every line feed that follows something other than white space.
fn paragraphs(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut cuts = rest.match_indices('\n').map(|(at, _)| at);
        let cut = cuts.find(|&at| rest[..at].chars().next_back().is_some_and(|c| !is_space(c)));
        let (paragraph, later) = rest.split_at(cut.unwrap_or(rest.len()));
        rest = later;
        Some(paragraph)
    })
}

/// White space by anybody's definition: the four control characters are space to some and not to others.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control()
}

/// Whether text is split by GPT-2's pattern as it is, or at white space after character-wise normalization.
fn splits_at_space(tokenizer: &Tokenizer) -> bool {
    match (tokenizer.get_normalizer(), tokenizer.get_pre_tokenizer()) {
        (None, Some(PreTokenizerWrapper::ByteLevel(split))) => split.use_regex && !split.add_prefix_space,
        (Some(NormalizerWrapper::BertNormalizer(_)), Some(PreTokenizerWrapper::BertPreTokenizer(_))) => true,
        _ => false,
    }
}

/// Whether no added token contains white space or takes what stands beside it.
fn specials_stay_inside(tokenizer: &Tokenizer) -> bool {
    let mut added = tokenizer.get_added_tokens_decoder().into_values();
    added.all(|token| !token.lstrip && !token.rstrip && !token.single_word && !token.content.contains(is_space))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokenizer::{Bpe, Tokenizer as Loaded};
    use proptest::prelude::*;
    use std::sync::LazyLock;

    #[test]
    fn cuts_lie_before_line_feeds() {
        let check = |text: &str, wanted: &[&str]| assert_eq!(paragraphs(text).collect::<Vec<_>>(), wanted, "{text:?}");
        check("", &[]);
        check("one", &["one"]);
        check("one\n\ntwo\nthree\n", &["one", "\n\ntwo", "\nthree", "\n"]);
        check("one \ntwo\r\nthree", &["one \ntwo\r\nthree"]);
        check("\n\none\u{3000}\ntwo", &["\n\none\u{3000}\ntwo"]);
        check("é\n\u{301}x", &["é", "\n\u{301}x"]);
    }

    static BUNDLED: LazyLock<Vec<Loaded>> = LazyLock::new(|| {
        let load = |name: &&str| {
            let source = crate::bundled::source(name).unwrap();
            let bpe = if name.starts_with("gpt1") { Bpe::LowerCased } else { Bpe::ByteLevel };
            Loaded::load(&source, bpe, usize::MAX).unwrap()
        };
        crate::BUNDLED_NAMES.iter().map(load).collect()
    });

    proptest! {
        #[test]
        fn no_cut_changes_a_token(text in "([a-zA-Z']{0,4}|[ \n\t\r\u{1c}\u{85}\u{a0}\u{3000}]{0,3}|[0-9.,!é世🙂\u{301}]{0,3}|<\\|endoftext\\|>|'s|'ll|\n\n){0,12}") {
            for tokenizer in BUNDLED.iter() {
                prop_assert!(tokenizer.remembers());
                let whole = tokenizer.encode_whole(&text).unwrap();
                for _ in 0..2 {
                    prop_assert_eq!(&tokenizer.encode(&text).unwrap(), &whole, "{:?}", text);
                }
            }
        }
    }

    #[test]
    fn other_tokenizers_are_left_alone() {
        let mut tokenizer = Tokenizer::new(tokenizers::models::bpe::BPE::default());
        assert!(Paragraphs::of(&tokenizer).is_none());
        let byte_level = |prefix| tokenizers::pre_tokenizers::byte_level::ByteLevel::new(prefix, true, true);
        tokenizer.with_pre_tokenizer(Some(byte_level(true)));
        assert!(Paragraphs::of(&tokenizer).is_none());
        tokenizer.with_pre_tokenizer(Some(byte_level(false)));
        assert!(Paragraphs::of(&tokenizer).is_some());
        tokenizer.add_tokens([tokenizers::AddedToken::from("<s>", false).lstrip(true)]).unwrap();
        assert!(Paragraphs::of(&tokenizer).is_none());
    }
}

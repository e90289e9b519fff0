//! Text → token ids, from tokenizer.json or from vocab.json and merges.txt.

use crate::ZooError;
use crate::config::Config;
use crate::paragraphs::Paragraphs;
use crate::source::Source;
use crate::unknown::missing;
use crate::words::Words;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use tokenizers::decoders::bpe::BPEDecoder;
use tokenizers::models::bpe::{BPE, Merges, Vocab};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::{AddedToken, ModelWrapper};

const SETTINGS: &str = "tokenizer_config.json";
const TOKENIZER: &str = "tokenizer.json";
const VOCAB: &str = "vocab.json";
const MERGES: &str = "merges.txt";
const HINT: &str = "a model needs tokenizer.json, or vocab.json with merges.txt";

/// How the text of a byte-pair vocabulary (vocab.json, merges.txt) is to be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpe {
    /// GPT-2: over bytes, split by GPT-2's pattern, nothing normalized.
    ByteLevel,
    /// GPT-1: lower-cased and without accents, split at spaces and punctuation, words ending in `</w>`.
    LowerCased,
}

/// A tokenizer that has been checked against its model. Encoding may be called from many threads.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    paragraphs: Option<Paragraphs>,
    /// The file that it was built from, for messages.
    pub file: String,
    /// sha256 (hex) of the files it was built from.
    pub sha256: String,
}

impl Tokenizer {
    /// Builds the tokenizer of a folder; its ids must lie below `vocab_size`.
    ///
    /// # Errors
    /// A missing or damaged file; a token outside the vocabulary.
    pub fn load(source: &Source, bpe: Bpe, vocab_size: usize) -> Result<Self, ZooError> {
        let (file, mut inner, sha256) = match source.read(TOKENIZER)? {
            Some(bytes) => (TOKENIZER, from_json(source, &bytes)?, hash(source, &[bytes])?),
            None => from_bpe_files(source, bpe)?,
        };
        configure(&mut inner);
        let file = source.describe_file(file);
        check_ids(file.clone(), &inner, vocab_size)?;
        Ok(Self { paragraphs: Paragraphs::of(&inner), inner, file, sha256 })
    }

    /// The ids of `text`, no special tokens added.
    ///
    /// # Errors
    /// The tokenizer library's words.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, String> {
        match &self.paragraphs {
            Some(paragraphs) => paragraphs.encode(text, |paragraph| self.encode_whole(paragraph)),
            None => self.encode_whole(text),
        }
    }

    /// The same without a memory.
    pub(crate) fn encode_whole(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding = self.inner.encode_fast(text, false).map_err(|error| match missing(&self.inner, text) {
            Some(word) => format!("its vocabulary has no {word:?}, and no token for what it does not know"),
            None => error.to_string(),
        })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// The text of `tokens`.
    ///
    /// # Errors
    /// The tokenizer library's words.
    pub fn decode(&self, tokens: &[u32], skip_special: bool) -> Result<String, String> {
        let special = self.inner.get_added_tokens_decoder();
        let is_written = |token: &&u32| !skip_special || special.get(token).is_none_or(|added| !added.special);
        let written: Vec<u32> = tokens.iter().filter(is_written).copied().collect();
        if written.is_empty() {
            return Ok(String::new()); // GPT-1's decoder looks for a last token
        }
        self.inner.decode(&written, false).map_err(|error| error.to_string())
    }

    /// Whether paragraphs are remembered.
    #[cfg(test)]
    pub(crate) const fn remembers(&self) -> bool {
        self.paragraphs.is_some()
    }

    /// Which of its tokens make words together; `vocab_size` is more than any id.
    pub fn words(&self, vocab_size: usize) -> Words {
        Words::of(&self.inner, vocab_size)
    }

    /// The id of a token.
    pub fn id(&self, token: &str) -> Option<u32> {
        self.inner.token_to_id(token)
    }
}

/// Over the tokenizer's files and its settings, which name the special tokens.
fn hash(source: &Source, files: &[Cow<'static, [u8]>]) -> Result<String, ZooError> {
    let settings = source.read(SETTINGS)?;
    let sha = files.iter().chain(&settings).fold(Sha256::new(), Sha256::chain_update);
    Ok(yardstick_core::hex(&sha.finalize()))
}

/// Turns off what would make ids depend on anything but the text: truncation, padding and BPE dropout.
fn configure(tokenizer: &mut tokenizers::Tokenizer) {
    tokenizer.with_padding(None);
    // Without parameters there is nothing that could be out of range, so this never fails.
    let _ = tokenizer.with_truncation(None);
    if let ModelWrapper::BPE(bpe) = tokenizer.get_model()
        && bpe.dropout.is_some()
    {
        let mut bpe = bpe.clone();
        bpe.dropout = None;
        tokenizer.with_model(bpe);
    }
}

fn from_json(source: &Source, bytes: &[u8]) -> Result<tokenizers::Tokenizer, ZooError> {
    guard(|| tokenizers::Tokenizer::from_bytes(bytes)).map_err(|reason| unusable(source, TOKENIZER, reason))
}

/// Runs a constructor of the tokenizer library, which panics on some inconsistent vocabularies.
fn guard<T>(build: impl FnOnce() -> tokenizers::Result<T>) -> Result<T, String> {
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(build));
    let result = caught.map_err(|_| "vocabulary and merges do not belong together".to_owned())?;
    result.map_err(|error| error.to_string())
}

fn unusable(source: &Source, file: &str, reason: impl Into<String>) -> ZooError {
    ZooError::Tokenizer { file: source.describe_file(file), reason: reason.into() }
}

fn from_bpe_files(source: &Source, bpe: Bpe) -> Result<(&'static str, tokenizers::Tokenizer, String), ZooError> {
    let vocab_bytes = source.read(VOCAB)?.ok_or_else(|| source.missing(TOKENIZER, HINT))?;
    let merges_bytes = source.require(MERGES, HINT)?;
    let vocab = parse_vocab(source, &vocab_bytes)?;
    let merges = parse_merges(source, &merges_bytes, &vocab)?;
    let special = special_tokens(source, &vocab)?;
    let mut tokenizer = guard(|| build(bpe, vocab, merges)).map_err(|reason| unusable(source, MERGES, reason))?;
    tokenizer.add_special_tokens(special).map_err(|error| unusable(source, VOCAB, error.to_string()))?;
    Ok((VOCAB, tokenizer, hash(source, &[vocab_bytes, merges_bytes])?))
}

fn parse_vocab(source: &Source, bytes: &[u8]) -> Result<Vocab, ZooError> {
    let vocab: Result<std::collections::BTreeMap<String, u32>, _> = serde_json::from_slice(bytes);
    let vocab = vocab.map_err(|error| unusable(source, VOCAB, format!("not a map from token to id: {error}")))?;
    Ok(vocab.into_iter().collect())
}

/// A merge a line, two symbols apart by a space; a first line `#version: …` is no merge. What merges must be in `vocab`.
fn parse_merges(source: &Source, bytes: &[u8], vocab: &Vocab) -> Result<Merges, ZooError> {
    let text = std::str::from_utf8(bytes).map_err(|error| unusable(source, MERGES, error.to_string()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with("#version"));
    let merge = |(i, line): (usize, &str)| {
        let complain = |what: &str| unusable(source, MERGES, format!("line {} {what}: {line:?}", i + 1));
        let pair = line.split_once(' ').filter(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains(' '));
        let (left, right) = pair.ok_or_else(|| complain("is not two symbols and a space"))?;
        if !vocab.contains_key(&format!("{left}{right}")) {
            return Err(complain("makes a token that vocab.json does not have"));
        }
        Ok((left.to_owned(), right.to_owned()))
    };
    lines.map(merge).collect()
}

/// Tokens that text is never split inside of: those that `tokenizer_config.json` names, where the vocabulary has them.
fn special_tokens(source: &Source, vocab: &Vocab) -> Result<Vec<AddedToken>, ZooError> {
    let named = TokenizerConfig::read(source)?;
    let keys = ["bos_token", "eos_token", "unk_token"];
    let defaults = ["<|endoftext|>", "<unk>"].map(str::to_owned);
    let mut tokens: Vec<String> = keys.iter().filter_map(|key| named.token(key)).chain(defaults).collect();
    tokens.sort();
    tokens.dedup();
    Ok(tokens
        .into_iter()
        .filter(|token| vocab.contains_key(token))
        .map(|token| AddedToken::from(token, true))
        .collect())
}

fn build(bpe: Bpe, vocab: Vocab, merges: Merges) -> tokenizers::Result<tokenizers::Tokenizer> {
    let unknown = vocab.contains_key("<unk>");
    let builder = BPE::builder().vocab_and_merges(vocab, merges);
    Ok(match bpe {
        Bpe::ByteLevel => {
            let mut tokenizer = tokenizers::Tokenizer::new(builder.build()?);
            tokenizer.with_pre_tokenizer(Some(ByteLevel::new(false, true, true)));
            tokenizer.with_decoder(Some(ByteLevel::default()));
            tokenizer
        }
        Bpe::LowerCased => {
            let builder = if unknown { builder.unk_token("<unk>".to_owned()) } else { builder };
            let mut tokenizer = tokenizers::Tokenizer::new(builder.end_of_word_suffix("</w>".to_owned()).build()?);
            tokenizer.with_normalizer(Some(BertNormalizer::new(true, true, None, true)))?;
            tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
            tokenizer.with_decoder(Some(BPEDecoder::default()));
            tokenizer
        }
    })
}

/// The largest id the tokenizer can give must have a row in the embedding.
fn check_ids(file: String, tokenizer: &tokenizers::Tokenizer, vocab_size: usize) -> Result<(), ZooError> {
    let largest = tokenizer.get_vocab(true).into_iter().max_by(|a, b| (a.1, &b.0).cmp(&(b.1, &a.0)));
    match largest {
        Some((token, id)) if id as usize >= vocab_size => Err(ZooError::Vocabulary { file, token, id, vocab_size }),
        Some(_) => Ok(()),
        None => Err(ZooError::Tokenizer { file, reason: "it has no tokens".to_owned() }),
    }
}

/// `tokenizer_config.json`, of which only the names of special tokens matter here. Absent is empty.
pub struct TokenizerConfig(Option<Config>);

impl TokenizerConfig {
    /// Reads the file when there is one.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn read(source: &Source) -> Result<Self, ZooError> {
        let bytes = source.read(SETTINGS)?;
        Ok(Self(bytes.map(|bytes| Config::parse(source.describe_file(SETTINGS), &bytes)).transpose()?))
    }

    /// A key's value.
    pub fn value(&self, key: &str) -> Option<&serde_json::Value> {
        self.0.as_ref()?.get(key)
    }

    /// A special token's text, written as a string or as an object with `content`.
    pub fn token(&self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        Some(value.as_str().or_else(|| value.get("content")?.as_str())?.to_owned())
    }
}

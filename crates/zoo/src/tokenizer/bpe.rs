//! Byte-pair vocabularies in two files: a map from token to id, and the merges in order (Sennrich et al. 2016).

use super::named::TokenizerConfig;
use super::{Built, gpt1, guard, text, unusable};
use crate::ZooError;
use crate::source::Source;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use tokenizers::decoders::bpe::BPEDecoder;
use tokenizers::models::bpe::{BPE, Merges, Vocab};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::delimiter::CharDelimiterSplit;

/// How the text of a byte-pair vocabulary is to be handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpe {
    /// GPT-2: over bytes, split by GPT-2's pattern, nothing normalized.
    ByteLevel,
    /// GPT-1 on the hub: lower-cased and without accents, split at spaces and punctuation, words ending in `</w>`.
    LowerCased,
    /// GPT-1 as OpenAI released it: `gpt1` finds the words, which end in `</w>`.
    Words,
}

/// The names of the two files.
pub struct Files {
    /// Token → id.
    pub vocab: &'static str,
    /// A merge a line.
    merges: &'static str,
    hint: &'static str,
}

/// As the hub has them.
pub const HUB: Files =
    Files { vocab: "vocab.json", merges: "merges.txt", hint: "vocab.json is one half of a tokenizer" };
/// As OpenAI released GPT-2.
pub const GPT2: Files =
    Files { vocab: "encoder.json", merges: "vocab.bpe", hint: "encoder.json is one half of a tokenizer" };
/// As OpenAI released GPT-1.
pub const GPT1: Files = Files {
    vocab: "encoder_bpe_40000.json",
    merges: "vocab_40000.bpe",
    hint: "encoder_bpe_40000.json is one half of a tokenizer",
};

/// Tokens that text is never split inside of, where the vocabulary has them.
const DEFAULTS: &[&str] = &["<|endoftext|>", "<unk>"];
/// RoBERTa's, taken only together: `<s>` alone may be a tag in anybody's vocabulary.
const ROBERTA: &[&str] = &["<s>", "</s>", "<pad>", "<mask>"];

/// Reads the two files.
pub fn read(source: &Source, vocab_bytes: Cow<'static, [u8]>, files: &Files, bpe: Bpe) -> Result<Built, ZooError> {
    let merges_bytes = source.require(files.merges, files.hint)?;
    let settings = TokenizerConfig::read(source)?;
    let vocab = parse_vocab(source, files.vocab, &vocab_bytes)?;
    let merges = parse_merges(source, files, &merges_bytes, &vocab)?;
    if bpe == Bpe::ByteLevel && !vocab.is_empty() {
        check_bytes(source, files.vocab, &vocab)?;
    }
    let roberta = ROBERTA.iter().filter(|_| ROBERTA.iter().all(|token| vocab.contains_key(*token)));
    let defaults: Vec<&str> = DEFAULTS.iter().chain(roberta).copied().collect();
    let prefix_space = settings.flag("add_prefix_space", false)?;
    let inner = guard(|| build(bpe, vocab, merges, prefix_space));
    let mut inner = inner.map_err(|reason| unusable(source, files.merges, reason))?;
    settings.add_tokens(source, &mut inner, &defaults)?;
    let clean: Option<fn(&str) -> String> = if bpe == Bpe::Words { Some(gpt1::clean) } else { None };
    Ok(Built { inner, clean, files: vec![vocab_bytes, merges_bytes] })
}

/// A JSON object from token to id, no id given twice.
fn parse_vocab(source: &Source, file: &str, bytes: &[u8]) -> Result<Vocab, ZooError> {
    let vocab: Result<BTreeMap<String, u32>, _> = serde_json::from_slice(bytes);
    let vocab = vocab.map_err(|error| unusable(source, file, format!("not a map from token to id: {error}")))?;
    let mut owners = HashMap::with_capacity(vocab.len());
    for (token, &id) in &vocab {
        if let Some(other) = owners.insert(id, token) {
            return Err(unusable(source, file, format!("tokens {other:?} and {token:?} both have id {id}")));
        }
    }
    Ok(vocab.into_iter().collect())
}

/// A merge a line, two symbols apart by a space; a first line `#version: …` is no merge. Both symbols and what the merge
/// makes must be in `vocab`.
fn parse_merges(source: &Source, files: &Files, bytes: &[u8], vocab: &Vocab) -> Result<Merges, ZooError> {
    let lines = text(source, files.merges, bytes)?.lines().enumerate();
    let lines = lines.filter(|(i, line)| !line.trim().is_empty() && (*i > 0 || !line.starts_with("#version")));
    let merge = |(i, line): (usize, &str)| {
        let complain = |what: &str| unusable(source, files.merges, format!("line {} {what}: {line:?}", i + 1));
        let pair = line.split_once(' ').filter(|(a, b)| !a.is_empty() && !b.is_empty() && !b.contains(' '));
        let (left, right) = pair.ok_or_else(|| complain("is not two symbols and a space"))?;
        if let Some(part) = [left, right].into_iter().find(|part| !vocab.contains_key(*part)) {
            return Err(complain(&format!("merges {part:?}, which {} does not have", files.vocab)));
        }
        if !vocab.contains_key(&format!("{left}{right}")) {
            return Err(complain(&format!("makes a token that {} does not have", files.vocab)));
        }
        Ok((left.to_owned(), right.to_owned()))
    };
    lines.map(merge).collect()
}

/// A byte without a token would vanish from texts.
fn check_bytes(source: &Source, file: &str, vocab: &Vocab) -> Result<(), ZooError> {
    let mut alphabet: Vec<char> = ByteLevel::alphabet().into_iter().collect();
    alphabet.sort_unstable();
    let missing = alphabet.iter().find(|symbol| !vocab.contains_key(&symbol.to_string()));
    missing.map_or(Ok(()), |symbol| {
        let reason = format!("it has no token {symbol:?}: a byte-level vocabulary needs one for each of the 256 bytes");
        Err(unusable(source, file, reason))
    })
}

/// The tokenizer of a vocabulary; `prefix_space` puts a space before byte-level text that begins without.
pub fn build(bpe: Bpe, vocab: Vocab, merges: Merges, prefix_space: bool) -> tokenizers::Result<tokenizers::Tokenizer> {
    let unknown = vocab.contains_key("<unk>");
    let builder = BPE::builder().vocab_and_merges(vocab, merges);
    if bpe == Bpe::ByteLevel {
        let mut tokenizer = tokenizers::Tokenizer::new(builder.build()?);
        tokenizer.with_pre_tokenizer(Some(ByteLevel::new(prefix_space, true, true)));
        tokenizer.with_decoder(Some(ByteLevel::default()));
        return Ok(tokenizer);
    }
    let builder = if unknown { builder.unk_token("<unk>".to_owned()) } else { builder };
    let mut tokenizer = tokenizers::Tokenizer::new(builder.end_of_word_suffix("</w>".to_owned()).build()?);
    tokenizer.with_decoder(Some(BPEDecoder::default()));
    if bpe == Bpe::LowerCased {
        tokenizer.with_normalizer(Some(BertNormalizer::new(true, true, None, true)))?;
        tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    } else {
        tokenizer.with_pre_tokenizer(Some(CharDelimiterSplit::new(gpt1::BETWEEN)));
    }
    Ok(tokenizer)
}

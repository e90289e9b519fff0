//! Texts that a vocabulary of whole words or characters cannot write.

use tokenizers::normalizer::NormalizedString;
use tokenizers::pre_tokenizer::PreTokenizedString;
use tokenizers::{ModelWrapper, Normalizer, OffsetReferential, OffsetType, PreTokenizer, Tokenizer};

/// The first word or character of `text` that such a vocabulary lacks, while it has no token for what it does not know.
pub fn missing(tokenizer: &Tokenizer, text: &str) -> Option<String> {
    let ModelWrapper::WordLevel(model) = tokenizer.get_model() else { return None };
    if tokenizer.token_to_id(&model.unk_token).is_some() {
        return None;
    }
    let mut normalized = NormalizedString::from(text);
    if let Some(normalizer) = tokenizer.get_normalizer() {
        normalizer.normalize(&mut normalized).ok()?;
    }
    let mut split = PreTokenizedString::from(normalized);
    if let Some(pre_tokenizer) = tokenizer.get_pre_tokenizer() {
        pre_tokenizer.pre_tokenize(&mut split).ok()?;
    }
    let words = split.get_splits(OffsetReferential::Normalized, OffsetType::Byte);
    words.into_iter().map(|(word, ..)| word).find(|word| tokenizer.token_to_id(word).is_none()).map(str::to_owned)
}

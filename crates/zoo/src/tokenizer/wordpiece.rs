//! vocab.txt: WordPiece (Devlin et al. 2019; Wu et al. 2016), a token a line, its number the id. Text is cleaned and split at
//! spaces and punctuation, then each word into the longest tokens from its left, `##` before all but the first.

use super::named::TokenizerConfig;
use super::{Built, guard, text, unusable};
use crate::ZooError;
use crate::source::Source;
use std::borrow::Cow;
use std::collections::HashMap;
use tokenizers::decoders::wordpiece::WordPiece as Decoder;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;

pub const FILE: &str = "vocab.txt";
const DEFAULTS: &[&str] = &["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const UNKNOWN: &str = "[UNK]";

/// How text is prepared, as `tokenizer_config.json` says; the defaults are those of BERT uncased.
pub struct Cleaning {
    /// `do_lower_case`.
    pub lower_case: bool,
    /// `strip_accents`; absent, they go with the upper case.
    pub strip_accents: Option<bool>,
    /// `tokenize_chinese_chars`: each ideograph is a word.
    pub split_ideographs: bool,
}

/// Reads the file.
pub fn read(source: &Source, bytes: Cow<'static, [u8]>) -> Result<Built, ZooError> {
    let settings = TokenizerConfig::read(source)?;
    if !settings.flag("do_basic_tokenize", true)? {
        return Err(unusable(
            source,
            FILE,
            "tokenizer_config.json turns off `do_basic_tokenize`, which is not supported",
        ));
    }
    let strip_accents = settings.value("strip_accents").map(|_| settings.flag("strip_accents", false)).transpose()?;
    let cleaning = Cleaning {
        lower_case: settings.flag("do_lower_case", true)?,
        strip_accents,
        split_ideographs: settings.flag("tokenize_chinese_chars", true)?,
    };
    let unknown = settings.token("unk_token").unwrap_or_else(|| UNKNOWN.to_owned());
    let vocab = parse(source, &bytes)?;
    if !vocab.contains_key(&unknown) {
        let reason = format!("it has no {unknown:?}, which stands for words that cannot be written");
        return Err(unusable(source, FILE, reason));
    }
    let inner = guard(|| build(vocab.into_iter().collect::<Vec<_>>(), &unknown, &cleaning));
    let mut inner = inner.map_err(|reason| unusable(source, FILE, reason))?;
    settings.add_tokens(source, &mut inner, DEFAULTS)?;
    Ok(Built { inner, clean: None, files: vec![bytes] })
}

fn parse(source: &Source, bytes: &[u8]) -> Result<HashMap<String, u32>, ZooError> {
    let mut vocab = HashMap::new();
    for (id, line) in text(source, FILE, bytes)?.lines().enumerate() {
        let complain = |what: &str| unusable(source, FILE, format!("line {} {what}: {line:?}", id + 1));
        let number = u32::try_from(id).map_err(|_| complain("has too large a number"))?;
        if line.is_empty() {
            return Err(complain("has no token"));
        }
        if let Some(first) = vocab.insert(line.to_owned(), number) {
            return Err(complain(&format!("has the token of line {}", first + 1)));
        }
    }
    Ok(vocab)
}

/// The tokenizer of a vocabulary.
pub fn build(
    vocab: impl IntoIterator<Item = (String, u32)>,
    unknown: &str,
    cleaning: &Cleaning,
) -> tokenizers::Result<tokenizers::Tokenizer> {
    let vocab: tokenizers::models::bpe::Vocab = vocab.into_iter().collect();
    let model = WordPiece::builder().vocab(vocab).unk_token(unknown.to_owned()).build()?;
    let mut tokenizer = tokenizers::Tokenizer::new(model);
    let Cleaning { lower_case, strip_accents, split_ideographs } = *cleaning;
    tokenizer.with_normalizer(Some(BertNormalizer::new(true, split_ideographs, strip_accents, lower_case)))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    tokenizer.with_decoder(Some(Decoder::default()));
    Ok(tokenizer)
}

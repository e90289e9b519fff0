//! Text → token ids. A folder's tokenizer files come in a few layouts: one file each beside this one, and the list of them.

mod bpe;
mod gpt1;
mod named;
mod sentencepiece;
#[cfg(test)]
mod tests;
mod wordpiece;

pub use bpe::Bpe;
pub use named::TokenizerConfig;

use crate::ZooError;
use crate::paragraphs::Paragraphs;
use crate::source::Source;
use crate::unknown::missing;
use crate::words::Words;
use std::borrow::Cow;
use tokenizers::ModelWrapper;

const TOKENIZER: &str = "tokenizer.json";
const HINT: &str = "a model needs tokenizer.json, tokenizer.model, vocab.json with merges.txt, encoder.json with vocab.bpe, \
                    encoder_bpe_40000.json with vocab_40000.bpe, or vocab.txt";

/// Makes a tokenizer of a folder, the bytes of the file that gave its layout away, and what vocab.json is there.
type Read = fn(&Source, Cow<'static, [u8]>, Bpe) -> Result<Built, ZooError>;

/// One way to lay a tokenizer out in files.
struct Layout {
    /// The file that gives it away.
    file: &'static str,
    /// Reads it, given the bytes of that file.
    read: Read,
}

/// The first whose file is there is taken.
static LAYOUTS: &[Layout] = &[
    Layout { file: TOKENIZER, read: from_json },
    Layout { file: sentencepiece::FILE, read: |source, bytes, _| sentencepiece::read(source, bytes) },
    Layout { file: bpe::HUB.vocab, read: |source, bytes, bpe| bpe::read(source, bytes, &bpe::HUB, bpe) },
    Layout { file: bpe::GPT2.vocab, read: |source, bytes, _| bpe::read(source, bytes, &bpe::GPT2, Bpe::ByteLevel) },
    Layout { file: bpe::GPT1.vocab, read: |source, bytes, _| bpe::read(source, bytes, &bpe::GPT1, Bpe::Words) },
    Layout { file: wordpiece::FILE, read: |source, bytes, _| wordpiece::read(source, bytes) },
];

/// What the files of a layout make.
struct Built {
    inner: tokenizers::Tokenizer,
    /// What is done to a text before.
    clean: Option<fn(&str) -> String>,
    /// The files' bytes.
    files: Vec<Cow<'static, [u8]>>,
}

/// A tokenizer that has been checked against its model. Encoding may be called from many threads.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    clean: Option<fn(&str) -> String>,
    paragraphs: Option<Paragraphs>,
    /// The file that it was built from, for messages.
    pub file: String,
    /// sha256 (hex) of the files it was built from.
    pub sha256: String,
}

impl Tokenizer {
    /// Builds the tokenizer of a folder; its ids must lie below `vocab_size`. `bpe` says how vocab.json is meant.
    ///
    /// # Errors
    /// A missing or damaged file; a token outside the vocabulary.
    pub fn load(source: &Source, bpe: Bpe, vocab_size: usize) -> Result<Self, ZooError> {
        for layout in LAYOUTS {
            let Some(bytes) = source.read(layout.file)? else { continue };
            let Built { mut inner, clean, files } = (layout.read)(source, bytes, bpe)?;
            configure(&mut inner);
            let file = source.describe_file(layout.file);
            check_ids(file.clone(), &inner, vocab_size)?;
            let sha256 = named::hash(source, &files)?;
            return Ok(Self { paragraphs: Paragraphs::of(&inner), inner, clean, file, sha256 });
        }
        Err(source.missing(TOKENIZER, HINT))
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
        let text = &*self.clean(text);
        let encoding = self.inner.encode_fast(text, false).map_err(|error| match missing(&self.inner, text) {
            Some(word) => format!("its vocabulary has no {word:?}, and no token for what it does not know"),
            None => error.to_string(),
        })?;
        Ok(encoding.get_ids().to_vec())
    }

    fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.clean.map_or(Cow::Borrowed(text), |clean| clean(text).into())
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

fn from_json(source: &Source, bytes: Cow<'static, [u8]>, _: Bpe) -> Result<Built, ZooError> {
    let inner = guard(|| tokenizers::Tokenizer::from_bytes(&bytes));
    let inner = inner.map_err(|reason| unusable(source, TOKENIZER, reason))?;
    Ok(Built { inner, clean: None, files: vec![bytes] })
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

/// The text of a file that must be UTF-8.
fn text<'a>(source: &Source, file: &str, bytes: &'a [u8]) -> Result<&'a str, ZooError> {
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|&byte| byte == b'\n').count();
        unusable(source, file, format!("line {line} is not UTF-8"))
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

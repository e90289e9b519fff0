//! Which tokens of a text make one word together, as the tokenizer divides it.

use tokenizers::pre_tokenizer::PreTokenizedString;
use tokenizers::{ModelWrapper, OffsetReferential, OffsetType, PreTokenizer, PreTokenizerWrapper, Tokenizer};

/// What begins a word in vocabularies that do not mark what goes on: sentencepiece's space, and the byte-level one.
const SPACES: [char; 2] = ['▁', 'Ġ'];

/// The division that a tokenizer makes before it looks for tokens.
pub enum Words {
    /// For each token whether it goes on with the word before it: `WordPiece` marks those (`##`), sentencepiece the others.
    Marked(Vec<bool>),
    /// Tokens are bytes, and words what the pattern finds in the text. `None` for special tokens.
    Bytes(Vec<Option<Vec<u8>>>, PreTokenizerWrapper),
}

impl Words {
    /// The words of a tokenizer with `vocab_size` tokens. A special token is a word of its own.
    pub fn of(tokenizer: &Tokenizer, vocab_size: usize) -> Self {
        let special = tokenizer.get_added_tokens_decoder();
        let text = |id: u32| tokenizer.id_to_token(id).filter(|_| !special.contains_key(&id));
        let ids = 0..vocab_size as u32;
        if let ModelWrapper::WordPiece(model) = tokenizer.get_model() {
            let prefix = model.continuing_subword_prefix.as_str();
            return Self::Marked(ids.map(|id| text(id).is_some_and(|text| text.starts_with(prefix))).collect());
        }
        match tokenizer.get_pre_tokenizer() {
            Some(split @ PreTokenizerWrapper::ByteLevel(_)) => {
                Self::Bytes(ids.map(|id| text(id).map(|text| bytes(&text))).collect(), split.clone())
            }
            _ => Self::Marked(ids.map(|id| text(id).is_some_and(|text| !text.starts_with(SPACES))).collect()),
        }
    }

    /// For each of `tokens`, all in the vocabulary, whether it belongs to the word of the one before it.
    pub fn go_on(&self, tokens: &[u32]) -> Vec<bool> {
        let mut go_on: Vec<bool> = match self {
            Self::Marked(marks) => tokens.iter().map(|&token| marks[token as usize]).collect(),
            Self::Bytes(all, split) => {
                let mut go_on = Vec::with_capacity(tokens.len());
                for part in tokens.split_inclusive(|&token| all[token as usize].is_none()) {
                    let bytes = part.iter().filter_map(|&token| all[token as usize].as_deref());
                    let before = go_on.len();
                    go_on.extend(inside(bytes, split));
                    go_on.resize(before + part.len(), false);
                }
                go_on
            }
        };
        if let Some(first) = go_on.first_mut() {
            *first = false;
        }
        go_on
    }
}

/// For each of the pieces of a text whether it begins inside of a word.
fn inside<'a>(pieces: impl Iterator<Item = &'a [u8]>, split: &PreTokenizerWrapper) -> Vec<bool> {
    let (mut all, mut starts) = (Vec::new(), Vec::new());
    for piece in pieces {
        starts.push(all.len());
        all.extend_from_slice(piece);
    }
    // A text that was cut may begin or end in the middle of a character: such a byte becomes a character of one byte.
    let mut text = String::with_capacity(all.len());
    for chunk in all.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '\0'));
    }
    let mut words = PreTokenizedString::from(text.as_str());
    if split.pre_tokenize(&mut words).is_err() {
        return vec![false; starts.len()];
    }
    let words = words.get_splits(OffsetReferential::Original, OffsetType::Byte);
    let begins: Vec<usize> = words.iter().map(|(_, (start, _), _)| *start).collect();
    starts.iter().map(|start| begins.binary_search(start).is_err()).collect()
}

/// What a byte-level alphabet writes (Radford et al. 2019, 2.2): printable Latin-1 characters for their own numbers, the
/// characters from 256 on for the other bytes in order.
fn bytes(text: &str) -> Vec<u8> {
    let is_own = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let others: Vec<u8> = (0..=255).filter(|byte| !is_own(byte)).collect();
    let byte = |c: char| match u32::from(c) {
        n @ 0..=255 => n.to_le_bytes().first().copied(),
        n => others.get(n as usize - 256).copied(),
    };
    text.chars().filter_map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `text` cut into words, by the tokenizer of a fixture.
    fn check(fixture: &str, text: &str, wanted: &[&str]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(fixture);
        let tokenizer = Tokenizer::from_file(path.join("tokenizer.json")).unwrap();
        let encoding = tokenizer.encode(text, false).unwrap();
        let ids = encoding.get_ids();
        let go_on = Words::of(&tokenizer, tokenizer.get_vocab_size(true)).go_on(ids);
        let starts: Vec<usize> = (0..ids.len()).filter(|&i| !go_on[i]).chain([ids.len()]).collect();
        let words = starts.windows(2).map(|word| tokenizer.decode(&ids[word[0]..word[1]], false).unwrap());
        assert_eq!(words.collect::<Vec<_>>(), wanted, "{fixture}: {:?}", encoding.get_tokens());
    }

    #[test]
    fn words_of_several_tokens() {
        check("bert", "The lighter fog, takenly", &["the", "lighter", "fog", ",", "takenly"]);
        check("roberta", "The old man's café, 1984!", &["The", " old", " man", "'s", " café", ",", " 1984", "!"]);
        check("roberta", "“Naïve” — 東京\n\nx", &["“", "Naïve", "”", " —", " 東京", "\n", "\n", "x"]);
        check("roberta", "x<mask>,y", &["x", "<mask>", ",", "y"]);
    }

    #[test]
    fn a_text_may_begin_and_end_in_the_middle_of_a_character() {
        let split =
            PreTokenizerWrapper::ByteLevel(tokenizers::pre_tokenizers::byte_level::ByteLevel::new(false, true, true));
        let check = |pieces: &[&[u8]], wanted: &[bool]| {
            assert_eq!(inside(pieces.iter().copied(), &split), wanted, "{pieces:?}");
        };
        check(&[b"\xa9", b"t", b"\xc3", b"\xa9", b" x", b"\xc3"], &[false, false, true, true, false, false]);
        check(&[], &[]);
    }

    #[test]
    fn the_alphabet_has_every_byte_once() {
        assert_eq!(bytes("aĠĊâĢľ"), b"a \n\xe2\x80\x9c");
    }
}

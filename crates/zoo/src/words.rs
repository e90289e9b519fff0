//! Which tokens are parts of one word, as the tokenizer divides text into words.

use tokenizers::{ModelWrapper, Tokenizer};

/// What a byte-level alphabet writes for a space, a line feed, a tab and a carriage return (Radford et al. 2019, 2.2), and
/// what sentencepiece writes for a space.
const SPACES: [char; 5] = ['Ġ', 'Ċ', 'ĉ', 'č', '▁'];

/// For each token, how it stands to its neighbours.
pub struct Words(Vec<Token>);

#[derive(Clone, Copy)]
struct Token {
    /// Whether it can belong to the word of the token before.
    goes_on: bool,
    /// What it begins with.
    first: Kind,
    /// What it ends in.
    last: Kind,
}

/// What GPT-2's pattern, which byte-level tokenizers split text by, never mixes in one word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Goes with what stands beside it: a lone space, part of a character of several bytes, or where no pattern is needed.
    Any,
    Letter,
    Digit,
    Other,
}

impl Words {
    /// The words of a tokenizer with `vocab_size` tokens. `WordPiece` marks what goes on with a prefix (`##`). A byte-level
    /// tokenizer or sentencepiece marks what begins anew with its space; where there is none, as at a comma behind a word, a
    /// word ends where letters, digits and other characters meet. A special token is a word of its own.
    pub fn of(tokenizer: &Tokenizer, vocab_size: usize) -> Self {
        let special = tokenizer.get_added_tokens_decoder();
        let prefix = match tokenizer.get_model() {
            ModelWrapper::WordPiece(model) => Some(model.continuing_subword_prefix.as_str()),
            _ => None,
        };
        let token = |id: u32| {
            let text = tokenizer.id_to_token(id).filter(|_| !special.contains_key(&id)).unwrap_or_default();
            match prefix {
                Some(prefix) => Token::marked(!prefix.is_empty() && text.starts_with(prefix)),
                None => Token::of_text(&text),
            }
        };
        Self((0..vocab_size as u32).map(token).collect())
    }

    /// Whether `next`, right behind `token`, belongs to the same word. Both are in the vocabulary.
    pub fn is_same(&self, token: u32, next: u32) -> bool {
        let (token, next) = (self.0[token as usize], self.0[next as usize]);
        next.goes_on && (token.last == next.first || token.last == Kind::Any || next.first == Kind::Any)
    }
}

impl Token {
    const fn marked(goes_on: bool) -> Self {
        Self { goes_on, first: Kind::Any, last: Kind::Any }
    }

    fn of_text(text: &str) -> Self {
        let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else {
            return Self { goes_on: false, first: Kind::Other, last: Kind::Other };
        };
        let last = if text.chars().count() == 1 && SPACES.contains(&last) { Kind::Any } else { Kind::of(last) };
        Self { goes_on: !SPACES.contains(&first), first: Kind::of(first), last }
    }
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            // How a byte-level alphabet writes the bytes that characters of several bytes consist of.
            '\u{a1}'..='\u{ff}' | '\u{121}'..='\u{143}' => Self::Any,
            _ if c.is_alphabetic() && !SPACES.contains(&c) => Self::Letter,
            _ if c.is_numeric() => Self::Digit,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// `text` cut into words, by the tokenizer of a fixture.
    fn check(fixture: &str, text: &str, wanted: &[&str]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(fixture);
        let tokenizer = Tokenizer::from_file(path.join("tokenizer.json")).unwrap();
        let words = Words::of(&tokenizer, tokenizer.get_vocab_size(true));
        let ids = tokenizer.encode(text, false).unwrap().get_ids().to_vec();
        let found = ids.chunk_by(|a, b| words.is_same(*a, *b)).map(|word| tokenizer.decode(word, false).unwrap());
        assert_eq!(found.collect::<Vec<_>>(), wanted, "{fixture}: {ids:?}");
    }

    #[test]
    fn words_of_several_tokens() {
        check("bert", "The lighter fog, takenly", &["the", "lighter", "fog", ",", "takenly"]);
        check("roberta", "The old man's café, 1984!", &["The", " old", " man", "'s", " café", ",", " 1984", "!"]);
        check("roberta", "x\n\ny <mask>z", &["x", "\n", "\n", "y", "<mask>", "z"]);
    }
}

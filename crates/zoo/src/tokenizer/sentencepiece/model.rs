//! A sentencepiece model as its file has it (`sentencepiece_model.proto`), as far as it matters for ids.

use super::protobuf::Fields;
use std::collections::HashMap;

/// Longer pieces of text do not exist (sentencepiece learns 16 characters at most, Gemma has runs of 31 spaces); each is looked up
/// cut at every place.
const LONGEST: usize = 128;

/// How pieces are found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// The likeliest sequence.
    Unigram,
    /// Merges of neighbours, the best score first.
    Bpe,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Normal,
    /// Stands for what has no piece.
    Unknown,
    /// Has no text: `<s>`.
    Control,
    /// Text that is always one piece.
    UserDefined,
    /// One byte, `<0x0A>`, for characters without a piece.
    Byte,
}

/// One piece; its place is its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// With `▁` for spaces.
    pub text: String,
    /// A log-probability, or for merges any number that orders them.
    pub score: f32,
    /// What it is.
    pub kind: Kind,
}

/// A sentencepiece model.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_field_names, reason = "the name of the field in sentencepiece's own format")]
pub struct Pieces {
    /// In the order of their ids.
    pub pieces: Vec<Piece>,
    /// How they are found.
    pub algorithm: Algorithm,
    /// Whether characters without a piece are written as bytes.
    pub byte_fallback: bool,
    /// Whether text begins with a space that is not in it (`add_dummy_prefix`).
    pub leading_space: bool,
    /// Whether spaces at the ends go and several become one (`remove_extra_whitespaces`).
    pub single_spaces: bool,
}

impl Pieces {
    /// Reads a `ModelProto`.
    ///
    /// # Errors
    /// Damage, with the place; a kind of model that is not supported, by name.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut model = Self {
            pieces: Vec::new(),
            algorithm: Algorithm::Unigram,
            byte_fallback: false,
            leading_space: true,
            single_spaces: true,
        };
        for field in Fields::of(bytes) {
            let (number, value) = field?;
            let id = model.pieces.len();
            match number {
                1 => model.pieces.push(piece(value.bytes()?).map_err(|reason| format!("piece {id}: {reason}"))?),
                2 => model.read_trainer(value.bytes()?).map_err(|reason| format!("trainer_spec: {reason}"))?,
                3 => model.read_normalizer(value.bytes()?).map_err(|reason| format!("normalizer_spec: {reason}"))?,
                _ => {}
            }
        }
        model.check()?;
        Ok(model)
    }

    fn read_trainer(&mut self, bytes: &[u8]) -> Result<(), String> {
        for field in Fields::of(bytes) {
            let (number, value) = field?;
            match number {
                3 => self.algorithm = algorithm(value.number()?)?,
                24 if value.flag()? => return Err("treat_whitespace_as_suffix is not supported".to_owned()),
                35 => self.byte_fallback = value.flag()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn read_normalizer(&mut self, bytes: &[u8]) -> Result<(), String> {
        for field in Fields::of(bytes) {
            let (number, value) = field?;
            match number {
                2 if !value.bytes()?.is_empty() => {
                    return Err(
                        "it has a character map (nmt_nfkc or the like): only `identity` is supported".to_owned()
                    );
                }
                3 => self.leading_space = value.flag()?,
                4 => self.single_spaces = value.flag()?,
                5 if !value.flag()? => return Err("spaces that are not escaped are not supported".to_owned()),
                _ => {}
            }
        }
        Ok(())
    }

    /// No piece twice, one for what is unknown, and all bytes where there should be any.
    fn check(&self) -> Result<(), String> {
        let mut places = HashMap::with_capacity(self.pieces.len());
        for (id, piece) in self.pieces.iter().enumerate() {
            if let Some(first) = places.insert(piece.text.as_str(), id) {
                return Err(format!("pieces {first} and {id} are both {:?}", piece.text));
            }
        }
        let count = |kind| self.pieces.iter().filter(|piece| piece.kind == kind).count();
        match (count(Kind::Unknown), self.byte_fallback, count(Kind::Byte)) {
            (1, true, 256) | (1, false, _) => Ok(()),
            (1, true, bytes) => Err(format!("byte_fallback needs 256 pieces that are bytes, there are {bytes}")),
            (unknown, ..) => Err(format!("it has {unknown} pieces for what is unknown, not one")),
        }
    }
}

fn piece(bytes: &[u8]) -> Result<Piece, String> {
    let mut piece = Piece { text: String::new(), score: 0.0, kind: Kind::Normal };
    for field in Fields::of(bytes) {
        let (number, value) = field?;
        match number {
            1 => std::str::from_utf8(value.bytes()?).map_err(|error| error.to_string())?.clone_into(&mut piece.text),
            2 => piece.score = value.float()?,
            3 => piece.kind = kind(value.number()?)?,
            _ => {}
        }
    }
    match piece {
        Piece { text, .. } if text.is_empty() => Err("it is empty".to_owned()),
        Piece { text, kind: Kind::Normal, .. } if text.len() > LONGEST => {
            Err(format!("it has {} bytes, more than {LONGEST}", text.len()))
        }
        Piece { score, .. } if !score.is_finite() => Err(format!("its score is {score}")),
        piece => Ok(piece),
    }
}

fn kind(number: u64) -> Result<Kind, String> {
    Ok(match number {
        1 => Kind::Normal,
        2 => Kind::Unknown,
        3 => Kind::Control,
        4 => Kind::UserDefined,
        5 => return Err("unused pieces are not supported".to_owned()),
        6 => Kind::Byte,
        other => return Err(format!("no kind of piece has number {other}")),
    })
}

fn algorithm(number: u64) -> Result<Algorithm, String> {
    match number {
        1 => Ok(Algorithm::Unigram),
        2 => Ok(Algorithm::Bpe),
        3 | 4 => Err("model_type WORD and CHAR are not supported, only UNIGRAM and BPE".to_owned()),
        other => Err(format!("model_type {other} is none of UNIGRAM and BPE")),
    }
}

//! The vocabulary of a GGUF file.

use super::keys::Keys;
use crate::checkpoint::Fault;
use std::collections::BTreeMap;

/// What kind of token one is, by GGUF's number (`llama_token_type`).
const NORMAL: i32 = 1;
const UNKNOWN: i32 = 2;
const CONTROL: i32 = 3;
pub const USER_DEFINED: i32 = 4;
const UNUSED: i32 = 5;
pub const BYTE: i32 = 6;

/// Tokens in the order of their ids.
pub struct Vocabulary<'a> {
    pub tokens: Vec<&'a str>,
    /// Of each token; empty where the file has none.
    kinds: Vec<i32>,
}

impl<'a> Vocabulary<'a> {
    /// # Errors
    /// There is none, or one text is two tokens.
    pub fn read(keys: &Keys<'a>) -> Result<Self, Fault> {
        let tokens = keys.texts("tokenizer.ggml.tokens")?;
        let tokens = tokens.ok_or_else(|| Fault::Refused("it has no tokenizer (tokenizer.ggml.tokens)".to_owned()))?;
        let kinds = keys.integers("tokenizer.ggml.token_type")?.unwrap_or_default();
        if !kinds.is_empty() && kinds.len() != tokens.len() {
            return Err(format!("it has {} tokens and types of {}", tokens.len(), kinds.len()).into());
        }
        let mut ids = BTreeMap::new();
        for (id, token) in tokens.iter().enumerate() {
            if let Some(first) = ids.insert(*token, id) {
                return Err(Fault::Refused(format!("the tokens {first} and {id} are both {token:?}")));
            }
        }
        Ok(Self { tokens, kinds })
    }

    fn kind(&self, id: usize) -> i32 {
        self.kinds.get(id).copied().unwrap_or(NORMAL)
    }

    /// The kind by sentencepiece's number, which is the same. What is unused (rows that fill up an embedding) has no text.
    pub fn sentencepiece_kind(&self, id: usize) -> i32 {
        if self.kind(id) == UNUSED { CONTROL } else { self.kind(id) }
    }

    /// Tokens that a text is cut at before anything else, and whether they are special: not part of the text.
    pub fn added(&self) -> impl Iterator<Item = (usize, &'a str, bool)> {
        let is_added = |id: &usize| matches!(self.kind(*id), UNKNOWN | CONTROL | USER_DEFINED);
        (0..self.kinds.len()).filter(is_added).map(|id| (id, self.tokens[id], self.kind(id) != USER_DEFINED))
    }
}

//! What stands beside a vocabulary: which tokens are special, and tokens that were added to it later.

use super::unusable;
use crate::ZooError;
use crate::config::Config;
use crate::source::Source;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use tokenizers::{AddedToken, NormalizerWrapper};

const SETTINGS: &str = "tokenizer_config.json";
const MAP: &str = "special_tokens_map.json";
const ADDED: &str = "added_tokens.json";

/// The keys that name special tokens.
const ROLES: &[&str] = &["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

/// sha256 (hex) over a tokenizer's files and those that name its special tokens.
pub fn hash(source: &Source, files: &[Cow<'static, [u8]>]) -> Result<String, ZooError> {
    let mut sha = files.iter().fold(Sha256::new(), Sha256::chain_update);
    for file in [SETTINGS, MAP, ADDED] {
        sha = source.read(file)?.iter().fold(sha, Sha256::chain_update);
    }
    Ok(yardstick_core::hex(&sha.finalize()))
}

/// `tokenizer_config.json` and, for what it leaves out, `special_tokens_map.json`. Absent is empty.
#[derive(Default)]
pub struct TokenizerConfig {
    settings: Option<Config>,
    map: Option<Config>,
}

impl TokenizerConfig {
    /// Reads the files when they are there.
    ///
    /// # Errors
    /// One is not JSON.
    pub fn read(source: &Source) -> Result<Self, ZooError> {
        Ok(Self { settings: object(source, SETTINGS)?, map: object(source, MAP)? })
    }

    /// A key's value in `tokenizer_config.json`.
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.settings.as_ref()?.get(key)
    }

    /// A flag of `tokenizer_config.json`, `default` when absent.
    ///
    /// # Errors
    /// It is neither true nor false.
    pub fn flag(&self, key: &str, default: bool) -> Result<bool, ZooError> {
        self.settings.as_ref().map_or(Ok(default), |settings| settings.flag(key, default))
    }

    /// A special token's text, written as a string or as an object with `content`.
    pub fn token(&self, key: &str) -> Option<String> {
        Some(self.described(key)?.content)
    }

    fn described(&self, key: &str) -> Option<AddedToken> {
        [&self.settings, &self.map].into_iter().flatten().find_map(|file| described(file.get(key)?, true))
    }

    /// Tells `tokenizer` which tokens text is never split inside of: the added ones with their ids, those with a role, and
    /// `defaults`, as far as the vocabulary has them.
    ///
    /// # Errors
    /// An added token that cannot have the id it is given.
    pub fn add_tokens(
        &self,
        source: &Source,
        tokenizer: &mut tokenizers::Tokenizer,
        defaults: &[&str],
    ) -> Result<(), ZooError> {
        let added = self.added(source)?;
        let mut tokens: Vec<AddedToken> = added.values().map(|(token, _)| token.clone()).collect();
        let known = |token: &AddedToken| {
            added.values().any(|(added, _)| added.content == token.content)
                || tokenizer.token_to_id(&token.content).is_some()
        };
        let named: Vec<AddedToken> = self.named().into_iter().filter(known).collect();
        let is_named = |token: &str| named.iter().any(|named| named.content == token);
        let defaults = defaults.iter().filter(|token| !is_named(token) && tokenizer.token_to_id(token).is_some());
        let defaults: Vec<AddedToken> = defaults.map(|token| AddedToken::from(*token, true)).collect();
        tokens.extend(named.into_iter().chain(defaults));
        // Where case and accents go, an added token is looked for without its own; other normalizers would put a space before it.
        let letters = matches!(tokenizer.get_normalizer(), Some(NormalizerWrapper::BertNormalizer(_)));
        let tokens = tokens.into_iter().map(|token| AddedToken { normalized: token.normalized && letters, ..token });
        tokenizer.add_tokens(tokens).map_err(|error| unusable(source, SETTINGS, error.to_string()))?;
        for (id, (token, file)) in &added {
            let got = tokenizer.token_to_id(&token.content);
            if got != Some(*id) {
                let got = got.map_or_else(|| "none".to_owned(), |got| got.to_string());
                let reason =
                    format!("token {:?} is said to have id {id}; in this vocabulary it has {got}", token.content);
                return Err(unusable(source, file, reason));
            }
        }
        Ok(())
    }

    /// Tokens with a role, and the additional ones.
    fn named(&self) -> Vec<AddedToken> {
        let roles = ROLES.iter().filter_map(|key| self.described(key));
        let lists = [&self.settings, &self.map].into_iter().flatten();
        let lists = lists.filter_map(|file| file.get("additional_special_tokens")?.as_array());
        let mut tokens: Vec<AddedToken> =
            roles.chain(lists.flatten().filter_map(|value| described(value, true))).collect();
        tokens.sort_by(|a, b| a.content.cmp(&b.content));
        tokens.dedup_by(|a, b| a.content == b.content);
        tokens
    }

    /// Tokens with their own ids, and the file that gives each: `added_tokens_decoder` in the settings, `added_tokens.json`.
    fn added(&self, source: &Source) -> Result<BTreeMap<u32, (AddedToken, &'static str)>, ZooError> {
        let mut tokens = BTreeMap::new();
        if let Some(file) = object(source, ADDED)? {
            for (token, id) in file.entries() {
                let id = id.as_u64().and_then(|id| u32::try_from(id).ok());
                let id = id.ok_or_else(|| file.wrong(token, "a token id"))?;
                let token = AddedToken::from(token.as_str(), false);
                if let Some((other, _)) = tokens.insert(id, (token.clone(), ADDED)) {
                    let reason = format!("tokens {:?} and {:?} both have id {id}", other.content, token.content);
                    return Err(unusable(source, ADDED, reason));
                }
            }
        }
        let decoder = self.value("added_tokens_decoder").and_then(Value::as_object);
        for (id, value) in decoder.into_iter().flatten() {
            let number = id.parse().ok();
            let (Some(number), Some(token)) = (number, described(value, false)) else {
                let reason = format!("`added_tokens_decoder` has {id:?}: {value}, not an id and a token's `content`");
                return Err(unusable(source, SETTINGS, reason));
            };
            tokens.insert(number, (token, SETTINGS));
        }
        Ok(tokens)
    }
}

fn object(source: &Source, file: &str) -> Result<Option<Config>, ZooError> {
    let bytes = source.read(file)?;
    bytes.map(|bytes| Config::parse(source.describe_file(file), &bytes)).transpose()
}

/// A token written as a string, or as an object with `content` and what it does to the text around it.
fn described(value: &Value, special: bool) -> Option<AddedToken> {
    if let Some(content) = value.as_str() {
        return Some(AddedToken::from(content, special));
    }
    let flag = |key: &str, default| value.get(key).and_then(Value::as_bool).unwrap_or(default);
    let special = special || flag("special", false);
    let token = AddedToken::from(value.get("content")?.as_str()?, special);
    let (lstrip, rstrip) = (flag("lstrip", false), flag("rstrip", false));
    // Special tokens are looked for in the text as it is: normalizing would lower their case.
    let normalized = !special && flag("normalized", true);
    Some(token.lstrip(lstrip).rstrip(rstrip).single_word(flag("single_word", false)).normalized(normalized))
}

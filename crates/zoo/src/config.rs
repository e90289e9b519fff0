//! config.json, read key by key so that every complaint names its key.

use crate::ZooError;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// No dimension of a language model comes near this; below it, products of two dimensions fit 64 bits.
const LARGEST: usize = 1 << 24;

/// A model's config.json.
pub struct Config {
    file: String,
    /// What stands before a key in messages: the section and a dot.
    prefix: String,
    fields: Map<String, Value>,
    /// sha256 (hex) of the file's bytes.
    pub sha256: String,
}

impl Config {
    /// Parses the bytes of `file`.
    ///
    /// # Errors
    /// [`ZooError::Json`].
    pub fn parse(file: String, bytes: &[u8]) -> Result<Self, ZooError> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => {
                Ok(Self { file, prefix: String::new(), fields, sha256: yardstick_core::hex(&Sha256::digest(bytes)) })
            }
            Ok(other) => Err(ZooError::Json { file, reason: format!("it holds {}", kind(&other)) }),
            Err(error) => Err(ZooError::Json { file, reason: error.to_string() }),
        }
    }

    /// The path, for messages.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The value under `key`; `None` for an absent key and for null.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.fields.get(key).filter(|value| !value.is_null())
    }

    /// Whether `key` is there with the value null, which for some keys is not the same as being absent.
    pub fn is_null(&self, key: &str) -> bool {
        self.fields.get(key).is_some_and(Value::is_null)
    }

    /// The object under `key`, to be read like a configuration; `None` for an absent key and for null.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn section(&self, key: &str) -> Result<Option<Self>, ZooError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let fields = value.as_object().ok_or_else(|| self.wrong(key, "an object"))?.clone();
        let (file, prefix) = (self.file.clone(), format!("{}{key}.", self.prefix));
        Ok(Some(Self { file, prefix, fields, sha256: self.sha256.clone() }))
    }

    /// All keys with their values.
    pub fn entries(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.fields.iter()
    }

    /// A dimension: an integer from 1 to 2²⁴.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn size(&self, key: &str) -> Result<usize, ZooError> {
        self.optional_size(key)?.ok_or_else(|| self.wrong(key, SIZE))
    }

    /// A dimension that may be absent or null.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn optional_size(&self, key: &str) -> Result<Option<usize>, ZooError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let size = value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=LARGEST).contains(n));
        size.map(Some).ok_or_else(|| self.wrong(key, SIZE))
    }

    /// A number of attention heads, which must divide the width.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn heads(&self, key: &str, n_embd: usize) -> Result<usize, ZooError> {
        let n_head = self.size(key)?;
        if n_embd.is_multiple_of(n_head) {
            return Ok(n_head);
        }
        Err(self.wrong(key, &format!("a divisor of the width, {n_embd}")))
    }

    /// A finite number above 0; `None` for an absent key and for null.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn positive(&self, key: &str) -> Result<Option<f64>, ZooError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_f64().filter(|x| x.is_finite() && *x > 0.0);
        number.map(Some).ok_or_else(|| self.wrong(key, "a number above 0"))
    }

    /// A list of texts; `None` for an absent key and for null.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn texts(&self, key: &str) -> Result<Option<Vec<&str>>, ZooError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let texts = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
        texts.map(Some).ok_or_else(|| self.wrong(key, "a list of strings"))
    }

    /// A flag, `default` when absent.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn flag(&self, key: &str, default: bool) -> Result<bool, ZooError> {
        let Some(value) = self.get(key) else { return Ok(default) };
        value.as_bool().ok_or_else(|| self.wrong(key, "true or false"))
    }

    /// A small positive number such as a layer norm's epsilon, `default` when absent.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn epsilon(&self, key: &str, default: f32) -> Result<f32, ZooError> {
        let Some(value) = self.get(key) else { return Ok(default) };
        let number = value.as_f64().map(|x| x as f32).filter(|x| *x >= 0.0 && *x < 1.0);
        number.ok_or_else(|| self.wrong(key, "a number from 0 to 1"))
    }

    /// A text, `default` when absent.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn text<'a>(&'a self, key: &str, default: &'a str) -> Result<&'a str, ZooError> {
        let Some(value) = self.get(key) else { return Ok(default) };
        value.as_str().ok_or_else(|| self.wrong(key, "a string"))
    }

    /// A text that must be there.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn required_text(&self, key: &str) -> Result<&str, ZooError> {
        self.get(key).and_then(Value::as_str).ok_or_else(|| self.wrong(key, "a string"))
    }

    /// A token id below `vocab_size`, the first where there are several; `None` for an absent key and for null.
    ///
    /// # Errors
    /// [`ZooError::Field`].
    pub fn token(&self, key: &str, vocab_size: usize) -> Result<Option<u32>, ZooError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let value = value.as_array().and_then(|ids| ids.first()).unwrap_or(value);
        let id = value.as_u64().filter(|id| *id < vocab_size as u64).and_then(|id| u32::try_from(id).ok());
        id.map(Some).ok_or_else(|| self.wrong(key, &format!("a token id below vocab_size, {vocab_size}")))
    }

    /// The error for `key`.
    pub fn wrong(&self, key: &str, expected: &str) -> ZooError {
        let found = self.get(key).map_or_else(|| "nothing".to_owned(), shorten);
        ZooError::Field {
            file: self.file.clone(),
            key: format!("{}{key}", self.prefix),
            expected: expected.to_owned(),
            found,
        }
    }
}

const SIZE: &str = "an integer from 1 to 16777216";

/// The value as JSON, cut to a readable length.
fn shorten(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: PartialEq + std::fmt::Debug>(
        json: &str,
        read: impl Fn(&Config) -> Result<T, ZooError>,
        expected: Result<T, &str>,
    ) {
        let config = Config::parse("c.json".to_owned(), json.as_bytes()).unwrap();
        match (read(&config), expected) {
            (Ok(value), Ok(wanted)) => assert_eq!(value, wanted, "{json}"),
            (Err(error), Err(wanted)) => assert_eq!(error.to_string(), wanted, "{json}"),
            (found, wanted) => panic!("{json}: {found:?} instead of {wanted:?}"),
        }
    }

    #[test]
    fn sizes() {
        let size = |c: &Config| c.size("n");
        check(r#"{"n": 12}"#, size, Ok(12));
        for found in ["0", "-1", "1.5", "\"12\"", "99999999999", "1e300", "[]"] {
            let message = format!("c.json: `n` must be {SIZE}, found {}", found.replace("1e300", "1e+300"));
            check(&format!(r#"{{"n": {found}}}"#), size, Err(&message));
        }
        check("{}", size, Err(&format!("c.json: `n` must be {SIZE}, found nothing")));
        check(r#"{"n": null}"#, |c| c.optional_size("n"), Ok(None));
    }

    #[test]
    fn the_rest() {
        check(r#"{"h": 4}"#, |c| c.heads("h", 48), Ok(4));
        check(r#"{"h": 5}"#, |c| c.heads("h", 48), Err("c.json: `h` must be a divisor of the width, 48, found 5"));
        check(r#"{"f": 0}"#, |c| c.flag("f", true), Err("c.json: `f` must be true or false, found 0"));
        check("{}", |c| c.flag("f", true), Ok(true));
        check(r#"{"e": 1e-5}"#, |c| c.epsilon("e", 0.1), Ok(1e-5));
        check(r#"{"e": -1}"#, |c| c.epsilon("e", 0.1), Err("c.json: `e` must be a number from 0 to 1, found -1"));
        check(r#"{"t": 7}"#, |c| c.token("t", 8), Ok(Some(7)));
        check(r#"{"t": [6, 8]}"#, |c| c.token("t", 8), Ok(Some(6)));
        check(r#"{"t": 8}"#, |c| c.token("t", 8), Err("c.json: `t` must be a token id below vocab_size, 8, found 8"));
    }

    #[test]
    fn sections_numbers_and_lists() {
        let factor = |c: &Config| c.section("rope")?.map_or(Ok(None), |rope| rope.positive("factor"));
        check(r#"{"rope": {"factor": 8}}"#, factor, Ok(Some(8.0)));
        check(r#"{"rope": null}"#, factor, Ok(None));
        check(r#"{"rope": 1}"#, factor, Err("c.json: `rope` must be an object, found 1"));
        for found in ["0", "-1", "\"8\"", "null"] {
            let message = format!("c.json: `rope.factor` must be a number above 0, found {found}");
            let wanted = if found == "null" { Ok(None) } else { Err(&*message) };
            check(&format!(r#"{{"rope": {{"factor": {found}}}}}"#), factor, wanted);
        }
        let texts = |c: &Config| Ok(c.texts("t")?.map(|texts| texts.join("+")));
        check(r#"{"t": ["a", "b"]}"#, texts, Ok(Some("a+b".to_owned())));
        check(r#"{"t": ["a", 1]}"#, texts, Err("c.json: `t` must be a list of strings, found [\"a\",1]"));
        check(r#"{"n": null}"#, |c| Ok((c.is_null("n"), c.is_null("m"))), Ok((true, false)));
    }

    #[test]
    fn not_an_object() {
        for text in ["[1]", "{", "\"a\"", ""] {
            let error = Config::parse("c.json".to_owned(), text.as_bytes()).err().unwrap();
            assert!(matches!(error, ZooError::Json { .. }), "{text}");
        }
    }
}

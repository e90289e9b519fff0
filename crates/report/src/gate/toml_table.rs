//! A table of a TOML file whose every fault has a line.

use super::GateError;
use super::error::nearest;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A file and its text.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    /// Its name, for messages.
    pub file: &'a str,
    /// All of it.
    pub text: &'a str,
}

impl<'a> Source<'a> {
    /// The file as a table.
    pub fn parse(self) -> Result<Spanned<DeTable<'a>>, GateError> {
        DeTable::parse(self.text).map_err(|error| GateError::Syntax {
            file: self.file.to_owned(),
            line: error.span().map_or(1, |span| self.line(&span)),
            reason: error.message().to_owned(),
        })
    }

    /// The line of a byte, counted from 1.
    pub fn line(self, span: &Range<usize>) -> usize {
        1 + self.text.bytes().take(span.start).filter(|&byte| byte == b'\n').count()
    }

    /// That a key's value cannot be.
    pub fn fault(self, line: usize, key: &str, reason: impl Into<String>) -> GateError {
        GateError::Key { file: self.file.to_owned(), line, key: key.to_owned(), reason: reason.into() }
    }
}

/// A table of the file whose keys are known.
pub(super) struct Table<'s, 'a> {
    source: Source<'a>,
    place: &'static str,
    keys: &'s DeTable<'a>,
    /// Line of its heading.
    pub line: usize,
}

/// A value with its line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Lined<T> {
    pub value: T,
    pub line: usize,
}

impl<'s, 'a> Table<'s, 'a> {
    /// A table that has no other keys than these.
    pub fn new(
        source: Source<'a>,
        place: &'static str,
        table: &'s DeTable<'a>,
        line: usize,
        known: &[&'static str],
    ) -> Result<Self, GateError> {
        for (key, _) in table {
            let name = key.get_ref().as_ref();
            if !known.contains(&name) {
                return Err(GateError::UnknownKey {
                    file: source.file.to_owned(),
                    line: source.line(&key.span()),
                    place,
                    key: name.to_owned(),
                    nearest: nearest(name, known.iter().copied()),
                    known: known.to_vec(),
                });
            }
        }
        Ok(Self { source, place, keys: table, line })
    }

    /// That a key's value cannot be.
    pub fn fault(&self, line: usize, key: &str, reason: impl Into<String>) -> GateError {
        self.source.fault(line, key, reason)
    }

    /// That a key is not there.
    pub fn missing(&self, key: &str, what: &str) -> GateError {
        self.fault(self.line, key, format!("{} has none; {what}", self.place))
    }

    /// A value of any type.
    pub fn get(&self, key: &str) -> Option<Lined<&'s DeValue<'a>>> {
        let (_, value) = self.keys.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Lined { line: self.source.line(&value.span()), value: value.get_ref() })
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<Option<Lined<&'s str>>, GateError> {
        let Some(Lined { value, line }) = self.get(key) else { return Ok(None) };
        match value {
            DeValue::String(text) => Ok(Some(Lined { value: text.as_ref(), line })),
            other => Err(self.fault(line, key, format!("must be a text in quotes, not {}", kind(other)))),
        }
    }

    /// A number for which `is_good` holds; `wanted` says which ones those are.
    pub fn number(
        &self,
        key: &str,
        wanted: &str,
        is_good: impl Fn(f64) -> bool,
    ) -> Result<Option<Lined<f64>>, GateError> {
        let Some(Lined { value, line }) = self.get(key) else { return Ok(None) };
        match number(value) {
            Some(value) if is_good(value) => Ok(Some(Lined { value, line })),
            Some(value) => Err(self.fault(line, key, format!("must be {wanted}, not {value}"))),
            None => Err(self.fault(line, key, format!("must be a number, {wanted}, not {}", kind(value)))),
        }
    }

    /// One of several words.
    pub fn word<T: Copy>(&self, key: &str, words: &[(&'static str, T)]) -> Result<Option<Lined<T>>, GateError> {
        let Some(Lined { value, line }) = self.text(key)? else { return Ok(None) };
        if let Some((_, found)) = words.iter().find(|(word, _)| *word == value) {
            return Ok(Some(Lined { value: *found, line }));
        }
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let meant =
            nearest(value, known.iter().copied()).map_or_else(String::new, |word| format!(" (did you mean {word:?}?)"));
        Err(self.fault(line, key, format!("there is no {value:?}{meant}; there are {}", known.join(", "))))
    }

    /// Texts, at least one.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<Lined<&'s str>>>, GateError> {
        let Some(Lined { value, line }) = self.get(key) else { return Ok(None) };
        let DeValue::Array(values) = value else {
            return Err(self.fault(line, key, format!("must be a list of texts, not {}", kind(value))));
        };
        let text = |value: &'s Spanned<DeValue<'a>>| match value.get_ref() {
            DeValue::String(text) => Ok(Lined { value: text.as_ref(), line: self.source.line(&value.span()) }),
            other => {
                let line = self.source.line(&value.span());
                Err(self.fault(line, key, format!("must be a list of texts, and holds {}", kind(other))))
            }
        };
        let texts = values.iter().map(text).collect::<Result<Vec<_>, _>>()?;
        if texts.is_empty() { Err(self.fault(line, key, "must not be empty")) } else { Ok(Some(texts)) }
    }
}

/// A whole or decimal number.
pub(super) fn number(value: &DeValue) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64),
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

/// What a value is, in words.
pub(super) const fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

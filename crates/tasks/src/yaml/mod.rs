//! Task files as a tree in which every node knows its file and line.
//!
//! The trees of general YAML crates lose the place once files are merged, and expand aliases without a bound; this one is
//! built from the parser's events.

mod build;
mod indent;
mod scalar;

pub(crate) use build::{overlay, parse};

use crate::error::{Place, TaskError};
use yardstick_core::{Map, Value};

/// A value in a task file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub place: Place,
    pub kind: Kind,
}

/// What a value is. Plain scalars follow YAML 1.1 as `PyYAML` reads it, since the schema comes from Python.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Null,
    Bool(bool),
    Int(i64),
    /// With its text, so that version 1.0 stays "1.0".
    Float(f64, String),
    Str(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
    /// `!function module.name`.
    Function(String),
}

/// A key with its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    /// Where the key stands.
    pub place: Place,
    pub value: Node,
}

impl Node {
    /// What kind of value this is, for messages.
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(b) => format!("the bool {b}"),
            Kind::Int(i) => format!("the integer {i}"),
            Kind::Float(_, text) => format!("the number {text}"),
            Kind::Str(text) => format!("the string {text:?}"),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a mapping".to_owned(),
            Kind::Function(name) => format!("the function {name}"),
        }
    }

    pub const fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The error that `key` has this value instead of what was `expected`.
    pub fn wrong(&self, key: &str, expected: &str) -> TaskError {
        TaskError::BadKey {
            place: self.place.clone(),
            key: key.to_owned(),
            expected: expected.to_owned(),
            found: self.describe(),
        }
    }

    /// A scalar's text: strings as they are, numbers as written.
    pub fn text(&self) -> Option<String> {
        match &self.kind {
            Kind::Str(text) | Kind::Float(_, text) => Some(text.clone()),
            Kind::Int(i) => Some(i.to_string()),
            _ => None,
        }
    }

    /// The string under `key`'s value.
    pub fn str(&self, key: &str) -> Result<&str, TaskError> {
        match &self.kind {
            Kind::Str(text) => Ok(text),
            _ => Err(self.wrong(key, "a string")),
        }
    }

    /// One string or a list of strings.
    pub fn strings(&self, key: &str) -> Result<Vec<String>, TaskError> {
        match &self.kind {
            Kind::Str(text) => Ok(vec![text.clone()]),
            Kind::List(items) => items.iter().map(|item| item.str(key).map(str::to_owned)).collect(),
            _ => Err(self.wrong(key, "a string or a list of strings")),
        }
    }

    /// True or false.
    pub fn bool(&self, key: &str) -> Result<bool, TaskError> {
        match self.kind {
            Kind::Bool(b) => Ok(b),
            _ => Err(self.wrong(key, "true or false")),
        }
    }

    /// The entries of a mapping.
    pub fn entries(&self, key: &str) -> Result<&[Entry], TaskError> {
        match &self.kind {
            Kind::Map(entries) => Ok(entries),
            _ => Err(self.wrong(key, "a mapping")),
        }
    }

    /// A whole number that is not negative.
    pub fn count(&self, key: &str) -> Result<usize, TaskError> {
        let Kind::Int(number) = self.kind else { return Err(self.wrong(key, "a whole number")) };
        usize::try_from(number).map_err(|_| self.wrong(key, "0 or more"))
    }

    /// The value as a cell of a row.
    pub fn value(&self, key: &str) -> Result<Value, TaskError> {
        Ok(match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(b) => Value::Bool(*b),
            Kind::Int(i) => Value::Int(*i),
            Kind::Float(f, _) => Value::Float(*f),
            Kind::Str(text) => Value::Str(text.clone()),
            Kind::List(items) => Value::List(items.iter().map(|item| item.value(key)).collect::<Result<_, _>>()?),
            Kind::Map(_) => Value::Map(self.row(key)?),
            Kind::Function(_) => return Err(self.wrong(key, "without a !function inside")),
        })
    }

    /// A mapping as a row of a dataset.
    pub fn row(&self, key: &str) -> Result<Map, TaskError> {
        self.entries(key)?.iter().map(|entry| Ok((entry.key.clone(), entry.value.value(key)?))).collect()
    }

    /// The value under `key` of a mapping; null counts as absent, as everywhere in the schema.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Kind::Map(entries) = &self.kind else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value).filter(|node| !node.is_null())
    }
}

//! A dataset row: JSON's data model with columns in file order.

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// One row of a dataset split.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc {
    /// Index in the split, counted from 0: of the row, or of the document where a task makes its documents of the rows.
    pub id: u64,
    /// Column name → value, in the file's order.
    pub fields: Map,
}

/// A cell of a dataset: what parquet, JSON and CSV rows have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// An absent or null cell.
    #[default]
    Null,
    /// true or false.
    Bool(bool),
    /// Any integer that fits 64 bits with a sign.
    Int(i64),
    /// An integer from 2⁶³ on, up to the largest of 64 bits.
    UInt(u64),
    /// A floating-point number.
    Float(f64),
    /// UTF-8 text.
    Str(String),
    /// A list of cells.
    List(Vec<Value>),
    /// A struct of named cells.
    Map(Map),
}

/// String keys to values, in insertion order: what reaches output never depends on a hash.
#[derive(Clone, Default)]
pub struct Map {
    entries: Vec<(String, Value)>,
    /// Where each key stands, once there are more of them than it is quick to look through.
    #[expect(clippy::box_collection, reason = "most maps are small, and every cell of a dataset has room for one")]
    places: Option<Box<BTreeMap<String, usize>>>,
}

/// The most keys that are looked through one by one.
const MOST_SCANNED: usize = 64;

impl Map {
    /// An empty map.
    pub const fn new() -> Self {
        Self { entries: Vec::new(), places: None }
    }

    /// The value under `key`, if there is one.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|at| &self.entries[at].1)
    }

    /// Sets `key`, in its old place when it was there and at the end otherwise.
    pub fn insert(&mut self, key: impl Into<String>, value: Value) {
        let key = key.into();
        if self.places.is_none() && self.entries.len() >= MOST_SCANNED {
            self.places = Some(Box::new(self.keys().map(str::to_owned).zip(0..).collect()));
        }
        if let Some(at) = self.position(&key) {
            self.entries[at].1 = value;
            return;
        }
        if let Some(places) = &mut self.places {
            places.insert(key.clone(), self.entries.len());
        }
        self.entries.push((key, value));
    }

    /// Takes `key` out and returns its value. All keys behind it move; to take many out of a large map, take it apart.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let at = self.position(key)?;
        self.places = None;
        Some(self.entries.remove(at).1)
    }

    fn position(&self, key: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(key).copied(),
            None => self.entries.iter().position(|(k, _)| k == key),
        }
    }

    /// Key and value pairs in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// Keys in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(k, _)| k.as_str())
    }

    /// How many keys there are.
    pub const fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no key.
    pub const fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_tuple("Map").field(&self.entries).finish()
    }
}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter = std::vec::IntoIter<(String, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl FromIterator<(String, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(pairs: I) -> Self {
        let mut map = Self::new();
        for (key, value) in pairs {
            map.insert(key, value);
        }
        map
    }
}

impl Value {
    /// The text of a string cell.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The number of an integer cell.
    pub const fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The items of a list cell.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of a struct cell.
    pub const fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// What kind of value this is, for messages: `null`, `bool`, `int`, `float`, `string`, `list` or `struct`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::UInt(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "struct",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or(Self::UInt(number), Self::Int)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => s.serialize_unit(),
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Int(i) => s.serialize_i64(*i),
            Self::UInt(i) => s.serialize_u64(*i),
            Self::Float(f) => s.serialize_f64(*f),
            Self::Str(text) => s.serialize_str(text),
            Self::List(items) => {
                let mut seq = s.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Map(map) => map.serialize(s),
        }
    }
}

impl Serialize for Map {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_map(Some(self.len()))?;
        for (key, value) in self.iter() {
            out.serialize_entry(key, value)?;
        }
        out.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(ValueVisitor)
    }
}

impl<'de> Deserialize<'de> for Map {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        match Value::deserialize(d)? {
            Value::Map(map) => Ok(map),
            other => Err(serde::de::Error::custom(format!("expected an object, found {}", other.kind()))),
        }
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("null, a bool, a number, a string, a list or an object")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, i: i64) -> Result<Value, E> {
        Ok(Value::Int(i))
    }

    fn visit_u64<E>(self, u: u64) -> Result<Value, E> {
        Ok(Value::from(u))
    }

    fn visit_f64<E>(self, f: f64) -> Result<Value, E> {
        Ok(Value::Float(f))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Str(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Str(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = access.next_entry::<String, Value>()? {
            map.insert(key, value);
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trip_keeps_order_and_types() {
        let text = r#"{"z":1,"a":[true,null,2.5,"é"],"m":{"k":-3,"u":18446744073709551615}}"#;
        let map: Map = serde_json::from_str(text).expect("valid JSON");
        assert_eq!(map.keys().collect::<Vec<_>>(), ["z", "a", "m"]);
        assert_eq!(serde_json::to_string(&map).expect("serializes"), text);
    }

    #[test]
    fn insert_replaces_in_place() {
        let mut map: Map = [("a".to_owned(), Value::Int(1)), ("b".to_owned(), Value::Int(2))].into_iter().collect();
        map.insert("a", Value::Int(3));
        assert_eq!(map.keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(map.remove("a"), Some(Value::Int(3)));
        assert_eq!(map.len(), 1);
    }

    /// Each insertion looks a key up: one by one, that would be 20 thousand million comparisons.
    #[test]
    fn a_large_map_is_made_in_no_time() {
        const KEYS: usize = 200_000;
        let pairs = (0..KEYS).chain(0..KEYS).map(|n| (format!("key {n}"), Value::from(n as u64)));
        let mut map: Map = pairs.collect();
        assert_eq!(map.len(), KEYS);
        assert!((0..KEYS).all(|n| map.get(&format!("key {n}")).and_then(Value::as_int) == i64::try_from(n).ok()));
        assert!(map.iter().map(|(_, value)| value).eq(&(0..KEYS as u64).map(Value::from).collect::<Vec<_>>()));
        assert_eq!(
            (map.remove("key 7"), map.get("key 7"), map.get("key 9")),
            (Some(Value::Int(7)), None, Some(&Value::Int(9)))
        );
        map.insert("key 7", Value::Null);
        assert_eq!(map.keys().last(), Some("key 7"));
        assert_eq!(map.len(), KEYS);
    }

    #[test]
    fn a_list_is_no_map() {
        assert!(serde_json::from_str::<Map>("[1]").is_err());
    }
}

//! Metadata by key, read so that every complaint names its key.

use super::header::{Field, Header, Info, List, Reader, TEXT};
use crate::checkpoint::Fault;

/// No dimension of a model comes near this; below it, products of two fit 64 bits.
const LARGEST: u64 = 1 << 24;

/// The metadata of a file. A key that begins with a dot is one of the architecture: `.block_count` is `gpt2.block_count`.
pub struct Keys<'a> {
    header: &'a Header,
    bytes: &'a [u8],
    pub architecture: &'a str,
}

impl<'a> Keys<'a> {
    /// # Errors
    /// There is no `general.architecture`.
    pub fn new(header: &'a Header, bytes: &'a [u8]) -> Result<Self, Fault> {
        let keys = Self { header, bytes, architecture: "" };
        let architecture = keys.text("general.architecture")?.ok_or("it has no general.architecture")?;
        Ok(Self { architecture, ..keys })
    }

    /// Where the tensors are.
    pub fn tensors(&self) -> &'a [Info] {
        &self.header.tensors
    }

    /// The whole file.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// A tensor by its name in the file.
    pub fn tensor(&self, name: &str) -> Option<&'a Info> {
        self.header.tensors.iter().find(|tensor| tensor.name == name)
    }

    fn full(&self, key: &str) -> String {
        if key.starts_with('.') { format!("{}{key}", self.architecture) } else { key.to_owned() }
    }

    fn get(&self, key: &str) -> Option<&'a Field> {
        self.header.fields.get(&self.full(key))
    }

    fn wrong(&self, key: &str, expected: &str) -> Fault {
        let found = self.get(key).map_or_else(|| "nothing".to_owned(), |field| format!("{field:?}"));
        Fault::Refused(format!("{} must be {expected}, found {found}", self.full(key)))
    }

    /// A text; `None` where the key is absent.
    pub fn text(&self, key: &str) -> Result<Option<&'a str>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Field::Text(range)) => match std::str::from_utf8(&self.bytes[range.clone()]) {
                Ok(text) => Ok(Some(text)),
                Err(error) => Err(format!("{}: {error}", self.full(key)).into()),
            },
            Some(_) => Err(self.wrong(key, "a text")),
        }
    }

    /// A whole number; `None` where the key is absent.
    pub fn optional_size(&self, key: &str) -> Result<Option<u64>, Fault> {
        let number = match self.get(key) {
            None => return Ok(None),
            Some(Field::Unsigned(n)) => Some(*n),
            Some(Field::Signed(n)) => u64::try_from(*n).ok(),
            Some(_) => None,
        };
        number.filter(|n| *n <= LARGEST).map(Some).ok_or_else(|| self.wrong(key, "a whole number up to 16777216"))
    }

    /// A whole number that must be there, not zero.
    pub fn size(&self, key: &str) -> Result<u64, Fault> {
        let size = self.optional_size(key)?.filter(|size| *size > 0);
        size.ok_or_else(|| self.wrong(key, "a whole number from 1 to 16777216"))
    }

    /// A number; `None` where the key is absent.
    pub fn float(&self, key: &str) -> Result<Option<f64>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Field::Float(x)) if x.is_finite() => Ok(Some(*x)),
            Some(_) => Err(self.wrong(key, "a number")),
        }
    }

    /// A flag; `None` where the key is absent.
    pub fn flag(&self, key: &str) -> Result<Option<bool>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Field::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(self.wrong(key, "true or false")),
        }
    }

    fn list(&self, key: &str) -> Result<Option<&'a List>, Fault> {
        match self.get(key) {
            None => Ok(None),
            Some(Field::List(list)) => Ok(Some(list)),
            Some(_) => Err(self.wrong(key, "a list")),
        }
    }

    /// A list of texts; `None` where the key is absent.
    pub fn texts(&self, key: &str) -> Result<Option<Vec<&'a str>>, Fault> {
        let Some(list) = self.list(key)? else { return Ok(None) };
        if list.kind != TEXT {
            return Err(self.wrong(key, "a list of texts"));
        }
        let mut reader = Reader { bytes: &self.bytes[..list.range.end], at: list.range.start };
        let text = |i| {
            let range = reader.text()?;
            std::str::from_utf8(&self.bytes[range])
                .map_err(|_| format!("{} has no UTF-8 at {i}", self.full(key)).into())
        };
        (0..list.len).map(text).collect::<Result<_, Fault>>().map(Some)
    }

    /// A list of 32-bit numbers of one kind, each made from its bytes; `None` where the key is absent.
    fn words<T>(&self, key: &str, kind: u32, read: fn([u8; 4]) -> T) -> Result<Option<Vec<T>>, Fault> {
        let Some(list) = self.list(key)? else { return Ok(None) };
        if list.kind != kind {
            return Err(self.wrong(key, "a list of 32-bit numbers"));
        }
        Ok(Some(self.bytes[list.range.clone()].as_chunks().0.iter().map(|bytes| read(*bytes)).collect()))
    }

    /// A list of i32; `None` where the key is absent.
    pub fn integers(&self, key: &str) -> Result<Option<Vec<i32>>, Fault> {
        self.words(key, 5, i32::from_le_bytes)
    }

    /// A list of f32; `None` where the key is absent.
    pub fn floats(&self, key: &str) -> Result<Option<Vec<f32>>, Fault> {
        self.words(key, 6, f32::from_le_bytes)
    }
}

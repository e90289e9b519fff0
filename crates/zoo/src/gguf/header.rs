//! The beginning of a GGUF file: metadata by key, and where each tensor lies
//! (<https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>).
//!
//! Every count and length is checked against what is left of the file before anything is made of it. Lists (the vocabulary) stay
//! in the file.

use crate::checkpoint::Fault;
use std::collections::BTreeMap;
use std::ops::Range;

const MAGIC: &[u8; 4] = b"GGUF";
/// Without `general.alignment`.
const ALIGNMENT: u64 = 32;
const MOST_DIMENSIONS: u32 = 4;

/// A value of the metadata.
#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Bool(bool),
    Text(Range<usize>),
    List(List),
}

/// A list that stays in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The type of its elements, by GGUF's number.
    pub kind: u32,
    pub len: usize,
    pub range: Range<usize>,
}

/// Where a tensor lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    pub name: String,
    /// The last dimension first, as everywhere but in GGML.
    pub shape: Vec<usize>,
    /// The type of its elements, by GGML's number.
    pub kind: u32,
    /// From the beginning of the file.
    pub start: usize,
}

/// What stands before the tensors.
#[derive(Debug)]
pub struct Header {
    pub fields: BTreeMap<String, Field>,
    pub tensors: Vec<Info>,
}

impl Header {
    /// Reads the beginning of `bytes`, which are the whole file.
    ///
    /// # Errors
    /// It is no GGUF file, of another version, or damaged.
    pub fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let mut reader = Reader { bytes, at: 0 };
        if reader.take(4)? != MAGIC {
            return Err("it does not begin with GGUF".into());
        }
        match reader.u32()? {
            2 | 3 => {}
            version if version.swap_bytes() <= 3 => {
                return Err(Fault::Refused("the file is big-endian; convert it for this machine".to_owned()));
            }
            version => return Err(Fault::Refused(format!("GGUF version {version} is not read; convert to version 3"))),
        }
        let (n_tensors, n_fields) = (reader.u64()?, reader.u64()?);
        let fields = reader.fields(n_fields)?;
        let mut tensors = (0..n_tensors).map(|_| reader.info()).collect::<Result<Vec<_>, _>>()?;
        let begin = align(reader.at, alignment(&fields)?).ok_or(CUT)?;
        for tensor in &mut tensors {
            let start = begin.checked_add(tensor.start).filter(|start| *start <= bytes.len());
            tensor.start = start.ok_or_else(|| format!("tensor {:?} is outside the file", tensor.name))?;
        }
        Ok(Self { fields, tensors })
    }
}

const CUT: &str = "it is cut short";

fn alignment(fields: &BTreeMap<String, Field>) -> Result<usize, Fault> {
    let alignment = match fields.get("general.alignment") {
        None => ALIGNMENT,
        Some(Field::Unsigned(n)) if *n > 0 && n.is_multiple_of(8) => *n,
        Some(other) => return Err(format!("general.alignment must be a multiple of 8, found {other:?}").into()),
    };
    usize::try_from(alignment).map_err(|_| CUT.into())
}

fn align(at: usize, alignment: usize) -> Option<usize> {
    at.checked_next_multiple_of(alignment)
}

/// A place in the file, never past its end.
pub struct Reader<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Fault> {
        let bytes = self.bytes.get(self.at..).and_then(|rest| rest.get(..n)).ok_or(CUT)?;
        self.at += n;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.take(N)?.try_into().map_err(|_| CUT.into())
    }

    fn u32(&mut self) -> Result<u32, Fault> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Fault> {
        self.array().map(u64::from_le_bytes)
    }

    /// A length that must fit the rest of the file.
    fn length(&mut self) -> Result<usize, Fault> {
        let len = usize::try_from(self.u64()?).ok().filter(|len| *len <= self.bytes.len() - self.at);
        len.ok_or_else(|| CUT.into())
    }

    /// A text's bytes.
    pub fn text(&mut self) -> Result<Range<usize>, Fault> {
        let len = self.length()?;
        self.take(len)?;
        Ok(self.at - len..self.at)
    }

    fn name(&mut self) -> Result<String, Fault> {
        let range = self.text()?;
        let name = std::str::from_utf8(&self.bytes[range]);
        name.map(str::to_owned).map_err(|_| "a name in its header is not UTF-8".into())
    }

    fn fields(&mut self, n: u64) -> Result<BTreeMap<String, Field>, Fault> {
        let mut fields = BTreeMap::new();
        for _ in 0..n {
            let key = self.name()?;
            let kind = self.u32()?;
            let field = self.field(kind).map_err(|fault| about(&key, fault))?;
            if fields.insert(key.clone(), field).is_some() {
                return Err(format!("{key} is there twice").into());
            }
        }
        Ok(fields)
    }

    fn field(&mut self, kind: u32) -> Result<Field, Fault> {
        Ok(match kind {
            0 => Field::Unsigned(self.array::<1>()?[0].into()),
            1 => Field::Signed(i8::from_le_bytes(self.array()?).into()),
            2 => Field::Unsigned(u16::from_le_bytes(self.array()?).into()),
            3 => Field::Signed(i16::from_le_bytes(self.array()?).into()),
            4 => Field::Unsigned(self.u32()?.into()),
            5 => Field::Signed(i32::from_le_bytes(self.array()?).into()),
            6 => Field::Float(f32::from_le_bytes(self.array()?).into()),
            7 => Field::Bool(self.array::<1>()?[0] != 0),
            TEXT => Field::Text(self.text()?),
            9 => Field::List(self.list()?),
            10 => Field::Unsigned(self.u64()?),
            11 => Field::Signed(i64::from_le_bytes(self.array()?)),
            12 => Field::Float(f64::from_le_bytes(self.array()?)),
            other => return Err(format!("its type, {other}, is unknown").into()),
        })
    }

    fn list(&mut self) -> Result<List, Fault> {
        let (kind, len) = (self.u32()?, self.length()?);
        let start = self.at;
        match width(kind) {
            Some(width) => self.take(len.checked_mul(width).ok_or(CUT)?).map(drop)?,
            None if kind == TEXT => (0..len).try_for_each(|_| self.text().map(drop))?,
            None => return Err(Fault::Refused("lists of lists are not read".to_owned())),
        }
        Ok(List { kind, len, range: start..self.at })
    }

    fn info(&mut self) -> Result<Info, Fault> {
        let name = self.name()?;
        let dimensions = self.u32()?;
        if dimensions > MOST_DIMENSIONS {
            return Err(format!("tensor {name:?} has {dimensions} dimensions").into());
        }
        let shape = (0..dimensions).map(|_| self.u64()).collect::<Result<Vec<_>, _>>()?;
        let shape = shape.into_iter().rev().map(usize::try_from).collect::<Result<_, _>>().map_err(|_| CUT)?;
        let kind = self.u32()?;
        let start = usize::try_from(self.u64()?).map_err(|_| CUT)?;
        Ok(Info { name, shape, kind, start })
    }
}

/// GGUF's number of a text.
pub const TEXT: u32 = 8;

/// Bytes of an element of a list; `None` for texts and lists.
fn width(kind: u32) -> Option<usize> {
    match kind {
        0 | 1 | 7 => Some(1),
        2 | 3 => Some(2),
        4..=6 => Some(4),
        10..=12 => Some(8),
        _ => None,
    }
}

/// The fault of a key, with its name.
fn about(key: &str, fault: Fault) -> Fault {
    match fault {
        Fault::Damaged(reason) => Fault::Damaged(format!("{key}: {reason}")),
        Fault::Refused(reason) => Fault::Refused(format!("{key}: {reason}")),
    }
}

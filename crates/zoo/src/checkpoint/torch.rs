//! PyTorch's files: a pickle that says where tensors are in flat storages, and the storages. Since 1.6 a zip archive of both
//! (`torch.save`); before that one pickle after another and the storages at the end. GPT-2's own checkpoint is of that kind.

use super::archive::{self, Entry};
use super::formats::{Fault, Tensors};
use super::pickle::{self, Pickle, Storage, Value, View};
use super::stored::{Layout, Place, Stored, elements};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Bytes of the longest name of a tensor.
const LONGEST_NAME: usize = 4096;

/// The number that the older format begins with, pickled.
const MAGIC: i128 = 0x1950_a86a_20f9_469c_fc6c;
/// The older format's version.
const VERSION: i128 = 1001;

/// The tensors of a `state_dict`.
///
/// # Errors
/// The file is damaged, or holds something else than tensors by name.
pub fn parse(bytes: &[u8]) -> Result<Tensors, Fault> {
    if bytes.starts_with(archive::MAGIC) { from_archive(bytes) } else { from_pickles(bytes) }
}

fn from_archive(bytes: &[u8]) -> Result<Tensors, Fault> {
    let entries = archive::entries(bytes)?;
    let folder = entries.iter().find_map(|entry| entry.name.strip_suffix("data.pkl"));
    let folder = folder.ok_or("the archive has no data.pkl")?;
    let files: BTreeMap<&str, &Entry> =
        entries.iter().filter_map(|entry| Some((entry.name.strip_prefix(folder)?, entry))).collect();
    if files.get("byteorder").is_some_and(|entry| &bytes[entry.range.clone()] != b"little") {
        return Err(Fault::Refused("its numbers are big-endian; save it on another machine".to_owned()));
    }
    let pickle = pickle::read(&bytes[stored(files["data.pkl"])?])?;
    tensors(&pickle, |storage| {
        let entry = files.get(format!("data/{}", storage.key).as_str());
        stored(entry.ok_or_else(|| format!("the archive has no storage {:?}", storage.key))?)
    })
}

fn stored(entry: &Entry) -> Result<Range<usize>, Fault> {
    if entry.deflated {
        return Err(Fault::Refused(format!("{:?} in the archive is compressed; torch.save stores it", entry.name)));
    }
    Ok(entry.range.clone())
}

/// Magic number, version and a description of the machine; the tensors; the keys of the storages, whose bytes follow, each
/// behind its length.
fn from_pickles(bytes: &[u8]) -> Result<Tensors, Fault> {
    let mut at = 0;
    let mut next = || {
        let pickle = pickle::read(&bytes[at..])?;
        at += pickle.len;
        Ok::<_, Fault>(pickle)
    };
    let is = |pickle: &Pickle, number: i128| pickle.values[pickle.top] == Value::Int(number);
    if !next().is_ok_and(|magic| is(&magic, MAGIC)) {
        return Err("it is neither a zip archive nor in PyTorch's older format".into());
    }
    if !is(&next()?, VERSION) {
        return Err(Fault::Refused("it is of an unknown version of PyTorch's older format".to_owned()));
    }
    let (_machine, pickle, keys) = (next()?, next()?, next()?);
    let places = places(bytes, at, &pickle, &keys)?;
    tensors(&pickle, |storage| {
        places.get(storage.key).cloned().ok_or_else(|| format!("there is no storage {:?}", storage.key).into())
    })
}

/// The bytes of each storage from `at` on, in the order of `keys`.
fn places<'a>(
    bytes: &[u8],
    mut at: usize,
    pickle: &Pickle<'a>,
    keys: &Pickle<'a>,
) -> Result<BTreeMap<&'a str, Range<usize>>, Fault> {
    let storages =
        pickle.values.iter().filter_map(|value| if let Value::Storage(s) = value { Some((s.key, s)) } else { None });
    let storages: BTreeMap<&str, &Storage> = storages.collect();
    let Value::List(list) = &keys.values[keys.top] else { return Err("it has no list of storages".into()) };
    let mut places = BTreeMap::new();
    for &key in list {
        let Value::Text(key) = keys.values[key] else { return Err("its list of storages has no names".into()) };
        let storage = storages.get(key).ok_or_else(|| format!("no tensor is in storage {key:?}"))?;
        let len = bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|b| u64::from_le_bytes(*b));
        let len = len.and_then(|len| usize::try_from(len).ok()?.checked_mul(storage.size));
        let end = len.and_then(|len| (at + 8).checked_add(len)).filter(|end| *end <= bytes.len());
        let range = at + 8..end.ok_or_else(|| format!("storage {key:?} goes past the end of the file"))?;
        at = range.end;
        places.insert(key, range);
    }
    Ok(places)
}

/// The named tensors of the dictionary on top, with the bytes that `place` knows for each storage.
fn tensors(pickle: &Pickle, place: impl Fn(&Storage) -> Result<Range<usize>, Fault>) -> Result<Tensors, Fault> {
    let Value::Dict(pairs) = &pickle.values[pickle.top] else {
        return Err(Fault::Refused("it holds no dictionary; save the model's state_dict".to_owned()));
    };
    let mut names = BTreeSet::new();
    let tensor = |&(name, value): &(usize, usize)| {
        let Value::Text(name) = pickle.values[name] else {
            return Err(Fault::Refused("a tensor's name is no text; save the model's state_dict".to_owned()));
        };
        // A name may be quoted any number of times at a few bytes each: it is not copied twice.
        if name.len() > LONGEST_NAME || !names.insert(name) {
            let name: String = name.chars().take(60).collect();
            return Err(format!("the name of a tensor, {name:?}, is there twice or has no end").into());
        }
        let Value::Tensor(view) = &pickle.values[value] else {
            let reason = format!("{name:?} is no tensor; save the model's state_dict and nothing else");
            return Err(Fault::Refused(reason));
        };
        let Value::Storage(storage) = &pickle.values[view.storage] else {
            return Err("a tensor has no storage".into());
        };
        let stored = look(view, storage, &place(storage)?).map_err(|reason| format!("tensor {name:?}: {reason}"))?;
        Ok((name.to_owned(), stored))
    };
    pairs.iter().map(tensor).collect()
}

/// A view into a storage whose bytes are `range`.
fn look(view: &View, storage: &Storage, range: &Range<usize>) -> Result<Stored, &'static str> {
    let whole = storage.len.checked_mul(storage.size).filter(|bytes| *bytes <= range.len());
    whole.ok_or("its storage is shorter than it says")?;
    let n = elements(&view.shape).ok_or("its shape overflows")?;
    if n > storage.len {
        return Err("it has more elements than its storage; save a contiguous copy");
    }
    let reach =
        view.shape.iter().zip(&view.strides).try_fold(view.offset, |reach, (size, stride)| {
            reach.checked_add(size.saturating_sub(1).checked_mul(*stride)?)
        });
    if n > 0 && reach.is_none_or(|reach| reach >= storage.len) {
        return Err("it goes past the end of its storage");
    }
    let start = range.start + view.offset.min(storage.len) * storage.size;
    let layout = if is_contiguous(view) { Layout::Rows } else { Layout::Strided(view.strides.clone()) };
    Ok(Stored { kind: storage.kind.clone(), shape: view.shape.clone(), place: Place::Plain(start..range.end), layout })
}

fn is_contiguous(view: &View) -> bool {
    let mut expected = 1_usize;
    view.shape.iter().zip(&view.strides).rev().all(|(size, stride)| {
        let fits = *size == 1 || *stride == expected;
        expected = expected.saturating_mul(*size);
        fits
    })
}

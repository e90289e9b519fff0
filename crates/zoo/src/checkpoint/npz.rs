//! numpy's archives: a zip archive with one array a file, each behind a short header
//! (`numpy/lib/format.py`: magic, version, the length of a Python dictionary, the dictionary).

use super::archive::{self, Entry};
use super::formats::{Fault, Tensors};
use super::stored::{DEFLATE_RATIO, Kind, Layout, Place, Stored, elements};
use std::io::Read;

const MAGIC: &[u8] = b"\x93NUMPY";
/// More than the header of any array of weights takes: numpy itself stops at ten thousand.
const LONGEST_HEADER: usize = 1 << 14;
const MOST_DIMENSIONS: usize = 8;

/// The arrays by name, without `.npy`.
///
/// # Errors
/// The archive or an array is damaged, or an array is of numbers that are not little-endian.
pub fn parse(bytes: &[u8]) -> Result<Tensors, Fault> {
    if !bytes.starts_with(archive::MAGIC) {
        return Err("it is not a zip archive".into());
    }
    archive::entries(bytes)?.into_iter().map(|entry| array(bytes, &entry)).collect()
}

fn array(bytes: &[u8], entry: &Entry) -> Result<(String, Stored), Fault> {
    let name = entry.name.strip_suffix(".npy").ok_or_else(|| format!("{:?} in the archive is no array", entry.name))?;
    let complain = |reason: &str| format!("array {name:?}: {reason}");
    let head = head(bytes, entry).map_err(|error| complain(&error.to_string()))?;
    let (text, skip) = header(&head).ok_or_else(|| complain("its header is damaged"))?;
    let Header { descr, fortran, shape } = Header::read(text).ok_or_else(|| complain("its header is damaged"))?;
    if descr.starts_with('>') {
        return Err(Fault::Refused(complain("its numbers are big-endian; save it with astype('<f4')")));
    }
    let kind = match descr {
        "<f4" => Kind::F32,
        "<f2" => Kind::F16,
        other => Kind::Other(other.to_owned()),
    };
    let n = elements(&shape).ok_or_else(|| complain("its shape overflows"))?;
    if let Some(needed) = kind.bytes(n)
        && !fits(entry, skip, needed)
    {
        return Err(complain("it is cut short").into());
    }
    let layout = if fortran && shape.len() > 1 { Layout::Strided(columns(&shape)) } else { Layout::Rows };
    let place = if entry.deflated {
        Place::Deflated { range: entry.range.clone(), skip }
    } else {
        Place::Plain(entry.range.start + skip..entry.range.end)
    };
    Ok((name.to_owned(), Stored { kind, shape, place, layout }))
}

/// The first bytes of a file, decompressed.
fn head(bytes: &[u8], entry: &Entry) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let file = &bytes[entry.range.clone()];
    if entry.deflated {
        flate2::read::DeflateDecoder::new(file).take(LONGEST_HEADER as u64).read_to_end(&mut head)?;
    } else {
        head.extend_from_slice(&file[..file.len().min(LONGEST_HEADER)]);
    }
    Ok(head)
}

/// The dictionary and where the data begin.
fn header(head: &[u8]) -> Option<(&str, usize)> {
    let (version, rest) = head.strip_prefix(MAGIC)?.split_first_chunk::<2>()?;
    let (len, rest) = match version {
        [1, 0] => rest.split_first_chunk().map(|(len, rest)| (usize::from(u16::from_le_bytes(*len)), rest))?,
        [2 | 3, 0] => rest.split_first_chunk().map(|(len, rest)| (u32::from_le_bytes(*len) as usize, rest))?,
        _ => return None,
    };
    let text = std::str::from_utf8(rest.get(..len)?).ok()?;
    Some((text, head.len() - rest.len() + len))
}

/// Whether an entry can hold `needed` bytes behind `skip`.
fn fits(entry: &Entry, skip: usize, needed: usize) -> bool {
    let most = if entry.deflated { entry.range.len().saturating_mul(DEFLATE_RATIO) } else { entry.range.len() };
    skip.checked_add(needed).is_some_and(|all| all <= most && all as u64 <= entry.size)
}

/// Strides of an array that is stored column by column.
fn columns(shape: &[usize]) -> Vec<usize> {
    shape.iter().scan(1, |stride, size| Some(std::mem::replace(stride, *stride * size))).collect()
}

/// What the dictionary says: `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
struct Header<'a> {
    descr: &'a str,
    fortran: bool,
    shape: Vec<usize>,
}

impl<'a> Header<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let value = |key: &str| {
            let (_, rest) = text.split_once(&format!("'{key}':"))?;
            Some(rest.trim_start())
        };
        let descr = value("descr")?.strip_prefix('\'')?.split('\'').next()?;
        let fortran = match value("fortran_order")? {
            rest if rest.starts_with("False") => false,
            rest if rest.starts_with("True") => true,
            _ => return None,
        };
        let (shape, _) = value("shape")?.strip_prefix('(')?.split_once(')')?;
        let sizes = shape.split(',').map(str::trim).filter(|size| !size.is_empty());
        let shape: Vec<usize> = sizes.map(|size| size.parse().ok()).collect::<Option<_>>()?;
        (shape.len() <= MOST_DIMENSIONS).then_some(Self { descr, fortran, shape })
    }
}

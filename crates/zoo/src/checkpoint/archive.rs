//! The files inside a zip archive, which PyTorch and numpy both use as a container.

use super::formats::Fault;
use std::io::Cursor;
use std::ops::Range;
use zip::{CompressionMethod, ZipArchive};

/// What a zip archive begins with.
pub const MAGIC: &[u8] = b"PK\x03\x04";

/// A file of an archive.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: String,
    /// Whether it is deflated and not stored as it is.
    pub deflated: bool,
    /// Its bytes in the archive.
    pub range: Range<usize>,
    /// Its length, decompressed, as the archive claims.
    pub size: u64,
}

/// The files in the archive's order.
///
/// # Errors
/// No archive, one file twice, or a file that is encrypted, compressed in another way or outside the archive.
pub fn entries(bytes: &[u8]) -> Result<Vec<Entry>, Fault> {
    let words = |error: zip::result::ZipError| Fault::Damaged(error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(words)?;
    if archive.has_duplicate_names() {
        return Err("a file is in the archive twice".into());
    }
    let mut entries = Vec::new();
    for i in 0..archive.len() {
        let file = archive.by_index_raw(i).map_err(words)?;
        let name = file.name().map_err(words)?.into_owned();
        let start = file.data_start().and_then(|start| usize::try_from(start).ok());
        let range =
            start.and_then(|start| Some(start..start.checked_add(usize::try_from(file.compressed_size()).ok()?)?));
        let range = range.filter(|range| range.end <= bytes.len());
        let range = range.ok_or_else(|| format!("{name:?} goes past the end of the archive"))?;
        let deflated = is_deflated(&name, file.compression(), file.encrypted())?;
        if !deflated && range.len() as u64 != file.size() {
            return Err(format!("{name:?} is stored, with two different lengths").into());
        }
        entries.push(Entry { name, deflated, range, size: file.size() });
    }
    Ok(entries)
}

fn is_deflated(name: &str, method: CompressionMethod, encrypted: bool) -> Result<bool, Fault> {
    match method {
        _ if encrypted => Err(Fault::Refused(format!("{name:?} in the archive is encrypted"))),
        CompressionMethod::STORE => Ok(false),
        CompressionMethod::DEFLATE => Ok(true),
        other => {
            Err(Fault::Refused(format!("{name:?} in the archive is compressed by {other:?}; store or deflate it")))
        }
    }
}

//! Weight files mapped into memory: the one place of the project with `unsafe`.

#![allow(unsafe_code)] // reason: mapping a file is unsafe by nature; see SAFETY below

use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::path::Path;

/// Maps a file read-only.
///
/// # Errors
/// The file cannot be opened or mapped.
pub fn map(path: &Path) -> io::Result<Mmap> {
    let file = File::open(path)?;
    // SAFETY: the map is read-only and private to this process, and it is dropped as soon as the weights are copied out,
    // so nothing here writes through it. What remains is another process truncating or rewriting the file meanwhile, which
    // no reader of a mapped file can rule out: the documentation asks not to change a checkpoint while it is being loaded.
    // Whatever bytes are read, they are only ever interpreted as numbers after bounds checks.
    unsafe { Mmap::map(&file) }
}

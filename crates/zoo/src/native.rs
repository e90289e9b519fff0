//! What the compiler cannot check: mapping a file, and asking for memory ahead of its use. The one place of the project with
//! `unsafe`, behind functions that are safe to call.

#![allow(unsafe_code)] // both calls are unsafe by nature; each says below why it is sound here

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

/// Asks for `value` to be brought into the second-level cache; changes nothing but time. Does nothing where the compiler
/// has no such instruction to offer.
#[allow(clippy::inline_always, reason = "a call would cost more than the instruction saves")]
#[inline(always)]
pub fn prefetch<T>(value: &T) {
    /// Bytes that one instruction fetches.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    const CACHE_LINE: usize = 64;
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    for start in (0..size_of::<T>()).step_by(CACHE_LINE) {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        let address = std::ptr::from_ref(value).cast::<i8>().wrapping_add(start);
        // SAFETY: SSE, which has the instruction, is part of x86-64. It is a hint that reads into no register and cannot
        // fault whatever the address; this one lies inside `value`, a live reference.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(address) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = value;
}

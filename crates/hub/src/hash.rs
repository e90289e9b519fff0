//! sha256 of files.

use crate::error::{HubError, io};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Length and sha256, hex, of a file.
pub(crate) fn file(path: &Path) -> Result<(u64, String), HubError> {
    let mut file = File::open(path).map_err(|e| io(path, e))?;
    let (mut hasher, mut buffer, mut length) = (Sha256::new(), vec![0; 1 << 18], 0);
    loop {
        let n = file.read(&mut buffer).map_err(|e| io(path, e))?;
        if n == 0 {
            return Ok((length, hex(&hasher.finalize())));
        }
        hasher.update(&buffer[..n]);
        length += n as u64;
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

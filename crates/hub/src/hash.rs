//! Checksums of files: sha256, and git's.

use crate::error::{HubError, io};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Length and sha256, hex, of a file.
pub(crate) fn file(path: &Path) -> Result<(u64, String), HubError> {
    digest(path, Sha256::new())
}

/// The name that git gives a file's content, hex: the sha1 of `blob`, its length and its bytes.
pub(crate) fn git(path: &Path) -> Result<String, HubError> {
    let length = path.metadata().map_err(|e| io(path, e))?.len();
    Ok(digest(path, Sha1::new().chain_update(format!("blob {length}\0")))?.1)
}

/// Length of a file, and the hash of what `hasher` has seen and of its bytes.
fn digest(path: &Path, mut hasher: impl Digest) -> Result<(u64, String), HubError> {
    let mut file = File::open(path).map_err(|e| io(path, e))?;
    let (mut buffer, mut length) = (vec![0; 1 << 18], 0);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As `git hash-object` and `sha256sum` say.
    #[test]
    fn checksums_are_those_of_others() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        std::fs::write(&path, "hello\n").unwrap();
        assert_eq!(git(&path).unwrap(), "ce013625030ba8dba906f756967f9e9ca394464a");
        let sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
        assert_eq!(file(&path).unwrap(), (6, sha256.to_owned()));
    }
}

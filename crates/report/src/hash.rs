//! Fingerprints.

use sha2::{Digest, Sha256};

/// sha256 of text or bytes, hex.
pub(crate) fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    yardstick_core::hex(&Sha256::digest(bytes.as_ref()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn known_digest() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(super::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

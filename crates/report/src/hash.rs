//! Fingerprints.

use sha2::{Digest, Sha256};

/// sha256 of text or bytes, hex.
pub(crate) fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    yardstick_core::hex(&Sha256::digest(bytes.as_ref()))
}

/// sha256 of text or bytes, base64 (RFC 4648, section 4): how a content security policy writes it.
pub(crate) fn sha256_base64(bytes: impl AsRef<[u8]>) -> String {
    base64(&Sha256::digest(bytes.as_ref()))
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
        for at in 0..4_usize {
            let digit = bits >> (18 - 6 * at) & 63;
            out.push(if at <= group.len() { char::from(DIGITS[digit as usize]) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_of_rfc_4648() {
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")];
        for (text, wanted) in cases {
            assert_eq!(super::base64(text.as_bytes()), wanted);
        }
    }

    #[test]
    fn known_digest() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(super::sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

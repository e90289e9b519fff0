//! Bytes as Python prints them, for cells that are no text: a template shows them so, and no other column suffers.

use std::fmt::Write;

/// `b'…'`, with double quotes when only single ones are inside.
pub(super) fn repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = format!("b{quote}");
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str(r"\\"),
            b'\n' => text.push_str(r"\n"),
            b'\r' => text.push_str(r"\r"),
            b'\t' => text.push_str(r"\t"),
            b' '..=b'~' if char::from(byte) == quote => text.extend(['\\', quote]),
            b' '..=b'~' => text.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(text, r"\x{byte:02x}")),
        }
    }
    text.push(quote);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_prints_them() {
        for (bytes, wanted) in
            [(&b"\x89PNG\r\n"[..], r"b'\x89PNG\r\n'"), (b"it's", r#"b"it's""#), (b"'\"\\", r#"b'\'"\\'"#), (b"", "b''")]
        {
            assert_eq!(repr(bytes), wanted);
        }
    }
}

//! Python's `repr` of a text.

use super::constant;
use regex::Regex;
use std::fmt::{self, Write};
use std::sync::LazyLock;

/// A text in quotes, in which what is not printed is written as an escape: a list in a prompt has its texts like this.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let quote = if self.0.contains('\'') && !self.0.contains('"') { '"' } else { '\'' };
        f.write_char(quote)?;
        self.0.chars().try_for_each(|c| match c {
            '\n' => f.write_str("\\n"),
            '\t' => f.write_str("\\t"),
            '\r' => f.write_str("\\r"),
            c if c == '\\' || c == quote => write!(f, "\\{c}"),
            c if is_printable(c) => f.write_char(c),
            c => escape(f, u32::from(c)),
        })?;
        f.write_char(quote)
    }
}

fn escape(f: &mut fmt::Formatter, code: u32) -> fmt::Result {
    match code {
        0..=0xff => write!(f, "\\x{code:02x}"),
        0x100..=0xffff => write!(f, "\\u{code:04x}"),
        _ => write!(f, "\\U{code:08x}"),
    }
}

/// `str.isprintable` of one character: no mark of control, no space but the usual one, nothing that is unassigned.
fn is_printable(c: char) -> bool {
    static HIDDEN: LazyLock<Regex> = LazyLock::new(|| constant(r"[\p{C}\p{Z}]"));
    if c.is_ascii() { c == ' ' || c.is_ascii_graphic() } else { !HIDDEN.is_match(c.encode_utf8(&mut [0; 4])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3.11 gives.
    #[test]
    fn as_python() {
        let check = |text: &str, want: &str| assert_eq!(Quoted(text).to_string(), want);
        check("it's", "\"it's\"");
        check("it's \"it\"", r#"'it\'s "it"'"#);
        check("a\\\n\t\r\u{b}\0\u{7f}", r"'a\\\n\t\r\x0b\x00\x7f'");
        check("\u{a0}é\u{ad}\u{2028}\u{3000}\u{200b}", r"'\xa0é\xad\u2028\u3000\u200b'");
        check("日本 😀\u{e000}\u{e0001}\u{301}", "'日本 😀\\ue000\\U000e0001\u{301}'");
    }
}

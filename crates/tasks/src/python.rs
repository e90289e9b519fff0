//! Python's strings, to the letter: what its methods do and what its `re` calls a space and a word. Texts have to come out
//! as lm-eval's functions made them, and Rust draws both borders elsewhere.

mod case;
mod repr;

pub(crate) use case::{capitalize, casefold, lower_first, swapcase, title};
pub(crate) use repr::Quoted;

use regex::Regex;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What `\s` matches, as the inside of a class: Unicode's white space and the four ASCII separators.
pub(crate) const SPACE: &str = r"\s\x1c-\x1f";

/// What `\w` matches, as the inside of a class: letters, numbers and the underscore. Rust's has combining marks too.
pub(crate) const WORD: &str = r"\p{L}\p{N}_";

/// `string.punctuation`.
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// `\w+`.
pub(crate) static WORDS: LazyLock<Regex> = LazyLock::new(|| constant(&format!("[{WORD}]+")));

/// `\s+`.
pub(crate) static SPACES: LazyLock<Regex> = LazyLock::new(|| constant(&format!("[{SPACE}]+")));

/// A pattern of our own, compiled.
pub(crate) fn constant(pattern: &str) -> Regex {
    #[expect(clippy::unwrap_used, reason = "constant patterns, each compiled by a test")]
    Regex::new(pattern).unwrap()
}

/// Whether `\w` matches a character.
pub(crate) fn is_word(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || c == '_';
    }
    WORDS.is_match(c.encode_utf8(&mut [0; 4]))
}

/// `str.isalpha` of one character: a letter, and no mark.
pub(crate) fn is_letter(c: char) -> bool {
    static LETTER: LazyLock<Regex> = LazyLock::new(|| constant(r"\p{L}"));
    if c.is_ascii() { c.is_ascii_alphabetic() } else { LETTER.is_match(c.encode_utf8(&mut [0; 4])) }
}

/// `str.isdecimal` of one character: a digit of any script.
pub(crate) fn is_decimal(c: char) -> bool {
    static DIGIT: LazyLock<Regex> = LazyLock::new(|| constant(r"\p{Nd}"));
    if c.is_ascii() { c.is_ascii_digit() } else { DIGIT.is_match(c.encode_utf8(&mut [0; 4])) }
}

/// `str.isspace` of one character.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

/// `str.strip()`.
pub(crate) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// `str.split()`.
pub(crate) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(is_space).filter(|word| !word.is_empty())
}

/// `str.split(None, most)`: words, and the rest of the text behind the last one.
pub(crate) fn split_spaces(text: &str, most: usize) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), text.trim_start_matches(is_space));
    while !rest.is_empty() {
        let end = if words.len() == most { None } else { rest.find(is_space) };
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word);
        rest = after.trim_start_matches(is_space);
    }
    words
}

/// The same from the end, the last word first.
pub(crate) fn rsplit_spaces(text: &str, most: usize) -> Vec<&str> {
    let (mut words, mut rest) = (Vec::new(), text.trim_end_matches(is_space));
    while !rest.is_empty() {
        let before = if words.len() == most { "" } else { rest.trim_end_matches(|c| !is_space(c)) };
        words.push(&rest[before.len()..]);
        rest = before.trim_end_matches(is_space);
    }
    words
}

/// `str.splitlines()`: lines with what ends them.
pub(crate) fn lines(text: &str) -> Vec<(&str, &str)> {
    let is_break = |c: char| {
        matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}')
    };
    let (mut lines, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let at = rest.find(is_break).unwrap_or(rest.len());
        let end = if rest[at..].starts_with("\r\n") { 2 } else { rest[at..].chars().next().map_or(0, char::len_utf8) };
        lines.push((&rest[..at], &rest[at..at + end]));
        rest = &rest[at + end..];
    }
    lines
}

/// `" ".join(str.split())`.
pub(crate) fn single_spaced(text: &str) -> String {
    split(text).collect::<Vec<_>>().join(" ")
}

/// `text[n:]`, in characters.
pub(crate) fn after(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or("", |(at, _)| &text[at..])
}

/// `text[:-n]`, in characters.
pub(crate) fn but_last(text: &str, n: usize) -> &str {
    match n.checked_sub(1) {
        None => "",
        Some(n) => text.char_indices().rev().nth(n).map_or("", |(at, _)| &text[..at]),
    }
}

/// `text[i]`, where a negative index counts from the end; `None` where Python fails.
pub(crate) fn char_at(text: &str, index: i64) -> Option<char> {
    match usize::try_from(index) {
        Ok(index) => text.chars().nth(index),
        Err(_) => text.chars().rev().nth(usize::try_from(-(index + 1)).ok()?),
    }
}

/// A text without the characters of `string.punctuation`.
pub(crate) fn without_punctuation(text: &str) -> String {
    text.chars().filter(|&c| !PUNCTUATION.contains(c)).collect()
}

/// `float(text)`, where Python does not fail. Digits of other scripts, which Python reads too, are no number here.
pub(crate) fn float(text: &str) -> Option<f64> {
    without_underscores(strip(text), u8::is_ascii_digit)?.parse().ok()
}

/// `int(text, base)`; `None` where Python fails. The same digits.
///
/// # Errors
/// A number of more than 128 bits.
pub(crate) fn int(text: &str, base: u32) -> Result<Option<i128>, String> {
    let text = strip(text);
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    let prefix = match base {
        2 => ["0b", "0B"],
        8 => ["0o", "0O"],
        16 => ["0x", "0X"],
        _ => [""; 2],
    };
    let plain = prefix.iter().find_map(|prefix| digits.strip_prefix(prefix).filter(|_| !prefix.is_empty()));
    // An underscore may follow the prefix.
    let digits = plain.map_or(digits, |digits| digits.strip_prefix('_').unwrap_or(digits));
    let Some(digits) = without_underscores(digits, u8::is_ascii_alphanumeric).filter(|_| (2..=36).contains(&base))
    else {
        return Ok(None);
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return Ok(None);
    }
    let number = i128::from_str_radix(&[sign, &digits].concat(), base);
    number.map(Some).map_err(|_| format!("{text} has more digits than an integer of 128 bits"))
}

/// A number's text without underscores; `None` when one does not stand between digits.
fn without_underscores(text: &str, is_digit: fn(&u8) -> bool) -> Option<Cow<'_, str>> {
    let bytes = text.as_bytes();
    let is = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(is_digit);
    let is_lone = |at: usize| bytes[at] == b'_' && !(is(at.checked_sub(1)) && is(Some(at + 1)));
    if !text.contains('_') {
        return Some(text.into());
    }
    if (0..bytes.len()).any(is_lone) { None } else { Some(text.replace('_', "").into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3.11 gives.
    #[test]
    fn as_python() {
        assert_eq!(strip("\u{1f}\u{a0} a \u{3000}\n"), "a");
        assert_eq!(split(" a\u{1c}b  c ").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(single_spaced("\ta \n b"), "a b");
        assert_eq!(without_punctuation("a-b_c¡d."), "abc¡d");
    }

    #[test]
    fn slices() {
        assert_eq!((after("añb", 1), after("añb", 3), after("añb", 9)), ("ñb", "", ""));
        assert_eq!(
            (but_last("añb", 1), but_last("añb", 3), but_last("añb", 9), but_last("añb", 0)),
            ("añ", "", "", "")
        );
        assert_eq!((char_at("añb", 1), char_at("añb", -3), char_at("añb", -4)), (Some('ñ'), Some('a'), None));
        assert_eq!((char_at("añb", 3), char_at("", 0)), (None, None));
    }

    #[test]
    fn lines_and_words() {
        assert_eq!(lines("a\r\nb\u{2028}\n"), [("a", "\r\n"), ("b", "\u{2028}"), ("", "\n")]);
        assert_eq!(split_spaces(" a b  c ", 1), ["a", "b  c "]);
        assert_eq!(rsplit_spaces(" a b  c ", 1), ["c", " a b"]);
        assert!(is_word('é') && is_word('٣') && !is_word('\u{301}') && !is_word('-'));
    }

    #[test]
    fn integers() {
        let check = |text, base, want: Option<i128>| assert_eq!(int(text, base), Ok(want), "{text:?}");
        check(" -1_000\n", 10, Some(-1000));
        check("0X_fF", 16, Some(255));
        check("z", 36, Some(35));
        for bad in ["", "-", "+-1", "1__0", "_1", "0x1", "1.0", "1 0"] {
            check(bad, 10, None);
        }
        check("1", 37, None);
        assert!(int(&"9".repeat(50), 10).is_err());
    }

    #[test]
    fn floats() {
        let check = |text, want: Option<f64>| assert_eq!(float(text), want, "{text:?}");
        check(" 1.5\n", Some(1.5));
        check("1_000", Some(1000.0));
        check(".5", Some(0.5));
        check("5.", Some(5.0));
        check("-1e3", Some(-1000.0));
        check("Infinity", Some(f64::INFINITY));
        check("1_0.5", Some(10.5));
        for bad in ["1e_5", "a_b", "", "1__0", "_1", "1_", "1,000", "0x10", "1e", "a", "1_.5"] {
            check(bad, None);
        }
        assert!(float("NaN").is_some_and(f64::is_nan));
    }
}

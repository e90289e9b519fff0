//! Python's string methods, to the letter: hooks have to make what lm-eval's functions made.

/// `string.punctuation`.
const PUNCTUATION: &str = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/// `str.isspace` of one character: Unicode's white space and the four ASCII separators.
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

/// `" ".join(str.split())`.
pub(super) fn single_spaced(text: &str) -> String {
    split(text).collect::<Vec<_>>().join(" ")
}

/// `str.capitalize`: the rest becomes lower case too. Python gives the first letter its title case, which differs from upper
/// case for digraphs such as ǆ alone.
pub(super) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars.as_str().to_lowercase().chars()).collect())
}

/// `text[0].lower() + text[1:]`; `None` for an empty text, where Python fails.
pub(super) fn lower_first(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let first = chars.next()?;
    Some(first.to_lowercase().chain(chars).collect())
}

/// `text[n:]`, in characters.
pub(super) fn after(text: &str, n: usize) -> &str {
    text.char_indices().nth(n).map_or("", |(at, _)| &text[at..])
}

/// `text[:-n]`, in characters.
pub(super) fn but_last(text: &str, n: usize) -> &str {
    match n.checked_sub(1) {
        None => "",
        Some(n) => text.char_indices().rev().nth(n).map_or("", |(at, _)| &text[..at]),
    }
}

/// `text[i]`, where a negative index counts from the end; `None` where Python fails.
pub(super) fn char_at(text: &str, index: i64) -> Option<char> {
    match usize::try_from(index) {
        Ok(index) => text.chars().nth(index),
        Err(_) => text.chars().rev().nth(usize::try_from(-(index + 1)).ok()?),
    }
}

/// A text without the characters of `string.punctuation`.
pub(super) fn without_punctuation(text: &str) -> String {
    text.chars().filter(|&c| !PUNCTUATION.contains(c)).collect()
}

/// `float(text)`, where Python does not fail. Digits of other scripts, which Python reads too, are no number here.
pub(super) fn float(text: &str) -> Option<f64> {
    let text = strip(text);
    let has_lone_underscore = || {
        let bytes = text.as_bytes();
        let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        (0..bytes.len()).any(|at| bytes[at] == b'_' && !(is_digit(at.checked_sub(1)) && is_digit(Some(at + 1))))
    };
    if text.contains('_') {
        return if has_lone_underscore() { None } else { text.replace('_', "").parse().ok() };
    }
    text.parse().ok()
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
        assert_eq!(capitalize("éTE à LA plage"), "Éte à la plage");
        assert_eq!(capitalize(""), "");
        assert_eq!(lower_first("İx").as_deref(), Some("i\u{307}x"));
        assert_eq!(lower_first(""), None);
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
    fn floats() {
        let check = |text, want: Option<f64>| assert_eq!(float(text), want, "{text:?}");
        check(" 1.5\n", Some(1.5));
        check("1_000", Some(1000.0));
        check(".5", Some(0.5));
        check("5.", Some(5.0));
        check("-1e3", Some(-1000.0));
        check("Infinity", Some(f64::INFINITY));
        for bad in ["", "1__0", "_1", "1_", "1,000", "0x10", "1e", "a", "1_.5"] {
            check(bad, None);
        }
        assert!(float("NaN").is_some_and(f64::is_nan));
    }
}

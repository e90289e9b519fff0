//! From the notation of Python's `re` to that of fancy-regex.

use crate::python::{SPACE, WORD};
use std::iter::Peekable;
use std::str::Chars;

/// The same classes under the flag `a`.
const ASCII_WORD: &str = "0-9A-Za-z_";
const ASCII_SPACE: &str = r"\t\n\r\x0b\x0c ";

/// The pattern in fancy-regex's notation.
///
/// # Errors
/// What Python does not accept, or is not known here.
pub(super) fn translate(source: &str) -> Result<String, String> {
    let mut translator = Translator {
        source,
        chars: source.chars().peekable(),
        out: String::new(),
        is_multiline: false,
        is_ascii: false,
    };
    translator.flags();
    while let Some(c) = translator.chars.next() {
        translator.outside(c)?;
    }
    Ok(translator.out)
}

struct Translator<'a> {
    source: &'a str,
    chars: Peekable<Chars<'a>>,
    out: String,
    /// Flag `m`: `$` matches before each line feed.
    is_multiline: bool,
    /// Flag `a`: classes are ASCII's.
    is_ascii: bool,
}

impl Translator<'_> {
    fn error(&self, what: &str) -> String {
        format!("the pattern {:?} {what}", self.source)
    }

    fn rest(&self) -> String {
        self.chars.clone().collect()
    }

    fn skip(&mut self, count: usize) {
        self.chars.by_ref().take(count).for_each(drop);
    }

    /// `(?ims)` at the beginning. The flags `a`, `u` and `L` say what classes are and have no counterpart.
    fn flags(&mut self) {
        let rest = self.rest();
        let Some((flags, _)) = rest.strip_prefix("(?").and_then(|rest| rest.split_once(')')) else { return };
        if flags.is_empty() || !flags.chars().all(|flag| "aiLmsux".contains(flag)) {
            return;
        }
        self.is_multiline = flags.contains('m');
        self.is_ascii = flags.contains('a');
        let kept: String = flags.chars().filter(|flag| "imsx".contains(*flag)).collect();
        if !kept.is_empty() {
            self.out.extend(["(?", &kept, ")"]);
        }
        self.skip(flags.chars().count() + 3);
    }

    fn word(&self) -> &'static str {
        if self.is_ascii { ASCII_WORD } else { WORD }
    }

    fn space(&self) -> &'static str {
        if self.is_ascii { ASCII_SPACE } else { SPACE }
    }

    fn outside(&mut self, c: char) -> Result<(), String> {
        match c {
            '\\' => self.escape()?,
            '[' => self.class()?,
            '$' if !self.is_multiline => self.out.push_str(r"(?=\n?\z)"),
            '{' => self.brace(),
            '}' => self.out.push_str(r"\}"),
            '(' if self.rest().starts_with("?#") => {
                let comment = self.rest().chars().take_while(|c| *c != ')').count();
                self.skip(comment + 1);
            }
            c => self.out.push(c),
        }
        Ok(())
    }

    /// A quantifier, or a brace like any letter.
    fn brace(&mut self) {
        let rest = self.rest();
        let inside = rest.split_once('}').map(|(inside, _)| inside).filter(|inside| is_quantifier(inside));
        let Some(inside) = inside else { return self.out.push_str(r"\{") };
        let from_zero = if inside.starts_with(',') { "0" } else { "" };
        self.out.extend(["{", from_zero, inside, "}"]);
        self.skip(inside.chars().count() + 1);
    }

    fn escape(&mut self) -> Result<(), String> {
        let word = self.word();
        match self.chars.next() {
            Some('w') => self.out.extend(["[", word, "]"]),
            Some('W') => self.out.extend(["[^", word, "]"]),
            Some('s') => self.out.extend(["[", self.space(), "]"]),
            Some('S') => self.out.extend(["[^", self.space(), "]"]),
            Some('b') => {
                let border = format!("(?:(?<=[{word}])(?![{word}])|(?<![{word}])(?=[{word}]))");
                self.out.push_str(&border);
            }
            Some('B') => {
                let no_border = format!("(?:(?<=[{word}])(?=[{word}])|(?<![{word}])(?![{word}]))");
                self.out.push_str(&no_border);
            }
            Some('A') => self.out.push_str(r"\A"),
            Some('Z') => self.out.push_str(r"\z"),
            Some(c @ '1'..='9') => self.out.extend(['\\', c]),
            c => self.common(c)?,
        }
        Ok(())
    }

    /// Escapes that mean the same inside and outside of a class.
    fn common(&mut self, c: Option<char>) -> Result<(), String> {
        match c {
            Some('d') if self.is_ascii => self.out.push_str("[0-9]"),
            Some('D') if self.is_ascii => self.out.push_str("[^0-9]"),
            Some(c @ ('d' | 'D' | 'n' | 't' | 'r' | 'f' | 'v' | 'a')) => self.out.extend(['\\', c]),
            Some('x') => self.code_point(2)?,
            Some('u') => self.code_point(4)?,
            Some('U') => self.code_point(8)?,
            Some(c) if c.is_ascii_alphanumeric() => {
                return Err(self.error(&format!("has the escape \\{c}, which Python does not know")));
            }
            Some(c) => self.literal(c),
            None => return Err(self.error("ends with a backslash")),
        }
        Ok(())
    }

    fn code_point(&mut self, digits: usize) -> Result<(), String> {
        let hex: String = self.rest().chars().take(digits).collect();
        if hex.chars().count() < digits || !hex.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(self.error(&format!("has an escape that needs {digits} hexadecimal digits")));
        }
        self.skip(digits);
        self.out.extend(["\\x{", &hex, "}"]);
        Ok(())
    }

    /// A character that stands for itself. ASCII punctuation by its number: an escaped `<` is a border of words to others.
    fn literal(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            self.out.extend(["\\x{", &format!("{:x}", u32::from(c)), "}"]);
        } else {
            self.out.push(c);
        }
    }

    /// A class, from behind its `[`. Python has no classes in classes and no operations on them.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.chars.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let (mut is_first, mut can_begin_range) = (true, false);
        loop {
            let Some(c) = self.chars.next() else { return Err(self.error("has a `[` without a `]`")) };
            match c {
                ']' if !is_first => break,
                '-' if can_begin_range && self.chars.peek() != Some(&']') => {
                    self.out.push('-');
                    self.class_item()?;
                    can_begin_range = false;
                }
                '\\' => can_begin_range = self.class_escape()?,
                c => {
                    self.literal(c);
                    can_begin_range = true;
                }
            }
            is_first = false;
        }
        self.out.push(']');
        Ok(())
    }

    /// The end of a range.
    fn class_item(&mut self) -> Result<(), String> {
        match self.chars.next() {
            Some('\\') => self.class_escape().map(|_| ()),
            Some(c) => {
                self.literal(c);
                Ok(())
            }
            None => Err(self.error("has a `[` without a `]`")),
        }
    }

    /// Whether the escape is one character, so that a range may begin with it.
    fn class_escape(&mut self) -> Result<bool, String> {
        let c = self.chars.next();
        match c {
            Some('w') => self.out.push_str(self.word()),
            Some('W') => self.out.extend(["[^", self.word(), "]"]),
            Some('s') => self.out.push_str(self.space()),
            Some('S') => self.out.extend(["[^", self.space(), "]"]),
            Some('b') => self.out.push_str(r"\x08"),
            c => self.common(c)?,
        }
        Ok(!matches!(c, Some('w' | 'W' | 's' | 'S' | 'd' | 'D')))
    }
}

/// The inside of `{m}`, `{m,}`, `{,n}` or `{m,n}`.
fn is_quantifier(inside: &str) -> bool {
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    match inside.split_once(',') {
        Some((low, high)) => is_number(low) && is_number(high),
        None => !inside.is_empty() && is_number(inside),
    }
}

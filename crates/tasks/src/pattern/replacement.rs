//! Replacements of Python's `re.sub`: text with references to groups.

use fancy_regex::{Captures, Regex};
use std::iter::Peekable;
use std::str::Chars;

/// A replacement, read for one pattern.
#[derive(Debug)]
pub(super) struct Replacement(Vec<Part>);

#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

impl Replacement {
    /// Reads a replacement: `\1`, `\12`, `\g<1>` and `\g<name>` are groups, and other escapes are those of strings.
    ///
    /// # Errors
    /// A group that the pattern does not have, or an escape that Python does not know.
    pub fn new(source: &str, regex: &Regex) -> Result<Self, String> {
        let mut reader = Reader { source, regex, chars: source.chars().peekable(), parts: Vec::new() };
        while let Some(c) = reader.chars.next() {
            if c == '\\' { reader.escape()? } else { reader.text(c) }
        }
        Ok(Self(reader.parts))
    }

    /// Writes what stands for one match. A group that took no part is empty.
    pub fn write(&self, captures: &Captures, out: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Group(index) => out.push_str(captures.get(*index).map_or("", |found| found.as_str())),
            }
        }
    }
}

struct Reader<'a> {
    source: &'a str,
    regex: &'a Regex,
    chars: Peekable<Chars<'a>>,
    parts: Vec<Part>,
}

impl Reader<'_> {
    fn error<T>(&self, what: &str) -> Result<T, String> {
        Err(format!("the replacement {:?} {what}", self.source))
    }

    fn text(&mut self, c: char) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push(c),
            _ => self.parts.push(Part::Text(c.to_string())),
        }
    }

    fn group(&mut self, index: usize) -> Result<(), String> {
        if index >= self.regex.captures_len() {
            return self.error(&format!("has group {index}, which the pattern has not"));
        }
        self.parts.push(Part::Group(index));
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        match self.chars.next() {
            None => return self.error("ends with a backslash"),
            Some('g') => return self.named(),
            Some(digit @ '0'..='9') => return self.digits(digit),
            Some('n') => self.text('\n'),
            Some('t') => self.text('\t'),
            Some('r') => self.text('\r'),
            Some('a') => self.text('\u{7}'),
            Some('b') => self.text('\u{8}'),
            Some('f') => self.text('\u{c}'),
            Some('v') => self.text('\u{b}'),
            Some('\\') => self.text('\\'),
            Some(c) if c.is_ascii_alphabetic() => {
                return self.error(&format!("has the escape \\{c}, which Python does not know"));
            }
            Some(c) => ['\\', c].into_iter().for_each(|c| self.text(c)),
        }
        Ok(())
    }

    /// `g<…>`, from behind the letter.
    fn named(&mut self) -> Result<(), String> {
        let rest: String = self.chars.clone().collect();
        let Some((name, _)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            return self.error("has a \\g without a group's name between < and >");
        };
        self.chars.by_ref().take(name.chars().count() + 2).for_each(drop);
        let number = if name.bytes().all(|b| b.is_ascii_digit()) { name.parse().ok() } else { None };
        match number.or_else(|| self.regex.capture_names().position(|own| own == Some(name))) {
            Some(index) => self.group(index),
            None => self.error(&format!("has the group {name:?}, which the pattern has not")),
        }
    }

    /// One digit or two number a group; a zero before, or three octal digits, a character.
    fn digits(&mut self, first: char) -> Result<(), String> {
        let octal = |c: &char| ('0'..='7').contains(c);
        let next: Vec<char> = self.chars.clone().take(2).collect();
        let n_octal = next.iter().take_while(|c| octal(c)).count();
        if first == '0' || octal(&first) && n_octal == 2 {
            return self.octal(first, n_octal);
        }
        let second = self.chars.next_if(char::is_ascii_digit);
        let number = [Some(first), second]
            .into_iter()
            .flatten()
            .fold(0, |number, digit| number * 10 + digit.to_digit(10).map_or(0, |digit| digit as usize));
        self.group(number)
    }

    fn octal(&mut self, first: char, more: usize) -> Result<(), String> {
        let digits: String = std::iter::once(first).chain(self.chars.by_ref().take(more)).collect();
        match u8::from_str_radix(&digits, 8) {
            Ok(code) => {
                self.text(char::from(code));
                Ok(())
            }
            Err(_) => self.error(&format!("has the escape \\{digits}, which is beyond \\377")),
        }
    }
}

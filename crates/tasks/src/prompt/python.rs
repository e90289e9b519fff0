//! Python's literals, read and written: lm-eval passes lists through text.

use super::jinja;
use super::print::Printed;
use std::iter::Peekable;
use std::str::Chars;
use yardstick_core::{Map, Value, python_float};

/// Lists in lists.
const MAX_DEPTH: usize = 32;

/// What Python's `str` gives.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        Value::Float(f) => python_float(*f),
        other => Printed(&jinja::value(other)).to_string(),
    }
}

/// The value of a Python literal, as `ast.literal_eval` reads it: strings, numbers, True, False, None, lists, tuples and
/// dicts. `None` when the text is anything else.
pub(crate) fn literal(source: &str) -> Option<Value> {
    let mut parser = Parser { chars: source.trim().chars().peekable() };
    let value = parser.value(0)?;
    parser.skip_space();
    parser.chars.next().is_none().then_some(value)
}

struct Parser<'a> {
    chars: Peekable<Chars<'a>>,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        while self.chars.next_if(char::is_ascii_whitespace).is_some() {}
    }

    fn eat(&mut self, wanted: char) -> Option<()> {
        self.skip_space();
        self.chars.next_if_eq(&wanted).map(|_| ())
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip_space();
        if depth > MAX_DEPTH {
            return None;
        }
        match *self.chars.peek()? {
            '\'' | '"' => self.strings(),
            '[' => Some(Value::List(self.items('[', ']', depth)?.0)),
            '(' => {
                let (mut items, has_comma) = self.items('(', ')', depth)?;
                // Brackets around one value without a comma are only brackets.
                if items.len() == 1 && !has_comma { items.pop() } else { Some(Value::List(items)) }
            }
            '{' => self.dict(depth),
            c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            _ => self.word(),
        }
    }

    fn items(&mut self, open: char, close: char, depth: usize) -> Option<(Vec<Value>, bool)> {
        self.eat(open)?;
        let (mut items, mut has_comma) = (Vec::new(), false);
        loop {
            if self.eat(close).is_some() {
                return Some((items, has_comma));
            }
            if !items.is_empty() && !has_comma {
                return None;
            }
            items.push(self.value(depth + 1)?);
            has_comma = self.eat(',').is_some();
            if !has_comma {
                self.eat(close)?;
                has_comma = items.len() > 1;
                return Some((items, has_comma));
            }
        }
    }

    fn dict(&mut self, depth: usize) -> Option<Value> {
        self.eat('{')?;
        let mut map = Map::new();
        loop {
            if self.eat('}').is_some() {
                return Some(Value::Map(map));
            }
            let key = text(&self.value(depth + 1)?);
            self.eat(':')?;
            map.insert(key, self.value(depth + 1)?);
            if self.eat(',').is_none() {
                self.eat('}')?;
                return Some(Value::Map(map));
            }
        }
    }

    fn number(&mut self) -> Option<Value> {
        let mut token = String::new();
        while let Some(c) = self.chars.next_if(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_')) {
            if c != '_' {
                token.push(c);
            }
        }
        let int = token.parse().ok().map(Value::Int).or_else(|| token.parse().ok().map(Value::UInt));
        int.or_else(|| token.bytes().any(|b| b.is_ascii_digit()).then(|| token.parse().ok().map(Value::Float))?)
    }

    fn word(&mut self) -> Option<Value> {
        let mut token = String::new();
        while let Some(c) = self.chars.next_if(char::is_ascii_alphanumeric) {
            token.push(c);
        }
        match token.as_str() {
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "None" => Some(Value::Null),
            _ => None,
        }
    }

    /// Strings side by side are one string.
    fn strings(&mut self) -> Option<Value> {
        let mut text = String::new();
        while matches!(self.chars.peek(), Some('\'' | '"')) {
            self.string(&mut text)?;
            self.skip_space();
        }
        Some(Value::Str(text))
    }

    fn string(&mut self, into: &mut String) -> Option<()> {
        let quote = self.chars.next()?;
        let is_empty = self.chars.next_if_eq(&quote).is_some();
        if is_empty && self.chars.next_if_eq(&quote).is_some() {
            return self.long_string(quote, into);
        }
        if is_empty {
            return Some(());
        }
        loop {
            match self.chars.next()? {
                c if c == quote => return Some(()),
                '\\' => self.escape(into)?,
                '\n' => return None,
                c => into.push(c),
            }
        }
    }

    /// Up to three quotes in a row.
    fn long_string(&mut self, quote: char, into: &mut String) -> Option<()> {
        let mut quotes = 0;
        loop {
            let c = self.chars.next()?;
            quotes = if c == quote { quotes + 1 } else { 0 };
            match c {
                _ if quotes == 3 => {
                    into.truncate(into.len() - 2 * quote.len_utf8());
                    return Some(());
                }
                '\\' => self.escape(into)?,
                c => into.push(c),
            }
        }
    }

    fn escape(&mut self, into: &mut String) -> Option<()> {
        let c = match self.chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\u{7}',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '\n' => return Some(()),
            'x' => self.code_point(2)?,
            'u' => self.code_point(4)?,
            'U' => self.code_point(8)?,
            c @ ('\\' | '\'' | '"') => c,
            '0' => '\0',
            // Python keeps the backslash of an escape that it does not know.
            c => {
                into.push('\\');
                c
            }
        };
        into.push(c);
        Some(())
    }

    fn code_point(&mut self, digits: usize) -> Option<char> {
        let hex: String = (0..digits).map_while(|_| self.chars.next_if(char::is_ascii_hexdigit)).collect();
        (hex.len() == digits).then(|| u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(source: &str, want: Option<&str>) {
        let got = literal(source).map(|value| serde_json::to_string(&value).unwrap());
        assert_eq!(got.as_deref(), want, "{source}");
    }

    #[test]
    fn literals() {
        check("['a', \"b's\", 'c\\'s\\n']", Some(r#"["a","b's","c's\n"]"#));
        check("[1, -2, 3.5, 1e3, True, None]", Some("[1,-2,3.5,1000.0,true,null]"));
        check("('a', 'b')", Some(r#"["a","b"]"#));
        check("('a',)", Some(r#"["a"]"#));
        check("('a')", Some(r#""a""#));
        check("{'k': [1], 2: ()}", Some(r#"{"k":[1],"2":[]}"#));
        check("['', '''a'\n''b''' \"\"\"\"\"\" \"\"]", Some(r#"["","a'\n''b"]"#));
        check("'a' 'b'", Some(r#""ab""#));
        check("'\\x41\\u00e9\\U0001F600\\q'", Some("\"Aé😀\\\\q\""));
        check(" [ ] ", Some("[]"));
        for bad in ["", "[", "[1 2]", "[1,,2]", "a", "['a' b]", "'a", "[1] x", "{1}", "{1: 2", "'\\x4'", "1+1"] {
            check(bad, None);
        }
        check(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)), None);
    }

    proptest! {
        #[test]
        fn printed_lists_read_back(items in proptest::collection::vec(any::<String>(), 0..5), n in any::<i64>()) {
            let list = Value::List(items.into_iter().map(Value::Str).chain([Value::Int(n), Value::Null]).collect());
            prop_assert_eq!(literal(&text(&list)), Some(list));
        }

        #[test]
        fn any_text_is_read_or_refused(source in any::<String>()) {
            let _ = literal(&source);
        }
    }
}

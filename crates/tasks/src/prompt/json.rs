//! Values as `json.dumps` of Python writes them.

use super::print::Printed;
use minijinja::Value;
use minijinja::value::ValueKind;
use std::fmt::Write;
use yardstick_core::python_float;

/// How JSON is written.
#[derive(Clone, Debug)]
pub(super) struct Json {
    /// Escapes for all that is not ASCII.
    pub is_ascii: bool,
    /// Keys in order.
    pub is_sorted: bool,
    /// Escapes for what HTML gives a meaning.
    pub is_html: bool,
    /// Spaces a level, each item on a line of its own.
    pub indent: Option<usize>,
    /// Between items, and between key and value.
    pub separators: Option<(String, String)>,
}

impl Json {
    /// The text of a value.
    pub fn text(&self, value: &Value) -> String {
        let mut out = String::new();
        self.write(&mut out, value, 0);
        if self.is_html {
            for (sign, escape) in [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\'', "\\u0027")] {
                out = out.replace(sign, escape);
            }
        }
        out
    }

    fn write(&self, out: &mut String, value: &Value, depth: usize) {
        match value.kind() {
            ValueKind::String => self.string(out, value.as_str().unwrap_or_default()),
            ValueKind::Map => {
                let mut keys: Vec<_> = value.try_iter().into_iter().flatten().collect();
                if self.is_sorted {
                    keys.sort();
                }
                self.items(out, ['{', '}'], &keys, depth, |out, key| {
                    self.string(out, &scalar(key).unwrap_or_else(|| key.to_string()));
                    out.push_str(self.separators.as_ref().map_or(": ", |(_, colon)| colon));
                    self.write(out, &value.get_item(key).unwrap_or_default(), depth + 1);
                });
            }
            ValueKind::Seq | ValueKind::Iterable => {
                let items: Vec<_> = value.try_iter().into_iter().flatten().collect();
                self.items(out, ['[', ']'], &items, depth, |out, item| self.write(out, item, depth + 1));
            }
            _ => out.push_str(&scalar(value).unwrap_or_else(|| Printed(value).to_string())),
        }
    }

    fn items(
        &self,
        out: &mut String,
        [open, close]: [char; 2],
        items: &[Value],
        depth: usize,
        write: impl Fn(&mut String, &Value),
    ) {
        let comma = if self.indent.is_some() { "," } else { ", " };
        let comma = self.separators.as_ref().map_or(comma, |(comma, _)| comma);
        let is_empty = items.is_empty();
        out.push(open);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push_str(comma);
            }
            self.line(out, depth + 1);
            write(out, item);
        }
        if !is_empty {
            self.line(out, depth);
        }
        out.push(close);
    }

    fn line(&self, out: &mut String, depth: usize) {
        if let Some(indent) = self.indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    fn string(&self, out: &mut String, text: &str) {
        out.push('"');
        for c in text.chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                c if c < ' ' || self.is_ascii && !(' '..='~').contains(&c) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        // Writing to a text cannot fail.
                        let _ = write!(out, "\\u{unit:04x}");
                    }
                }
                c => out.push(c),
            }
        }
        out.push('"');
    }
}

/// JSON's constants and numbers, with Python's names for those that JSON lacks.
fn scalar(value: &Value) -> Option<String> {
    Some(match value.kind() {
        ValueKind::None | ValueKind::Undefined => "null".to_owned(),
        ValueKind::Bool => if value.is_true() { "true" } else { "false" }.to_owned(),
        ValueKind::Number if value.is_integer() => value.to_string(),
        ValueKind::Number => match f64::try_from(value.clone()).ok()? {
            number if number.is_nan() => "NaN".to_owned(),
            number if number.is_infinite() => if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
            number => python_float(number),
        },
        _ => return None,
    })
}

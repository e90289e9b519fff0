//! Lines that stand too far to the left for the YAML specification, and that `PyYAML` reads all the same: the continuation
//! of a quoted text, and the end of a bracketed list. White space at their beginning means nothing, so that moving them
//! to the right changes no value and no line number.

use saphyr_parser::ScanError;

/// How far lines are moved: further than any honest file is indented.
const SPACES: usize = 256;
/// Repairs in one file.
const MOST: usize = 1000;

/// A file's text with some lines moved to the right.
pub(super) struct Shifted {
    text: String,
    /// Position of the last repair, in characters. The next one is behind it, or there is none.
    at: usize,
    repairs: usize,
}

impl Shifted {
    /// The text as it is parsed next.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text with one more repair, if that is what the error asks for.
    pub fn after(before: Option<&Self>, original: &str, error: &ScanError) -> Option<Self> {
        let text = before.map_or(original, Self::text);
        let (at, repairs) = (error.marker().index(), before.map_or(0, |shifted| shifted.repairs) + 1);
        if repairs > MOST || before.is_some_and(|shifted| shifted.at >= at) {
            return None;
        }
        let start = text.char_indices().nth(at).map_or(text.len(), |(byte, _)| byte);
        let lines = match error.info() {
            "invalid indentation in quoted scalar" => inner_lines(text, start)?,
            "invalid indentation" => vec![text[..start].rfind('\n')? + 1],
            _ => return None,
        };
        // Positions of what follows the line move too, that of the error among them.
        let at = if lines.iter().any(|&line| line <= start) { at + SPACES } else { at };
        Some(Self { text: moved(text, &lines), at, repairs })
    }
}

/// Where the second and later lines of the quoted text begin that begins at `start`.
fn inner_lines(text: &str, start: usize) -> Option<Vec<usize>> {
    let mut bytes = text.bytes().enumerate().skip(start).peekable();
    let (_, quote) = bytes.next().filter(|(_, byte)| matches!(byte, b'"' | b'\''))?;
    let mut lines = Vec::new();
    while let Some((index, byte)) = bytes.next() {
        match byte {
            b'\n' => lines.push(index + 1),
            b'\\' if quote == b'"' => {
                // An escaped line end ends the line too.
                lines.extend(bytes.next().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1));
            }
            _ if byte == quote => {
                let is_doubled = quote == b'\'' && bytes.peek().is_some_and(|(_, next)| *next == quote);
                if !is_doubled {
                    break;
                }
                bytes.next();
            }
            _ => {}
        }
    }
    (!lines.is_empty()).then_some(lines)
}

/// The text with spaces at the beginnings of some lines.
fn moved(text: &str, lines: &[usize]) -> String {
    let mut out = String::with_capacity(text.len() + lines.len() * SPACES);
    let mut copied = 0;
    for &line in lines {
        out.push_str(&text[copied..line]);
        out.extend(std::iter::repeat_n(' ', SPACES));
        copied = line;
    }
    out.push_str(&text[copied..]);
    out
}

#[cfg(test)]
mod tests {
    use crate::yaml::{Kind, parse};

    fn check(text: &str, key: &str, want: &str) {
        let root = parse(&"f".into(), text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let Some(Kind::Str(got)) = root.get(key).map(|node| &node.kind) else { panic!("{text}") };
        assert_eq!(got, want, "{text}");
    }

    fn check_error(text: &str, want: &str) {
        assert_eq!(parse(&"f".into(), text).unwrap_err().to_string(), want, "{text}");
    }

    /// The values are `PyYAML`'s.
    #[test]
    fn quoted_lines_may_begin_anywhere() {
        check("a: 'x\ny'\nb: 1\n", "a", "x y");
        check("a: \"x\n\n y\\\nz\"\n", "a", "x\nyz");
        check("a: 'it''s\n''b'\nb: 'c\nd'\n", "a", "it's 'b");
        check("a: 'it''s\n''b'\nb: 'c\nd'\n", "b", "c d");
        check("a: \"é\nb: \\\"c\n\"\nd: \"e\nf\"\n", "d", "e f");
    }

    #[test]
    fn brackets_may_end_anywhere() {
        let root = parse(&"f".into(), "a:\n    - b: [\n  1,\n  {c: 2\n}\n]\nd: 1\n").unwrap();
        assert!(matches!(&root.get("a").unwrap().kind, Kind::List(items) if items.len() == 1));
        assert_eq!(root.get("d").unwrap().place.line, 7);
    }

    #[test]
    fn what_is_no_yaml_stays_none() {
        check_error(
            "a: 'x\ny\n",
            "f:1: not valid YAML: while scanning a quoted scalar, found unexpected end of stream",
        );
        check_error("a: [\n", "f:2: not valid YAML: while parsing a node, did not find expected node content");
    }
}

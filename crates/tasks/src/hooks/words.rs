//! Texts out of Python files: prompts that are lm-eval's, and that only the user's copy of it has.

use super::{Hook, HookKind, Words};
use crate::prompt::python::literal;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use yardstick_core::Value;

/// All strings of a Python file.
pub(super) const ALL: Words = Words { read: |path| Some(strings(&std::fs::read_to_string(path).ok()?)), texts: &[] };

/// The words of a hook that has some.
pub(super) const fn of(hook: &Hook) -> Option<Words> {
    match hook.kind {
        HookKind::WordedRow(words, _) | HookKind::WordedValue(words, _) => Some(words),
        _ => None,
    }
}

/// The hook with the words that stand in the file; `None` when they do not. A hook without words is itself.
///
/// What is read stays in memory to the program's end, once for each file.
pub(super) fn bound(hook: &'static Hook, path: PathBuf) -> Option<&'static Hook> {
    static BOUND: LazyLock<Mutex<BTreeMap<(PathBuf, &'static str), &'static Hook>>> = LazyLock::new(Mutex::default);
    let Some(words) = of(hook) else { return Some(hook) };
    let mut known = BOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = known.get(&(path.clone(), hook.name)) {
        return Some(*found);
    }
    let texts = (words.read)(&path)?.leak();
    let bound: &'static Hook = Box::leak(Box::new(Hook { name: hook.name, kind: with(hook.kind, texts) }));
    known.insert((path, hook.name), bound);
    Some(bound)
}

const fn with(kind: HookKind, texts: &'static [String]) -> HookKind {
    match kind {
        HookKind::WordedRow(words, function) => HookKind::WordedRow(Words { texts, ..words }, function),
        HookKind::WordedValue(words, function) => HookKind::WordedValue(Words { texts, ..words }, function),
        other => other,
    }
}

/// The string literals of a Python file in order, each by itself where several stand side by side. The braces of f-strings
/// stay; bytes count as strings.
pub(super) fn strings(source: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), source);
    while let Some(at) = rest.find(['#', '\'', '"']) {
        if rest[at..].starts_with('#') {
            rest = rest[at..].split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        let is_raw = prefix(&rest[..at]).contains(['r', 'R']);
        let length = length(&rest[at..]);
        let token = &rest[at..at + length];
        let plain = || if let Some(Value::Str(text)) = literal(token) { text } else { String::new() };
        found.push(if is_raw { body(token).to_owned() } else { plain() });
        rest = &rest[at + length..];
    }
    found
}

/// The letters that stand directly before a quote.
fn prefix(before: &str) -> &str {
    let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
    before.get(start..).unwrap_or_default()
}

/// The bytes of the string literal that `text` begins with.
fn length(text: &str) -> usize {
    let quotes = quotes(text);
    let mut from = quotes.len();
    while let Some(at) = text[from..].find(['\\', quotes.chars().next().unwrap_or('"')]) {
        let place = from + at;
        if text[place..].starts_with('\\') {
            from = place + 1 + text[place + 1..].chars().next().map_or(0, char::len_utf8);
        } else if text[place..].starts_with(quotes) {
            return place + quotes.len();
        } else {
            from = place + 1;
        }
    }
    text.len()
}

/// One or three of them.
fn quotes(text: &str) -> &str {
    let is_long = text.starts_with("\"\"\"") || text.starts_with("'''");
    if is_long { &text[..3] } else { &text[..1] }
}

fn body(token: &str) -> &str {
    let quotes = quotes(token).len();
    token.get(quotes..token.len().saturating_sub(quotes)).unwrap_or_default()
}

/// `str.format`, and f-strings: each `{name}` becomes its value, and what is filled in is not looked at again.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let (mut out, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        let field = after
            .split_once('}')
            .and_then(|(name, after)| Some((values.iter().find(|(known, _)| *known == name)?.1, after)));
        out.push_str(before);
        let (value, after) = field.unwrap_or(("{", after));
        out.push_str(value);
        rest = after;
    }
    out + rest
}

/// The text of that number, and an empty one beyond the last.
pub(super) fn text(words: &[String], index: usize) -> &str {
    words.get(index).map_or("", String::as_str)
}

/// The text that follows `key` among these: the value of a dictionary's entry.
pub(super) fn after<'a>(words: &'a [String], among: Range<usize>, key: &str) -> Option<&'a str> {
    let entries = words.get(among)?.chunks_exact(2);
    entries.into_iter().find(|entry| entry[0] == key).map(|entry| entry[1].as_str())
}

/// The last folders of a path and the folder's own name.
pub(super) fn folder(path: &Path) -> Option<(&Path, &str)> {
    let folder = path.parent()?;
    Some((folder.parent()?, folder.file_name()?.to_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn string_literals() {
        let source = "# it's no string\nx = 'a\\n\\'b'  # \"c\"\ny = f\"{x}d\" r'\\e' \"\"\"f\n\"g\" \\\"h\"\"\"\nz = ['', \"é\"] + for_'i'";
        assert_eq!(strings(source), ["a\n'b", "{x}d", "\\e", "f\n\"g\" \"h", "", "é", "i"]);
        assert_eq!(strings("'open"), [""]);
        assert!(strings("").is_empty());
    }

    #[test]
    fn filled() {
        let values = [("a", "1{b}"), ("b", "2")];
        assert_eq!(fill("{a} {b}{a} {c} {", &values), "1{b} 21{b} {c} {");
    }

    #[test]
    fn words_by_key() {
        let words = ["k", "v", "v", "w"].map(str::to_owned);
        assert_eq!(
            (after(&words, 0..4, "k"), after(&words, 0..4, "v"), after(&words, 0..2, "v")),
            (Some("v"), Some("w"), None)
        );
    }
}

#[cfg(test)]
mod originals {
    use crate::hooks::{HookKind, resolve};
    use crate::row::Row;
    use serde_json::Value as Json;
    use sha2::{Digest, Sha256};
    use yardstick_core::{Map, Value, hex};

    /// A hook's row, the Python file of its function, and the sha256 of what the function makes of the row: the texts
    /// themselves are lm-eval's.
    const CASES: &str = include_str!("../../tests/fixtures/words.jsonl");

    fn digest(value: &Value) -> String {
        let text = value.as_str().map_or_else(|| serde_json::to_string(value).expect("JSON"), str::to_owned);
        hex(&Sha256::digest(text))
    }

    fn check(tasks: &std::path::Path, case: &Json) {
        let fields: Map = serde_json::from_value(case["row"].clone()).expect("a row");
        let row = Row { fields: &fields, file: "made up", row: 0 };
        let (module, function) = (case["module"].as_str().expect("a path"), case["function"].as_str().expect("a name"));
        let (folder, module) = module.rsplit_once('/').expect("a folder");
        let name = format!("{}.{function}", module.trim_end_matches(".py"));
        let file = tasks.join(folder).join("t.yaml");
        let hook = resolve(&name, &file.display().to_string()).unwrap_or_else(|| panic!("no hook for {case}"));
        let got: Map = match hook.kind {
            HookKind::WordedRow(..) => {
                let columns = hook.kind.columns(row).expect("columns").expect(hook.name);
                columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }
            _ => [("value".to_owned(), hook.kind.value(row).expect("a value").expect(hook.name))].into_iter().collect(),
        };
        for (name, want) in case["sha256"].as_object().expect("columns") {
            let value = got.get(name).or_else(|| fields.get(name)).expect(name);
            assert_eq!(Some(digest(value).as_str()), want.as_str(), "{case}\n{name}: {value:?}");
        }
    }

    #[test]
    fn as_the_python_functions() {
        let Some(tasks) = std::env::var_os("YARDSTICK_LM_EVAL") else {
            eprintln!("YARDSTICK_LM_EVAL does not name lm-eval's folder of tasks: nothing is compared");
            return;
        };
        for line in CASES.lines() {
            check(tasks.as_ref(), &serde_json::from_str(line).expect(line));
        }
    }
}

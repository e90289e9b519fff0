//! Parser events to a tree, with bounds that no honest task file meets.

use super::indent::Shifted;
use super::{Entry, Kind, Node, scalar};
use crate::error::{Place, TaskError};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, Tag};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Nodes in one file, each expansion of an alias counted anew.
const MAX_NODES: usize = 100_000;
/// Lists in lists in lists.
const MAX_DEPTH: usize = 64;

/// The tree of a file with one YAML document. Lines that `PyYAML` reads and the YAML specification wants further to the
/// right are read as `PyYAML` does.
pub(crate) fn parse(file: &Arc<str>, text: &str) -> Result<Node, TaskError> {
    let mut shifted: Option<Shifted> = None;
    loop {
        let current = shifted.as_ref().map_or(text, Shifted::text);
        match tree(file, current) {
            Err(Failure::Scan(error)) => match Shifted::after(shifted.as_ref(), text, &error) {
                Some(next) => shifted = Some(next),
                None => return Err(scan_error(file, &error)),
            },
            Err(Failure::Task(error)) => return Err(error),
            Ok(node) => return Ok(node),
        }
    }
}

/// What stops a parse: the parser, or a bound of ours.
enum Failure {
    Scan(ScanError),
    Task(TaskError),
}

impl From<TaskError> for Failure {
    fn from(error: TaskError) -> Self {
        Self::Task(error)
    }
}

fn scan_error(file: &Arc<str>, error: &ScanError) -> TaskError {
    let place = Place { file: Arc::clone(file), line: error.marker().line().max(1) };
    yaml(place, &format!("not valid YAML: {}", error.info()))
}

fn tree(file: &Arc<str>, text: &str) -> Result<Node, Failure> {
    let mut builder =
        Builder { file: Arc::clone(file), parser: Parser::new_from_str(text), anchors: BTreeMap::new(), nodes: 0 };
    loop {
        let (event, place) = builder.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd => return Err(yaml(place, "the file is empty").into()),
            event => return builder.node(event, place, 0),
        }
    }
}

struct Builder<'a> {
    file: Arc<str>,
    parser: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

fn yaml(place: Place, reason: &str) -> TaskError {
    TaskError::Yaml { place, reason: reason.to_owned() }
}

impl<'a> Builder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Place), Failure> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, self.place(span.start.line()))),
            Some(Err(error)) => Err(Failure::Scan(error)),
            None => Err(yaml(self.place(1), "the file ends too early").into()),
        }
    }

    fn place(&self, line: usize) -> Place {
        Place { file: Arc::clone(&self.file), line: line.max(1) }
    }

    fn count(&mut self, nodes: usize, place: &Place) -> Result<(), TaskError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES {
            return Err(yaml(place.clone(), &format!("more than {MAX_NODES} values, aliases expanded")));
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'a>, place: Place, depth: usize) -> Result<Node, Failure> {
        self.count(1, &place)?;
        if depth > MAX_DEPTH {
            return Err(yaml(place, &format!("nested deeper than {MAX_DEPTH} levels")).into());
        }
        let (anchor, kind) = match event {
            Event::Alias(id) => return Ok(self.alias(id, &place)?),
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar_kind(text, style, tag.as_deref(), &place)?),
            Event::SequenceStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), &["seq"], &place)?;
                (anchor, self.list(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                refuse_tag(tag.as_deref(), &["map"], &place)?;
                (anchor, self.map(depth)?)
            }
            _ => return Err(yaml(place, "a value is missing").into()),
        };
        let node = Node { place, kind };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, place: &Place) -> Result<Node, TaskError> {
        let node =
            self.anchors.get(&id).cloned().ok_or_else(|| yaml(place.clone(), "an alias inside its own anchor"))?;
        self.count(size(&node), place)?;
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Kind, Failure> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Kind::List(items)),
                (event, place) => items.push(self.node(event, place, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Kind, Failure> {
        let (mut merged, mut own) = (Merged::default(), Vec::new());
        loop {
            let (event, place) = self.next()?;
            if matches!(event, Event::MappingEnd) {
                break;
            }
            let is_merge = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key = key_text(&self.node(event, place.clone(), depth + 1)?)?;
            let (event, value_place) = self.next()?;
            let value = self.node(event, value_place, depth + 1)?;
            if is_merge {
                merged.add(value)?;
            } else {
                own.push(Entry { key, place, value });
            }
        }
        Ok(Kind::Map(overlay(merged.entries, own)))
    }
}

/// `base` with `local` over it: a key keeps its place and takes the later value, as in a Python dict.
pub(crate) fn overlay(base: Vec<Entry>, local: Vec<Entry>) -> Vec<Entry> {
    let mut places = BTreeMap::new();
    let mut entries: Vec<Entry> = Vec::with_capacity(base.len() + local.len());
    for entry in base.into_iter().chain(local) {
        if let Some(&place) = places.get(&entry.key) {
            entries[place] = entry;
            continue;
        }
        places.insert(entry.key.clone(), entries.len());
        entries.push(entry);
    }
    entries
}

/// What the keys `<<` of a mapping bring in.
#[derive(Default)]
struct Merged {
    entries: Vec<Entry>,
    keys: BTreeSet<String>,
}

impl Merged {
    /// A mapping or a list of mappings, of which the first to have a key wins.
    fn add(&mut self, value: Node) -> Result<(), TaskError> {
        match value.kind {
            Kind::Map(entries) => {
                self.entries.extend(entries.into_iter().filter(|entry| self.keys.insert(entry.key.clone())));
                Ok(())
            }
            Kind::List(items) => items.into_iter().try_for_each(|item| self.add(item)),
            _ => Err(value.wrong("<<", "a mapping or a list of mappings")),
        }
    }
}

fn size(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::List(items) => items.iter().map(size).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| 1 + size(&entry.value)).sum(),
        _ => 0,
    }
}

fn key_text(node: &Node) -> Result<String, TaskError> {
    match &node.kind {
        Kind::Bool(b) => Ok(if *b { "True" } else { "False" }.to_owned()),
        _ => node.text().ok_or_else(|| yaml(node.place.clone(), &format!("a key cannot be {}", node.describe()))),
    }
}

fn scalar_kind(text: Cow<str>, style: ScalarStyle, tag: Option<&Tag>, place: &Place) -> Result<Kind, TaskError> {
    if tag.is_some_and(|tag| tag.handle == "!" && tag.suffix == "function") {
        return Ok(Kind::Function(text.into_owned()));
    }
    refuse_tag(tag, &["str", "int", "float", "bool", "null"], place)?;
    let is_plain = style == ScalarStyle::Plain && tag.is_none_or(|tag| tag.suffix != "str");
    Ok(if is_plain { scalar::plain(&text) } else { Kind::Str(text.into_owned()) })
}

fn refuse_tag(tag: Option<&Tag>, allowed: &[&str], place: &Place) -> Result<(), TaskError> {
    match tag {
        Some(tag) if !(tag.is_yaml_core_schema() && allowed.contains(&tag.suffix.as_str())) => {
            Err(yaml(place.clone(), &format!("unknown tag {}{}; only !function is known", tag.handle, tag.suffix)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, want: &str) {
        let got = match parse(&"f".into(), text) {
            Ok(node) => show(&node),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{text}");
    }

    fn show(node: &Node) -> String {
        match &node.kind {
            Kind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            Kind::Map(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|e| format!("{}@{}: {}", e.key, e.place.line, show(&e.value))).collect();
                format!("{{{}}}", entries.join(", "))
            }
            Kind::Str(text) => format!("{text:?}"),
            _ => node.describe(),
        }
    }

    #[test]
    fn trees_with_lines() {
        check("a: 1\nb:\n  - x\n  - 'yes'\n", r#"{a@1: the integer 1, b@2: ["x", "yes"]}"#);
        check("a: |\n  x\n  y\nb: !function m.f\n", r#"{a@1: "x\ny\n", b@4: the function m.f}"#);
        check("a: \"x\\ny\"\n1: no\n", r#"{a@1: "x\ny", 1@2: the bool false}"#);
        check("a: 1\na: 2\n", "{a@2: the integer 2}");
        check("a: !!str 12\n", r#"{a@1: "12"}"#);
    }

    #[test]
    fn aliases_and_merges() {
        check("a: &x [1]\nb: *x\n", "{a@1: [the integer 1], b@2: [the integer 1]}");
        check(
            "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n",
            "{a@1: {k@1: the integer 1, l@1: the integer 2}, b@2: {k@1: the integer 1, l@4: the integer 3}}",
        );
        check("<<: 1\n", "f:1: `<<` must be a mapping or a list of mappings, but is the integer 1");
        check("a: &x [*x]\n", "f:1: an alias inside its own anchor");
    }

    #[test]
    fn bombs_are_bounded() {
        let mut bomb = String::from("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(",");
            bomb.extend([format!("a{level}: &a{level} ["), aliases, "]\n".to_owned()]);
        }
        check(&bomb, "f:5: more than 100000 values, aliases expanded");
        let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
        check(&deep, "f:1: nested deeper than 64 levels");
    }

    /// A key is looked up when it comes: one by one, that would be 20 thousand million comparisons in all.
    #[test]
    fn a_large_mapping_is_read_in_no_time() {
        const ENTRIES: usize = 49_000;
        let lines: Vec<_> = (0..ENTRIES).map(|n| format!("  key{n}: {n}\n")).collect();
        let node = parse(&"f".into(), &format!("a:\n{}", lines.concat())).unwrap();
        let entries = node.get("a").unwrap().entries("a").unwrap();
        assert_eq!(node.get("a").unwrap().row("a").unwrap().len(), ENTRIES);
        let place = Place { file: "f".into(), line: 1 };
        let entry =
            |n: usize| Entry { key: format!("key{n}"), place: place.clone(), value: entries[n % 2].value.clone() };
        let both = overlay((0..200_000).map(entry).collect(), (100_000..300_000).map(entry).collect());
        assert_eq!(both.len(), 300_000);
        assert!(both.iter().enumerate().all(|(n, entry)| entry.key == format!("key{n}")));
        let mut merged = Merged::default();
        let mapping =
            |range: std::ops::Range<usize>| Node { place: place.clone(), kind: Kind::Map(range.map(entry).collect()) };
        merged.add(mapping(0..200_000)).unwrap();
        merged.add(mapping(0..200_000)).unwrap();
        assert_eq!(merged.entries.len(), 200_000);
    }

    #[test]
    fn what_is_no_task_file() {
        check("", "f:1: the file is empty");
        check("{[1]: 2}", "f:1: a key cannot be a list");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in r"[\PC\n]{0,80}") {
            let _ = parse(&"f".into(), &text);
        }
    }
}

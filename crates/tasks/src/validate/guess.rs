//! Made-up cells, and rows made of them.

use super::reads::{Columns, ITEMS, Path};
use std::collections::{BTreeMap, BTreeSet};
use yardstick_core::{Map, Value};

/// The text of all made-up cells: short, and a letter that answers and choices may be named by, so that an answer is
/// among its choices.
const TEXT: &str = "A";
/// A text with whatever a template may split it at.
const PARTS: &str = "A: A\nA\n\nA. A, A (A) [A] A; A | A - A / A\tA = A #### A _ A? A! A";
/// Choices by their usual names. As many as tasks have at most, so that an index is among them.
const LETTERS: [&str; 10] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"];
/// How many items a made-up list of mappings has.
const ITEMS_IN_LIST: usize = 4;
/// Texts of the templates that are tried in a cell's place.
const MOST_LITERALS: usize = 24;

/// The cells that are tried in a place, the most likely first.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    values: Vec<Value>,
}

impl Candidates {
    /// The cells for a place, by its name.
    pub fn new(path: &Path, columns: &Columns) -> Self {
        let name = path.last().map(|name| name.to_lowercase()).unwrap_or_default();
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        let mut values = Vec::new();
        let is_number = has(&["label", "gold", "idx", "index", "target", "answer_id"]) && !name.ends_with('s');
        if is_number || columns.numbers.contains(path) {
            values.push(Value::Int(0));
        }
        if has(&["choices", "options", "endings", "candidates", "distractors", "labels", "texts", "answers", "aliases"])
        {
            values.push(list(&LETTERS));
        }
        let literals = columns.literals.iter().take(MOST_LITERALS).map(|text| Value::from(text.as_str()));
        let others = [
            Value::from(TEXT),
            Value::Int(0),
            list(&LETTERS),
            Value::Int(1),
            Value::from(PARTS),
            Value::from("0"),
            Value::from("1"),
        ];
        let rare = [
            Value::from("['A', 'B', 'C', 'D']"),
            Value::Bool(true),
            Value::Float(1.0),
            Value::List(vec![list(&LETTERS); ITEMS_IN_LIST]),
            Value::List(vec![Value::Int(0), Value::Int(1)]),
            Value::List(Vec::new()),
            Value::Map(LETTERS.iter().map(|&letter| (letter.to_owned(), Value::from(TEXT))).collect()),
            Value::Null,
        ];
        for value in others.into_iter().chain(literals).chain(rare) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Self { values }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }
}

fn list(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|&text| Value::from(text)).collect())
}

/// A made-up row: for each place the candidates and which of them is there.
#[derive(Clone, Debug, Default)]
pub(super) struct Guess {
    cells: BTreeMap<Path, (Candidates, usize)>,
}

impl Guess {
    /// The most likely cells for what the fields read.
    pub fn new(columns: &Columns) -> Self {
        let mut guess = Self::default();
        for path in columns.fields.iter().flat_map(|field| &field.paths) {
            guess.add(path, columns);
        }
        // A column with something in it is no cell itself, whichever field says so.
        let all: Vec<Path> = guess.cells.keys().cloned().collect();
        guess.cells.retain(|path, _| !all.iter().any(|other| other.len() > path.len() && other.starts_with(path)));
        guess
    }

    /// Adds a place, unless it or something in it is there.
    pub fn add(&mut self, path: &Path, columns: &Columns) -> bool {
        let is_there = self.cells.keys().any(|known| known.starts_with(path));
        if !is_there {
            self.cells.insert(path.clone(), (Candidates::new(path, columns), 0));
        }
        !is_there
    }

    /// Adds texts that a place may hold to what is tried there.
    pub fn suggest(&mut self, path: &Path, texts: impl Iterator<Item = String>) {
        if let Some((candidates, _)) = self.cells.get_mut(path) {
            for value in texts.map(Value::Str) {
                if !candidates.values.contains(&value) {
                    candidates.values.push(value);
                }
            }
        }
    }

    /// The same row with something in a place that was a cell, or beside what is in it.
    pub fn nested(&self, path: &[String], name: &str, columns: &Columns) -> Self {
        let mut guess = self.clone();
        guess.cells.remove(path);
        let inner: Path = path.iter().cloned().chain([name.to_owned()]).collect();
        guess.cells.entry(inner.clone()).or_insert_with(|| (Candidates::new(&inner, columns), 0));
        guess
    }

    /// Every place, and everything that a place lies in.
    pub fn containers(&self) -> BTreeSet<Path> {
        let prefixes = |path: &Path| (1..=path.len()).map(|length| path[..length].to_vec()).collect::<Vec<_>>();
        self.cells.keys().flat_map(prefixes).collect()
    }

    /// The places in a column, or the place itself.
    pub fn places<'a>(&'a self, path: &'a [String]) -> impl Iterator<Item = &'a Path> {
        self.cells.keys().filter(move |known| known.starts_with(path))
    }

    /// How many cells can be tried in a place.
    pub fn candidates(&self, path: &Path) -> usize {
        self.cells.get(path).map_or(0, |(candidates, _)| candidates.len())
    }

    /// The same row with another cell.
    pub fn with(&self, path: &Path, choice: usize) -> Self {
        let mut guess = self.clone();
        if let Some((_, own)) = guess.cells.get_mut(path) {
            *own = choice;
        }
        guess
    }

    /// The row's columns.
    pub fn row(&self) -> Map {
        let mut row = Map::new();
        for (path, (candidates, choice)) in &self.cells {
            if let (Some((column, rest)), Some(value)) = (path.split_first(), candidates.values.get(*choice)) {
                let old = row.remove(column);
                row.insert(column.clone(), put(old, rest, value));
            }
        }
        row
    }
}

/// `value` at the end of a path in what is there.
fn put(old: Option<Value>, path: &[String], value: &Value) -> Value {
    let Some((first, rest)) = path.split_first() else { return value.clone() };
    if first == ITEMS {
        let items = if let Some(Value::List(items)) = old { items } else { vec![Value::Null; ITEMS_IN_LIST] };
        return Value::List(items.into_iter().map(|item| put(Some(item), rest, value)).collect());
    }
    let mut map = if let Some(Value::Map(map)) = old { map } else { Map::new() };
    let inner = put(map.remove(first), rest, value);
    map.insert(first.clone(), inner);
    Value::Map(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_nested_as_the_paths_are() {
        let mut guess = Guess::default();
        for path in ["a", "b.c", "b.d", "e.[].f", "e.[].g"] {
            let path: Path = path.split('.').map(str::to_owned).collect();
            assert!(guess.add(&path, &Columns::default()), "{path:?}");
        }
        assert!(!guess.add(&vec!["b".to_owned()], &Columns::default()), "something is in it");
        let guess = guess.with(&vec!["a".to_owned()], 1);
        let item = r#"{"f":"A","g":"A"}"#;
        assert_eq!(
            serde_json::to_string(&guess.row()).unwrap(),
            format!(r#"{{"a":0,"b":{{"c":"A","d":"A"}},"e":[{item},{item},{item},{item}]}}"#)
        );
    }
}

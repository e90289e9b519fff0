//! Which columns of a row a task's fields read, as far as the file tells.

use crate::config::{FewShotConfig, Field, FieldKind, TaskConfig};
use crate::error::{Place, TaskError};
use crate::prompt;
use crate::yaml::Kind;
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use yardstick_core::Value;

/// The segment of a path that stands for every item of a list.
pub(super) const ITEMS: &str = "[]";

/// A way into a row: a column, or what lies in it (`answers.text`, `turns.[].speaker`).
pub(super) type Path = Vec<String>;

/// What one field reads.
#[derive(Clone, Debug)]
pub(super) struct Reads {
    pub key: &'static str,
    pub place: Place,
    pub paths: BTreeSet<Path>,
}

/// What all fields of a task read, and the texts that they compare it with.
#[derive(Clone, Debug, Default)]
pub(super) struct Columns {
    pub fields: Vec<Reads>,
    /// Texts in quotes in the templates, and constant choices: what a cell may have to be.
    pub literals: BTreeSet<String>,
    /// Ways to what stands in brackets behind something else: an index or the end of a slice.
    pub numbers: BTreeSet<Path>,
}

/// The engine's own functions, which its list of variables names too.
const FUNCTIONS: [&str; 4] = ["range", "dict", "namespace", "debug"];
/// `a.b["c"]`, which the engine's own list of variables leaves out.
static SUBSCRIPT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b([A-Za-z_]\w*(?:\.\w+)*)\[\s*['"]([^'"]+)['"]\s*\]"#).ok());
/// `for x in a.b`.
static LOOP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\bfor\s+([A-Za-z_]\w*)\s+in\s+([A-Za-z_][\w.]*)").ok());
/// `[a.b]` and `[a:b]`.
static INDEX: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\[\s*([A-Za-z_][\w.]*)?\s*(?::\s*([A-Za-z_][\w.]*)?\s*)?\]").ok());
/// A text in quotes.
static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"'([^'\n]{1,80})'|"([^"\n]{1,80})""#).ok());

impl Columns {
    /// What the fields of a task and of its examples read.
    ///
    /// # Errors
    /// A template that does not parse.
    pub fn of(config: &TaskConfig, fewshot: Option<&FewShotConfig>) -> Result<Self, TaskError> {
        let mut columns = Self::default();
        let own = [&config.doc_to_text, &config.doc_to_target].into_iter().chain(&config.doc_to_choice);
        let examples = fewshot.into_iter().flat_map(|fewshot| {
            [&fewshot.doc_to_text, &fewshot.doc_to_target, &fewshot.doc_to_choice].into_iter().flatten()
        });
        let prefixes = config.gen_prefix.iter().chain(fewshot.and_then(|fewshot| fewshot.gen_prefix.as_ref()));
        let texts = config.description.iter().chain(prefixes);
        for field in own.chain(examples) {
            columns.add(field, true)?;
        }
        for field in texts {
            columns.add(field, false)?;
        }
        columns.fields.extend(filters(config));
        Ok(columns)
    }

    /// Adds a field. `may_be_column` where a bare word is more likely a column than a text.
    fn add(&mut self, field: &Field, may_be_column: bool) -> Result<(), TaskError> {
        let mut paths = BTreeSet::new();
        match &field.kind {
            FieldKind::Text(text) if text.contains("{{") || text.contains("{%") => {
                self.literals.extend(quoted(text));
                self.numbers.extend(indices(text));
                paths = paths_of(text).map_err(|reason| TaskError::Template {
                    place: field.place.clone(),
                    key: field.key,
                    reason,
                })?;
            }
            FieldKind::Text(text) if may_be_column && is_name(text) && !self.literals.contains(text) => {
                paths.insert(vec![text.clone()]);
            }
            FieldKind::Constant(Value::List(items)) => {
                self.literals.extend(items.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            FieldKind::Text(_) | FieldKind::Constant(_) | FieldKind::Hook(_) => {}
        }
        self.fields.push(Reads { key: field.key, place: field.place.clone(), paths });
        Ok(())
    }
}

/// The column that a filter reads besides what the model wrote.
fn filters(config: &TaskConfig) -> Option<Reads> {
    const FILTER: &str = "multi_choice_regex";
    const COLUMN: &str = "choices";
    let list = config.root.get("filter_list")?;
    let pipelines = if let Kind::List(pipelines) = &list.kind { pipelines.as_slice() } else { &[] };
    let steps = pipelines.iter().filter_map(|pipeline| match &pipeline.get("filter")?.kind {
        Kind::List(steps) => Some(steps),
        _ => None,
    });
    let mut names = steps.flatten().filter_map(|step| step.get("function"));
    let node = names.find(|name| matches!(&name.kind, Kind::Str(name) if name == FILTER))?;
    let paths = BTreeSet::from([vec![COLUMN.to_owned()]]);
    Some(Reads { key: FILTER, place: node.place.clone(), paths })
}

/// Whether a bare text reads like a column's name.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '))
        && text.split(' ').count() <= 3
}

fn indices(text: &str) -> impl Iterator<Item = Path> {
    let matches = INDEX.iter().flat_map(move |regex| regex.captures_iter(text));
    matches.flat_map(|found| [found.get(1), found.get(2)]).flatten().map(|found| split(found.as_str()))
}

fn quoted(text: &str) -> impl Iterator<Item = String> {
    let matches = QUOTED.iter().flat_map(move |regex| regex.captures_iter(text));
    matches.filter_map(|found| found.get(1).or_else(|| found.get(2))).map(|found| found.as_str().to_owned())
}

/// The engine's list of variables, without methods and with what hides in subscripts and loops.
fn paths_of(text: &str) -> Result<BTreeSet<Path>, String> {
    let variables = prompt::variables(text).map_err(|error| prompt::reason(&error))?;
    let columns = variables.iter().filter(|name| !FUNCTIONS.contains(&name.as_str()));
    let mut paths: BTreeSet<Path> = columns.map(|name| without_method(name, text)).collect();
    for found in SUBSCRIPT.iter().flat_map(|regex| regex.captures_iter(text)) {
        add_attribute(&mut paths, &split(&found[1]), &found[2]);
    }
    for found in LOOP.iter().flat_map(|regex| regex.captures_iter(text)) {
        let list: Path = split(&without_call(&found[2], text)).into_iter().chain([ITEMS.to_owned()]).collect();
        if paths.contains(&list[..list.len() - 1]) {
            for name in &attributes(&found[1], text) {
                add_attribute(&mut paths, &list, name);
            }
        }
    }
    // A path of which a longer one is known is a container and no cell.
    let all = paths.clone();
    paths.retain(|path| !all.iter().any(|other| other.len() > path.len() && other.starts_with(path)));
    Ok(paths)
}

fn split(path: &str) -> Path {
    path.split('.').map(str::to_owned).collect()
}

/// Adds `path.name` where the path's column is one of the row's.
fn add_attribute(paths: &mut BTreeSet<Path>, path: &[String], name: &str) {
    if paths.iter().any(|known| known.first() == path.first()) {
        paths.insert(path.iter().cloned().chain([name.to_owned()]).collect());
    }
}

/// The attributes of a loop's variable.
fn attributes(variable: &str, text: &str) -> BTreeSet<String> {
    let pattern = format!(r#"\b{}(?:\.(\w+)\b\s*(\(?)|\[\s*['"]([^'"]+)['"]\s*\])"#, regex::escape(variable));
    let Ok(regex) = Regex::new(&pattern) else { return BTreeSet::new() };
    let attribute = |found: regex::Captures| match (found.get(1), found.get(2), found.get(3)) {
        (Some(name), Some(bracket), _) if bracket.is_empty() => Some(name.as_str().to_owned()),
        (_, _, Some(name)) => Some(name.as_str().to_owned()),
        _ => None,
    };
    regex.captures_iter(text).filter_map(attribute).collect()
}

/// `question.strip` of `question.strip()` is the question.
fn without_method(name: &str, text: &str) -> Path {
    split(&without_call(name, text))
}

fn without_call(name: &str, text: &str) -> String {
    let is_called = |attribute: &str| {
        let call = format!(".{attribute}");
        text.match_indices(&call).any(|(at, _)| text[at + call.len()..].trim_start().starts_with('('))
    };
    match name.rsplit_once('.') {
        Some((path, attribute)) if is_called(attribute) => path.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, want: &[&str]) {
        let paths: Vec<_> = paths_of(template).unwrap().into_iter().map(|path| path.join(".")).collect();
        assert_eq!(paths, want, "{template}");
    }

    #[test]
    fn what_a_template_reads() {
        check("Q: {{question.strip()}} {{ choices.text | join(', ') }}", &["choices.text", "question"]);
        check("{{choices.text[choices.label.index(answerKey)]}}", &["answerKey", "choices.label", "choices.text"]);
        check("{{ row['a b'] }}{{ row[\"c\"] }}", &["row.a b", "row.c"]);
        check(
            "{% for t in turns %}{{ t.who }}: {{ t['says'].strip() }}{% endfor %}",
            &["turns.[].says", "turns.[].who"],
        );
        check("{% for t in turns %}{{ t }}{% endfor %}", &["turns"]);
        check("{% set x = a %}{{ x }}{{ 'b' }}", &["a"]);
        check("{% for i in range(c['x'] | length) %}{{ c['x'][i] }}{% endfor %}", &["c.x"]);
        check("no variables", &[]);
    }

    #[test]
    fn indices_and_ends_of_slices() {
        let found: Vec<_> =
            indices("{{ a[b.c] }}{{ d[e:f] }}{{ g[:h] }}{{ i[0] }}").map(|path| path.join(".")).collect();
        assert_eq!(found, ["b.c", "e", "f", "h"]);
    }

    #[test]
    fn quoted_texts() {
        assert_eq!(quoted("{{ ['no', \"it's\"][label] }}").collect::<Vec<_>>(), ["no", "it's"]);
    }
}

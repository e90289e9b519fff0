//! Filters for tagged words: `format_span` for named entities, `regex_pos` for parts of speech.

use super::each::Each;
use super::{Filter, FilterKind, Texts};
use crate::error::TaskError;
use crate::pattern::Pattern;
use crate::prompt::python;
use crate::python::{SPACE, constant, is_space, is_word, strip};
use crate::row::Row;
use crate::yaml::Node;
use regex::Regex;
use std::sync::{Arc, LazyLock};
use yardstick_core::Value;

/// `format_span`: the entities in a text, `label: entity` each, with ` $ ` between them.
pub(super) static FORMAT_SPAN: FilterKind =
    FilterKind { name: "format_span", arguments: &[], read: |_| Ok(Arc::new(Each(format_span))) };

/// What models call the labels, and the labels. The order matters: each is replaced in what the ones before it left.
const LABELS: &[(&str, &str)] = &[
    ("person", "PER"),
    ("location", "LOC"),
    ("organization", "ORG"),
    ("counties", "LOC"),
    ("places", "LOC"),
    ("people", "PER"),
    ("persons", "PER"),
    ("company", "ORG"),
    ("country", "LOC"),
    ("continent", "LOC"),
    ("time", "DATE"),
    ("date", "DATE"),
    ("per", "PER"),
    ("loc", "LOC"),
    ("org", "ORG"),
];

fn format_span(text: &str) -> String {
    let mut text = text.to_lowercase();
    for (name, label) in LABELS {
        text = relabel(&text, name, label);
    }
    let text = text.replace("$$", "$");
    let text = text.trim_end_matches('$').replace('\n', "$");
    entities(strip(&text)).join(" $ ")
}

/// `name:` at the beginning of a word becomes `label:`.
fn relabel(text: &str, name: &str, label: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(name) {
        let before = rest[..start].chars().next_back().or_else(|| out.chars().next_back());
        let after = &rest[start + name.len()..];
        let colon = after.trim_start_matches(is_space).strip_prefix(':');
        if let Some(tail) = colon.filter(|_| !before.is_some_and(is_word)) {
            out.extend([&rest[..start], label, ":"]);
            rest = tail;
        } else {
            out.push_str(&rest[..start + name.len()]);
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// `label: entity` for each entity after a label; several are separated by commas, and "none" is none.
fn entities(text: &str) -> Vec<String> {
    static LABELLED: LazyLock<Regex> = LazyLock::new(|| constant(&format!("(PER|LOC|ORG|DATE):[{SPACE}]*([^$]+)")));
    let mut out = Vec::new();
    let mut start = 0;
    while let Some(found) = LABELLED.captures_at(text, start) {
        let (Some(whole), Some(label), Some(values)) = (found.get(0), found.get(1), found.get(2)) else { break };
        if text[..whole.start()].chars().next_back().is_some_and(is_word) {
            start = whole.start() + 1;
            continue;
        }
        let own = values.as_str().split(',').map(strip).filter(|entity| entity.to_lowercase() != "none");
        out.extend(own.map(|entity| format!("{}: {entity}", label.as_str().to_lowercase())));
        start = whole.end();
    }
    out
}

/// `regex_pos`: the tags of `('word', 'TAG')` pairs, as Python prints a list. Its pattern is compiled and not used, in
/// lm-eval and here.
pub(super) static REGEX_POS: FilterKind = FilterKind {
    name: "regex_pos",
    arguments: &["regex_pattern", "group_select", "fallback"],
    read: |node| Ok(Arc::new(PartsOfSpeech::read(node)?)),
};

#[derive(Debug)]
struct PartsOfSpeech {
    pairs: Pattern,
    fallback: String,
}

impl PartsOfSpeech {
    fn read(node: &Node) -> Result<Self, TaskError> {
        let fallback = node.get("fallback").map(|node| node.value("fallback")).transpose()?;
        let fallback = fallback.unwrap_or_else(|| Value::List(vec![Value::from("invalid")]));
        let pairs = Pattern::new(r"\('([^']*)', '([^']*)'\)").map_err(|reason| node.wrong("function", &reason))?;
        Ok(Self { pairs, fallback: python::text(&fallback) })
    }
}

impl Filter for PartsOfSpeech {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        texts.try_map(|text| {
            let pairs = self.pairs.find_all(&text)?;
            let tags: Vec<_> = pairs.iter().map(|groups| Value::from(groups[2].unwrap_or_default())).collect();
            Ok(if tags.is_empty() { self.fallback.clone() } else { python::text(&Value::List(tags)) })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::filters::testing::check;

    /// Expected values are those of lm-eval 0.4.13's filter.
    #[test]
    fn spans() {
        let check = |text: &str, want: &str| check("function: format_span", text, want);
        check("PER: Ada, Grace $$ LOC: Kenya", "per: ada $ per: grace $ loc: kenya");
        check("Person : Ada\nDate: none", "per: ada");
        check("organization: UN$$", "org: un");
        check("no labels", "");
        check("superper: x $ times: y $ time: 5", "date: 5");
        check("people: a; country: b", "per: a; LOC: b");
    }

    #[test]
    fn parts_of_speech() {
        check("function: regex_pos", "[('Dogs', 'NOUN'), ('bark', 'VERB')]", "['NOUN', 'VERB']");
        check("function: regex_pos", "Dogs bark", "['invalid']");
    }
}

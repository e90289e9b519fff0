//! `regex`: the part of a text that a pattern finds.

use super::{Filter, FilterKind, Texts};
use crate::error::TaskError;
use crate::pattern::{Groups, Pattern};
use crate::python::strip;
use crate::row::Row;
use crate::yaml::{Kind, Node};
use std::sync::Arc;

pub(super) static KIND: FilterKind = FilterKind {
    name: "regex",
    arguments: &["regex_pattern", "group_select", "fallback"],
    read: |node| Ok(Arc::new(Regex(Finder::read(node)?))),
};

/// The answer after `####`, as GSM8K writes it.
const DEFAULT_PATTERN: &str = r"#### (\-?[0-9\.\,]+)";

/// Arguments that several filters share.
#[derive(Debug)]
pub(super) struct Finder {
    pub pattern: Pattern,
    /// Which match counts; from the last one when negative.
    pub select: i64,
    /// What stands for a text in which nothing is found.
    pub fallback: String,
}

impl Finder {
    pub fn read(node: &Node) -> Result<Self, TaskError> {
        let source = node.get("regex_pattern").map_or(Ok(DEFAULT_PATTERN), |node| node.str("regex_pattern"))?;
        let place = node.get("regex_pattern").unwrap_or(node);
        let pattern =
            Pattern::new(source).map_err(|reason| place.wrong("regex_pattern", &format!("valid ({reason})")))?;
        let select = match node.get("group_select").map(|node| (&node.kind, node)) {
            None => 0,
            Some((Kind::Int(select), _)) => *select,
            Some((_, node)) => return Err(node.wrong("group_select", "a whole number")),
        };
        let fallback = node.get("fallback").map_or(Ok("[invalid]"), |node| node.str("fallback"))?.to_owned();
        Ok(Self { pattern, select, fallback })
    }

    /// Of all matches the one that counts. Python stops where there are fewer; here nothing is found.
    pub fn select<'a, 't>(&self, matches: &'a [Groups<'t>]) -> Option<&'a Groups<'t>> {
        let count = i64::try_from(matches.len()).ok()?;
        let index = if self.select < 0 { self.select + count } else { self.select };
        matches.get(usize::try_from(index).ok()?)
    }
}

/// What `re.findall` gives of a match: all groups; without groups, the whole match.
pub(super) fn items<'a, 't>(groups: &'a Groups<'t>) -> impl Iterator<Item = &'t str> + use<'a, 't> {
    let own = if groups.len() > 1 { &groups[1..] } else { groups };
    own.iter().map(|group| group.unwrap_or_default())
}

#[derive(Debug)]
struct Regex(Finder);

impl Filter for Regex {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        texts.try_map(|text| {
            let matches = self.0.pattern.find_all(&text)?;
            Ok(self.answer(&matches).to_owned())
        })
    }
}

impl Regex {
    /// Without white space around it, unless nothing matches: then the fallback stands as the file has it.
    fn answer<'a>(&'a self, matches: &[Groups<'a>]) -> &'a str {
        match self.0.select(matches) {
            Some(groups) => strip(Self::found(groups).unwrap_or(&self.0.fallback)),
            None => &self.0.fallback,
        }
    }

    /// Of several groups the first that is not empty; one group may be empty.
    fn found<'t>(groups: &Groups<'t>) -> Option<&'t str> {
        if groups.len() > 2 { items(groups).find(|item| !item.is_empty()) } else { items(groups).next() }
    }
}

#[cfg(test)]
mod tests {
    use crate::filters::testing::{apply, check};

    #[test]
    fn found() {
        check("function: regex", "so 7.\n#### 1,234.\n", "1,234.");
        check("function: regex", "#### x", "[invalid]");
        let flexible = r"{function: regex, group_select: -1, regex_pattern: '(-?[$0-9.,]{2,})|(-?[0-9]+)'}";
        check(flexible, "between 3 and $18.00 is 7", "7");
        check(flexible, "between 7 and $18.00", "$18.00");
        check(flexible, "none", "[invalid]");
        check(r"{function: regex, regex_pattern: 'is (.*)', fallback: ' no '}", "?", " no ");
        check(r"{function: regex, regex_pattern: '()()', fallback: ' no '}", "?", "no");
        check(r"{function: regex, regex_pattern: '\d', group_select: 1}", "1 2 3", "2");
        check(r"{function: regex, regex_pattern: 'a(\d*)'}", "a", "");
        check(r"{function: regex, regex_pattern: 'a(\d*)(x?)'}", "a", "[invalid]");
    }

    #[test]
    fn too_few_matches() {
        check(r"{function: regex, regex_pattern: '\d', group_select: 3}", "1", "[invalid]");
        check(r"{function: regex, regex_pattern: '\d', group_select: -2}", "1", "[invalid]");
    }

    #[test]
    fn arguments() {
        let error = apply("{function: regex, regex_pattern: '('}", &[]).unwrap_err();
        assert!(error.starts_with("t.yaml:1: `regex_pattern` must be valid (the pattern \"(\" does not"), "{error}");
        let error = apply("{function: regex, group_select: x}", &[]).unwrap_err();
        assert_eq!(error, "t.yaml:1: `group_select` must be a whole number, but is the string \"x\"");
    }
}

//! `multi_choice_regex`: the letter of the choice that a text names, by a pattern, by the choice's text, or by the letter
//! after a colon. The document has the texts in its column `choices`.

use super::regex::{Finder, items};
use super::{Filter, FilterKind, Texts};
use crate::error::TaskError;
use crate::pattern::Pattern;
use crate::python::strip;
use crate::row::Row;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) static KIND: FilterKind = FilterKind {
    name: "multi_choice_regex",
    arguments: &["regex_pattern", "group_select", "fallback", "ignore_case", "ignore_punctuation", "regexes_to_ignore"],
    read: |node| Ok(Arc::new(MultiChoice::read(node)?)),
};

#[derive(Debug)]
struct MultiChoice {
    finder: Finder,
    ignore_case: bool,
    /// Unicode's punctuation, where it is ignored.
    punctuation: Option<Pattern>,
    ignored: Vec<Pattern>,
}

/// What a document's choices look like in a text.
struct Choices {
    /// Any choice's text, longer ones first so that no text hides one that it begins.
    texts: Pattern,
    by_text: BTreeMap<String, String>,
    /// Any choice's letter, after a colon.
    letters: Pattern,
    by_letter: BTreeMap<String, String>,
}

impl MultiChoice {
    fn read(node: &Node) -> Result<Self, TaskError> {
        let flag = |key: &str| node.get(key).map_or(Ok(false), |node| node.bool(key));
        let bad = |reason: String| node.wrong("regexes_to_ignore", &format!("valid ({reason})"));
        let sources = node.get("regexes_to_ignore").map_or(Ok(Vec::new()), |node| node.strings("regexes_to_ignore"))?;
        Ok(Self {
            finder: Finder::read(node)?,
            ignore_case: flag("ignore_case")?,
            punctuation: if flag("ignore_punctuation")? { Some(Pattern::of_punctuation().map_err(bad)?) } else { None },
            ignored: sources.iter().map(|source| Pattern::new(source)).collect::<Result<_, _>>().map_err(bad)?,
        })
    }

    fn without_ignored(&self, text: &str) -> Result<String, String> {
        let mut text = text.to_owned();
        for pattern in &self.ignored {
            text = pattern.remove(&text)?;
        }
        if self.ignore_case {
            text = text.to_lowercase();
        }
        match &self.punctuation {
            Some(pattern) => pattern.remove(&text),
            None => Ok(text),
        }
    }

    fn choices(&self, row: Row) -> Result<Choices, String> {
        let choices = row.strs("choices").map_err(|error| error.to_string())?;
        let (mut texts, mut by_text) = (Vec::new(), BTreeMap::new());
        let (mut letters, mut by_letter) = (Vec::new(), BTreeMap::new());
        for (choice, letter) in choices.into_iter().zip('A'..) {
            let text = self.without_ignored(strip(choice))?;
            by_text.insert(text.clone(), format!("({letter})"));
            by_letter.insert(letter.to_string(), format!("({letter})"));
            texts.push(text);
            letters.push(letter.to_string());
        }
        texts.sort_by_key(|text| std::cmp::Reverse(text.chars().count()));
        let class: String = letters.concat();
        Ok(Choices {
            texts: Pattern::any_of(texts.iter().map(String::as_str))?,
            by_text,
            letters: Pattern::new(&format!(r":[\s]*([{class}])"))?,
            by_letter,
        })
    }

    /// The match that counts, through a table; `None` when it is empty or not there.
    fn find(&self, pattern: &Pattern, text: &str, table: &BTreeMap<String, String>) -> Result<Option<String>, String> {
        let matches = pattern.find_all(text)?;
        let Some(groups) = self.finder.select(&matches) else { return Ok(None) };
        let found = strip(items(groups).find(|item| !item.is_empty()).unwrap_or_default());
        // A choice of ignored characters alone is found everywhere and names nothing.
        Ok((!found.is_empty()).then(|| table.get(found).map_or(found, String::as_str).to_owned()))
    }

    fn answer(&self, text: &str, choices: &Choices) -> Result<String, String> {
        if let Some(found) = self.find(&self.finder.pattern, text, &BTreeMap::new())? {
            return Ok(found);
        }
        if let Some(found) = self.find(&choices.texts, &self.without_ignored(text)?, &choices.by_text)? {
            return Ok(found);
        }
        let letter = self.find(&choices.letters, text, &choices.by_letter)?;
        Ok(letter.unwrap_or_else(|| self.finder.fallback.clone()))
    }
}

impl Filter for MultiChoice {
    fn apply(&self, texts: Texts, row: Row) -> Result<Texts, String> {
        let choices = self.choices(row)?;
        texts.try_map(|text| self.answer(&text, &choices))
    }
}

#[cfg(test)]
mod tests {
    use crate::filters::testing::check;

    #[test]
    fn pattern_then_text_then_letter() {
        let filter = r"{function: multi_choice_regex, regex_pattern: '(\([A-Z]\))', ignore_case: true, ignore_punctuation: true}";
        check(filter, "(A) or (B)", "(A)");
        check(filter, "It is guilty of romance!", "(B)");
        check(filter, "GUILTY.", "(A)");
        check(filter, "none at all", "(C)");
        check(filter, "answer: C", "(C)");
        check(filter, "answer: D", "[invalid]");
        check(filter, "", "[invalid]");
    }

    #[test]
    fn the_last_match() {
        let filter = r"{function: multi_choice_regex, regex_pattern: '(\([A-Z]\))', group_select: -1}";
        check(filter, "(A) or (B)", "(B)");
        check(filter, "guilty", "[invalid]");
        check(filter, "Guilty, then Guilty of Romance", "(B)");
    }

    /// A choice of ignored characters alone is found everywhere, and names nothing.
    #[test]
    fn choices_that_are_ignored_whole() {
        let filter = "{function: multi_choice_regex, regex_pattern: x, regexes_to_ignore: ['.*'], group_select: -1}";
        check(filter, "guilty", "[invalid]");
        check(filter, "guilty: B", "(B)");
    }

    #[test]
    fn ignored_patterns() {
        let filter = "{function: multi_choice_regex, regex_pattern: x, regexes_to_ignore: [',']}";
        check(filter, "None at, all", "(C)");
    }
}

//! Definite pronouns (Rahman & Ng 2012): each referent takes the pronoun's place, and the rest of the sentence is scored.
//!
//! Source: Radford et al. (2018), section 5, "Zero-shot Behaviors".

use crate::error::TaskError;
use crate::hooks::{Hook, HookKind, Module};
use crate::row::Row;
use yardstick_core::Value;

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.pronouns",
    sources: &[],
    hooks: &[
        Hook { name: "paper.pronouns.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "paper.pronouns.doc_to_target", kind: HookKind::Value(doc_to_target) },
    ],
};

/// First words of a noun phrase that are lower case inside a sentence.
const DETERMINERS: &[&str] =
    &["The", "A", "An", "This", "That", "These", "Those", "My", "Your", "His", "Her", "Its", "Our", "Their", "Some"];
const POSSESSIVES: &[&str] = &["my", "your", "his", "its", "our", "their"];

/// The sentence up to the pronoun with each referent in its place.
fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    let place = place(row)?;
    let choice = |referent: &&str| Value::Str(format!("{}{}", place.before, place.written(referent)));
    Ok(Value::List(row.strs("candidates")?.iter().map(choice).collect()))
}

/// What follows the pronoun, with the space before it.
fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    Ok(Value::from(place(row)?.after))
}

/// A sentence around its pronoun.
struct Place<'a> {
    before: &'a str,
    pronoun: &'a str,
    after: &'a str,
}

/// The first time that the pronoun stands in the sentence as a word: the dataset's own rule where it stands there twice.
fn place(row: Row<'_>) -> Result<Place<'_>, TaskError> {
    let (sentence, pronoun) = (row.str("sentence")?, row.str("pronoun")?.trim());
    let is_word = |&(at, found): &(usize, &str)| {
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        !is_part(sentence[..at].chars().next_back()) && !is_part(sentence[at + found.len()..].chars().next())
    };
    let found = sentence.match_indices(pronoun).find(is_word).filter(|_| !pronoun.is_empty());
    let (at, found) = found.ok_or_else(|| row.bad("pronoun", "a word of the sentence", &Value::from(pronoun)))?;
    Ok(Place { before: &sentence[..at], pronoun: found, after: &sentence[at + found.len()..] })
}

impl Place<'_> {
    /// A referent as it is written here: its determiner in the case of the place, and with 's for a possessive.
    fn written(&self, referent: &str) -> String {
        let referent = referent.trim();
        let first = referent.split(' ').next().unwrap_or_default();
        let is_first = self.before.trim_end().chars().next_back().is_none_or(|c| ".!?".contains(c));
        let start = if DETERMINERS.contains(&first) && !is_first { first.to_lowercase() } else { first.to_owned() };
        let ending = if self.is_possessive() { "'s" } else { "" };
        format!("{start}{}{ending}", &referent[first.len()..])
    }

    /// "Her" may be either; it is taken for a possessive where a word follows.
    fn is_possessive(&self) -> bool {
        let pronoun = self.pronoun.to_lowercase();
        let is_before_word = self.after.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_alphabetic));
        POSSESSIVES.contains(&pronoun.as_str()) || (pronoun == "her" && is_before_word)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row, texts};
    use super::*;

    fn check(sentence: &str, pronoun: &str, candidates: [&str; 2], choices: [&str; 2], rest: &str) {
        let fields = fields(&[
            ("sentence", Value::from(sentence)),
            ("pronoun", Value::from(pronoun)),
            ("candidates", texts(&candidates)),
        ]);
        assert_eq!(doc_to_choice(row(&fields)).unwrap(), texts(&choices));
        assert_eq!(doc_to_target(row(&fields)).unwrap(), Value::from(rest));
    }

    #[test]
    fn referents_in_place() {
        check(
            "The cat left the dog since it barked at itself.",
            "it",
            ["The cat", "the dog"],
            ["The cat left the dog since the cat", "The cat left the dog since the dog"],
            " barked at itself.",
        );
        check(
            "Ann thanked Sue. Her gift was kind.",
            "Her",
            ["Ann", "The aunt"],
            ["Ann thanked Sue. Ann's", "Ann thanked Sue. The aunt's"],
            " gift was kind.",
        );
        check(
            "Ann saw Sue, and Bo saw her.",
            "her",
            ["Ann", "Sue"],
            ["Ann saw Sue, and Bo saw Ann", "Ann saw Sue, and Bo saw Sue"],
            ".",
        );
    }

    #[test]
    fn a_pronoun_that_is_not_there() {
        let fields = fields(&[("sentence", Value::from("itself")), ("pronoun", Value::from("it"))]);
        let message = doc_to_target(row(&fields)).unwrap_err().to_string();
        assert!(message.contains("pronoun") && message.contains("a word of the sentence"), "{message}");
    }
}

//! Filters that do the same to every text, without arguments.

use super::{Filter, FilterKind, Texts};
use crate::python::strip;
use crate::row::Row;
use std::sync::Arc;

/// A filter from a function of one text.
#[derive(Debug)]
pub(super) struct Each(pub fn(&str) -> String);

impl Filter for Each {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        texts.try_map(|text| Ok((self.0)(&text)))
    }
}

/// `lowercase`: Python's `str.lower`.
pub(super) static LOWERCASE: FilterKind =
    FilterKind { name: "lowercase", arguments: &[], read: |_| Ok(Arc::new(Each(str::to_lowercase))) };

/// `uppercase`: Python's `str.upper`.
pub(super) static UPPERCASE: FilterKind =
    FilterKind { name: "uppercase", arguments: &[], read: |_| Ok(Arc::new(Each(str::to_uppercase))) };

/// `remove_whitespace`: at both ends only.
pub(super) static REMOVE_WHITESPACE: FilterKind = FilterKind {
    name: "remove_whitespace",
    arguments: &[],
    read: |_| Ok(Arc::new(Each(|text| strip(text).to_owned()))),
};

#[cfg(test)]
mod tests {
    use crate::filters::testing::check;

    #[test]
    fn cases_and_spaces() {
        check("function: lowercase", "ÀΣ ΌΣΟΣ İ", "àς όσος i\u{307}");
        check("function: uppercase", "straße ŉ", "STRASSE ʼN");
        check("function: remove_whitespace", "\u{1c}\u{3000} a b\u{a0}\n", "a b");
    }
}

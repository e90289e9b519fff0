//! Filters that choose among the samples of a document.

use super::{Filter, FilterKind, Texts};
use crate::config::missing;
use crate::row::Row;
use std::sync::Arc;

/// `take_first`: the first sample.
pub(super) static TAKE_FIRST: FilterKind =
    FilterKind { name: "take_first", arguments: &[], read: |_| Ok(Arc::new(TakeFirst)) };

#[derive(Debug)]
pub(super) struct TakeFirst;

impl Filter for TakeFirst {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        let first = texts.into_items().into_iter().next();
        first.map(Texts::One).ok_or_else(|| "nothing is left to take the first of".to_owned())
    }
}

/// `take_first_k`: the first `k` samples.
pub(super) static TAKE_FIRST_K: FilterKind = FilterKind {
    name: "take_first_k",
    arguments: &["k"],
    read: |node| {
        let k = node.get("k").ok_or_else(|| missing(node, "k", "take_first_k takes so many samples"))?;
        match k.count("k")? {
            0 => Err(k.wrong("k", "1 or more")),
            k => Ok(Arc::new(TakeFirstK(k))),
        }
    },
};

#[derive(Debug)]
struct TakeFirstK(usize);

impl Filter for TakeFirstK {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        let (mut texts, k) = (texts.into_items(), self.0);
        if texts.len() < k {
            let verb = if texts.len() == 1 { "is" } else { "are" };
            return Err(format!("it takes the first {k} samples, and there {verb} {}; raise `repeats`", texts.len()));
        }
        texts.truncate(k);
        Ok(Texts::Many(texts))
    }
}

/// `majority_vote`: the most frequent text, of equally frequent ones the first.
pub(super) static MAJORITY_VOTE: FilterKind =
    FilterKind { name: "majority_vote", arguments: &[], read: |_| Ok(Arc::new(MajorityVote)) };

#[derive(Debug)]
struct MajorityVote;

impl Filter for MajorityVote {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        let texts = texts.into_items();
        let votes = |text: &String| texts.iter().filter(|other| *other == text).count();
        // max_by_key takes the last of equal ones.
        let winner = texts.iter().rev().max_by_key(|text| votes(text)).cloned();
        winner.map(|text| Texts::Many(vec![text])).ok_or_else(|| "nothing is left to vote on".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filters::testing::apply;

    fn check(yaml: &str, samples: &[&str], want: Texts) {
        assert_eq!(apply(yaml, samples), Ok(want), "{yaml}");
    }

    fn many(texts: &[&str]) -> Texts {
        Texts::Many(texts.iter().map(|&text| text.to_owned()).collect())
    }

    #[test]
    fn choices() {
        check("function: take_first", &["b", "a"], Texts::One("b".to_owned()));
        check("{function: take_first_k, k: 2}", &["c", "b", "a"], many(&["c", "b"]));
        check("function: majority_vote", &["c", "b", "a", "b", "a"], many(&["b"]));
        check("function: majority_vote", &["c", "b"], many(&["c"]));
    }

    #[test]
    fn arguments() {
        let error = |yaml: &str| apply(yaml, &["a"]).unwrap_err();
        assert_eq!(error("function: take_first_k"), "t.yaml:1: `k` is missing (take_first_k takes so many samples)");
        assert_eq!(
            error("{function: take_first_k, k: two}"),
            "t.yaml:1: `k` must be a whole number, but is the string \"two\""
        );
        assert_eq!(error("{function: take_first_k, k: 0}"), "t.yaml:1: `k` must be 1 or more, but is the integer 0");
    }
}

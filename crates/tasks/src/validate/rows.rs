//! What a task's rows are like: how many, how long, which answers.

use crate::task::Loaded;
use std::collections::{BTreeMap, BTreeSet};
use yardstick_core::Target;

/// What whoever runs a task should know about its rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowReport {
    /// Documents that were read and rendered.
    pub docs: u64,
    /// Documents of the split.
    pub available: u64,
    /// Requests of all documents.
    pub requests: u64,
    /// Choices of a document; `None` without choices.
    pub choices: Option<Spread>,
    /// How often each choice is right, by its index.
    pub labels: BTreeMap<usize, u64>,
    /// Characters before what is scored or written.
    pub context_chars: Spread,
    /// Characters that are scored.
    pub scored_chars: Spread,
    /// Documents whose requests are those of an earlier one.
    pub duplicates: u64,
    /// What the task's rows and keys are warned about.
    pub warnings: Vec<String>,
}

/// The least, the middle and the most of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// The least.
    pub least: usize,
    /// The median; of two in the middle the larger.
    pub median: usize,
    /// The most.
    pub most: usize,
}

impl Spread {
    fn of(mut numbers: Vec<usize>) -> Option<Self> {
        numbers.sort_unstable();
        let (least, most) = (*numbers.first()?, *numbers.last()?);
        Some(Self { least, median: numbers[numbers.len() / 2], most })
    }
}

impl RowReport {
    /// The report on a task's documents.
    pub(super) fn of(loaded: &Loaded) -> Self {
        let instances = &loaded.instances;
        let requests = || instances.iter().flat_map(|instance| &instance.requests);
        let chars = |text: &str| text.chars().count();
        let choices = instances.iter().map(|instance| instance.choices.len()).filter(|&count| count > 0);
        let mut labels = BTreeMap::new();
        for instance in instances {
            for label in right(&instance.target) {
                *labels.entry(label).or_default() += 1;
            }
        }
        let prompts: BTreeSet<&str> = instances.iter().map(|instance| instance.prompt_hash.as_str()).collect();
        Self {
            docs: instances.len() as u64,
            available: loaded.card.n_available,
            requests: requests().count() as u64,
            choices: Spread::of(choices.collect()),
            labels,
            context_chars: Spread::of(requests().map(|r| chars(r.context())).collect()).unwrap_or_default(),
            scored_chars: Spread::of(requests().map(|r| chars(r.scored_text())).collect()).unwrap_or_default(),
            duplicates: (instances.len() - prompts.len()) as u64,
            warnings: loaded.warnings.clone(),
        }
    }
}

fn right(target: &Target) -> Vec<usize> {
    match target {
        Target::Choice(label) => vec![*label],
        Target::Choices(labels) => labels.clone(),
        Target::Text(_) | Target::Texts(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads() {
        assert_eq!(Spread::of(vec![]), None);
        assert_eq!(Spread::of(vec![3, 1, 2, 9]), Some(Spread { least: 1, median: 3, most: 9 }));
    }
}

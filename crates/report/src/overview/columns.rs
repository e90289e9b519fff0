//! Which models of several runs are the same, and what their columns are called.

use crate::identity::parts;
use std::collections::BTreeMap;
use yardstick_core::{ModelCard, RunRecord};

/// A model with its heading.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelColumn {
    /// The model's name; where different models share it, followed by what tells them apart.
    pub label: String,
    /// What is known about it.
    pub card: ModelCard,
    /// The context length asked for, when shortened.
    pub context: Option<usize>,
}

/// Characters of a checksum in a label, if that is enough to tell models apart.
const HASH_DIGITS: usize = 6;
/// Characters of a whole one.
const CHECKSUM: usize = 64;

impl ModelColumn {
    fn new(card: &ModelCard, context: Option<usize>) -> Self {
        Self { label: card.name.clone(), card: card.clone(), context }
    }

    /// What decides about a model's numbers, with a word for each.
    fn identity(&self) -> Vec<(&'static str, String)> {
        let card = &self.card;
        let context = self.context.map_or(card.n_ctx, |n| n.min(card.n_ctx));
        let parts = parts(card).into_iter().map(|part| (part.label, part.value.to_owned()));
        let rest =
            [("context", context.to_string()), ("full context", card.n_ctx.to_string()), ("type", card.dtype.clone())];
        parts.chain(rest).collect()
    }
}

/// Finds or makes the columns of a record's models. Returns each name's column, and what a reader must know: the same
/// model under another name than its column's.
///
/// Models of one record never share a column, even if they are copies: each was asked for by its name.
pub(super) fn columns_of<'a>(
    columns: &mut Vec<ModelColumn>,
    record: &'a RunRecord,
) -> (BTreeMap<&'a str, usize>, Vec<String>) {
    let (mut found, mut notes) = (BTreeMap::new(), Vec::new());
    let wanted = |card: &ModelCard| ModelColumn::new(card, record.spec.context);
    // Namesakes first, so that they stay together where copies have other names.
    for card in &record.models {
        let model = wanted(card);
        let same = |c: &ModelColumn| c.card.name == card.name && c.identity() == model.identity();
        if let Some(at) = columns.iter().position(same) {
            found.insert(card.name.as_str(), at);
        }
    }
    for card in &record.models {
        if found.contains_key(card.name.as_str()) {
            continue;
        }
        let model = wanted(card);
        let is_taken = |at: usize| found.values().any(|&taken| taken == at);
        let copy = (0..columns.len()).find(|&at| !is_taken(at) && columns[at].identity() == model.identity());
        let at = copy.unwrap_or(columns.len());
        match columns.get(at) {
            Some(column) => {
                notes.push(format!("{} has the checksums of {} and shares its column", card.name, column.card.name));
            }
            None => columns.push(model),
        }
        found.insert(card.name.as_str(), at);
    }
    (found, notes)
}

/// Gives different models of the same name different labels: `gpt2-micro (weights 82dd2e, context 128)`.
pub(super) fn tell_apart(columns: &mut [ModelColumn]) {
    for at in 0..columns.len() {
        let namesakes: Vec<_> =
            columns.iter().filter(|c| c.card.name == columns[at].card.name).map(ModelColumn::identity).collect();
        let own = columns[at].identity();
        let differs = |part: &usize| namesakes.iter().any(|other| other[*part].1 != own[*part].1);
        let parts: Vec<String> = (0..own.len())
            .filter(differs)
            .map(|part| short(&own[part], namesakes.iter().map(|n| &*n[part].1)))
            .collect();
        if !parts.is_empty() {
            columns[at].label = format!("{} ({})", columns[at].card.name, parts.join(", "));
        }
    }
}

/// A part of an identity: of a checksum few characters, but as many as tell it from `others`.
fn short<'a>((word, value): &(&str, String), others: impl Iterator<Item = &'a str>) -> String {
    if value.len() < CHECKSUM {
        return format!("{word} {value}");
    }
    let common = |other: &str| value.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let needed = others.filter(|other| *other != value).map(|other| common(other) + 1).max().unwrap_or(0);
    let digits: String = value.chars().take(needed.max(HASH_DIGITS)).collect();
    format!("{word} {digits}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    type Change = fn(&mut RunRecord);

    /// Labels of the columns of a run and of the same run with `changes`.
    fn labels(changes: &[Change]) -> (Vec<String>, Vec<String>) {
        let (mut columns, mut notes) = (Vec::new(), Vec::new());
        let unchanged: Change = |_| {};
        for change in [unchanged].iter().chain(changes) {
            let mut record = testing::one_by_one("piqa");
            change(&mut record);
            notes.extend(columns_of(&mut columns, &record).1);
        }
        tell_apart(&mut columns);
        (columns.into_iter().map(|c| c.label).collect(), notes)
    }

    fn check(changes: &[Change], wanted: &[&str]) {
        assert_eq!(labels(changes).0, wanted);
    }

    #[test]
    fn the_same_model_from_another_place() {
        check(&[|r| r.models[0].source = "/elsewhere/gpt2-micro".into()], &["gpt2-micro"]);
        check(&[|r| r.spec.context = Some(256)], &["gpt2-micro"]);
    }

    #[test]
    fn what_differs_is_in_the_label() {
        check(
            &[|r| r.models[0].weights_sha256 = "ff".repeat(32)],
            &["gpt2-micro (weights 82dd2e)", "gpt2-micro (weights ffffff)"],
        );
        check(
            &[|r| r.models[0].config_sha256 = "ff".repeat(32)],
            &["gpt2-micro (config b79606)", "gpt2-micro (config ffffff)"],
        );
        check(&[|r| r.spec.context = Some(64)], &["gpt2-micro (context 256)", "gpt2-micro (context 64)"]);
        check(&[|r| r.models[0].dtype = "f32".into()], &["gpt2-micro (type f16)", "gpt2-micro (type f32)"]);
        check(&[|r| r.models[0].storage = "int8".into()], &["gpt2-micro (held as f32)", "gpt2-micro (held as int8)"]);
        check(
            &[|r| r.models[0].device = "cuda".into()],
            &["gpt2-micro (computed on cpu)", "gpt2-micro (computed on cuda)"],
        );
        check(
            &[|r| r.models[0].scoring = yardstick_core::Scoring::PllOriginal],
            &["gpt2-micro (scored by causal)", "gpt2-micro (scored by pll-original)"],
        );
    }

    #[test]
    fn labels_are_distinct_with_any_number_of_namesakes() {
        let changes: [Change; 4] = [
            |r| r.models[0].weights_sha256 = "ff".repeat(32),
            |r| r.models[0].weights_sha256 = format!("{}00", "ff".repeat(31)),
            |r| r.models[0].tokenizer_sha256 = "ee".repeat(32),
            |r| (r.models[0].n_ctx, r.spec.context) = (512, Some(256)),
        ];
        let (mut labels, _) = labels(&changes);
        assert_eq!(labels.len(), 5);
        labels.sort();
        labels.dedup();
        assert_eq!(labels.len(), 5, "{labels:?}");
    }

    #[test]
    fn copies_share_a_column_over_runs_but_not_in_one() {
        let (found, notes) = labels(&[|r| r.models[0].name = "copy".into()]);
        assert_eq!(found, ["gpt2-micro"]);
        assert_eq!(notes, ["copy has the checksums of gpt2-micro and shares its column"]);
        // The copy stands first, and yet the namesakes meet.
        let (found, notes) = labels(&[|r| {
            let mut copy = r.models[0].clone();
            copy.name = "copy".into();
            r.models.insert(0, copy);
        }]);
        assert_eq!((found, notes), (vec!["gpt2-micro".to_owned(), "copy".to_owned()], Vec::new()));
    }
}

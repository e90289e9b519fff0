//! What a reader of the numbers must know of a task file and its rows: words that are no columns, cells without a value.

use super::build::Prompt;
use crate::config::{FieldKind, TaskConfig};
use crate::error::nearest;
use std::collections::{BTreeMap, BTreeSet};
use yardstick_core::{Doc, Request, Value};

/// Columns named in a warning before the rest is left out.
const NAMED: usize = 8;

/// A bare word that is no column is literal text in this schema, and hardly ever meant so.
pub(super) fn words(config: &TaskConfig, columns: &BTreeSet<&str>) -> Vec<String> {
    let fields = [&config.doc_to_text, &config.doc_to_target].into_iter().chain(&config.doc_to_choice);
    fields
        .filter_map(|field| {
            let FieldKind::Text(text) = &field.kind else { return None };
            let is_column = columns.contains(text.as_str());
            let is_meant = is_column || !is_like_a_name(text) || is_choice(config, text);
            let (id, place, key) = (&config.id, &field.place, field.key);
            let hint = || match nearest(text, columns.iter().copied()) {
                Some(column) => format!("did you mean `{column}`?"),
                None => format!("the columns are {}", list(columns)),
            };
            (!is_meant).then(|| format!("{id}: `{key}: {text}` ({place}) is no column and is used as text; {}", hint()))
        })
        .collect()
}

fn list(columns: &BTreeSet<&str>) -> String {
    let named: Vec<&str> = columns.iter().copied().take(NAMED).collect();
    format!("{}{}", named.join(", "), if columns.len() > NAMED { ", …" } else { "" })
}

/// Templates and sentences are meant as they are, and so are texts as short as the answers A or no.
fn is_like_a_name(text: &str) -> bool {
    const SHORTEST: usize = 3;
    let is_word = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    is_word && text.chars().count() >= SHORTEST
}

/// Whether the file itself has the text among its choices, so that it is a right answer.
fn is_choice(config: &TaskConfig, text: &str) -> bool {
    let Some(FieldKind::Constant(Value::List(choices))) = config.doc_to_choice.as_ref().map(|field| &field.kind) else {
        return false;
    };
    choices.iter().any(|choice| choice.as_str() == Some(text))
}

/// A cell without a value is printed as `None`, as in lm-eval, which is hardly ever meant either.
pub(super) fn nulls<'a>(prompt: &Prompt, docs: impl Iterator<Item = (&'a Doc, &'a [Request])>) -> Vec<String> {
    let fields = [Some(&prompt.text), Some(&prompt.target), prompt.choice.as_ref()];
    let columns: BTreeSet<&str> = fields.into_iter().flatten().flat_map(super::field::Compiled::columns).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_docs = 0;
    for (doc, requests) in docs {
        n_docs += 1;
        let empty: Vec<&str> =
            columns.iter().copied().filter(|column| matches!(doc.fields.get(column), Some(Value::Null))).collect();
        let says_none =
            |request: &Request| request.context().contains("None") || request.scored_text().contains("None");
        if !empty.is_empty() && requests.iter().any(says_none) {
            for column in empty {
                *counts.entry(column).or_default() += 1;
            }
        }
    }
    let (id, place) = (&prompt.config.id, &prompt.config.place);
    let line = |(column, count): (&str, usize)| {
        format!("{id}: column `{column}` is null in {count} of {n_docs} documents, and prints as None ({place})")
    };
    counts.into_iter().map(line).collect()
}

//! `ReCoRD`: each entity of a news text in the gap of a query.

use super::{Columns, Hook, HookKind, Module, Scores, squad};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use std::collections::BTreeSet;
use yardstick_core::{Score, Value};

pub(super) static MODULE: Module = Module {
    name: "record.util",
    sources: &["274e6430411e2d0376ec516ac191a44b81ecacf89151ba4df5f4107e894e2dfc"],
    hooks: &[
        Hook { name: "record.util.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "record.util.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "record.util.doc_to_text", kind: HookKind::Value(doc_to_text) },
        Hook { name: "record.util.process_docs", kind: HookKind::Row(process_docs) },
        Hook {
            name: "record.util.process_results",
            kind: HookKind::Results { metrics: &["f1", "em"], function: process_results },
        },
    ],
};

/// `entities` and `answers` without repetitions, in alphabetical order.
fn process_docs(row: Row) -> Result<Columns, TaskError> {
    let ordered = |column| {
        let texts: BTreeSet<_> = row.strs(column)?.into_iter().collect();
        Ok(Value::List(texts.into_iter().map(Value::from).collect()))
    };
    Ok(vec![("entities", ordered("entities")?), ("answers", ordered("answers")?)])
}

/// The passage, with its highlights as a list.
fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    let mut parts = strip(row.str("passage")?).split("\n@highlight\n");
    let text = format!("{}\n\n", parts.next().unwrap_or_default());
    Ok(Value::Str(parts.fold(text, |text, highlight| text + "  - " + highlight + ".\n")))
}

/// The first right entity in the query's gap.
fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    let answers = row.strs("answers")?;
    let first = answers.first().ok_or_else(|| row.bad("answers", "at least one answer", &Value::List(Vec::new())))?;
    Ok(filled(row.str("query")?, first))
}

/// Each entity in the query's gap.
fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    let query = row.str("query")?;
    Ok(Value::List(row.strs("entities")?.into_iter().map(|entity| filled(query, entity)).collect()))
}

fn filled(query: &str, entity: &str) -> Value {
    Value::Str(format!("  - {query}").replace("@placeholder", entity))
}

/// The likeliest entity against the right ones.
fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let (entities, golds) = (row.strs("entities")?, row.strs("answers")?);
    let prediction = answers.likeliest().and_then(|index| entities.get(index));
    let prediction = prediction.ok_or_else(|| row.bad("entities", "an entity for each choice", &Value::Null))?;
    let best =
        |score: fn(&str, &str) -> f64| Score::Value(squad::best(golds.iter().copied(), |gold| score(gold, prediction)));
    Ok(vec![("f1", best(squad::f1)), ("em", best(squad::exact))])
}

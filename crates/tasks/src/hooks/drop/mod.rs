//! DROP: numbers, dates or spans as answers, compared as bags of words.
//!
//! Source: Dua et al. (2019), "DROP: A Reading Comprehension Benchmark Requiring Discrete Reasoning Over Paragraphs", section 5.

mod align;
mod normal;

use super::{Columns, Hook, HookKind, Module, Scores};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::prompt::python;
use crate::python::strip;
use crate::row::Row;
use normal::{is_number, normalized};
use std::collections::BTreeSet;
use yardstick_core::{Map, Score, Value};

pub(super) static MODULE: Module = Module {
    name: "drop.utils",
    sources: &["a5782ee7d2e537968a5b83976195ae2b9b6e2a565a0bfb5c24d221b4d61a04f5"],
    hooks: &[
        Hook { name: "drop.utils.process_docs", kind: HookKind::Row(process_docs) },
        Hook {
            name: "drop.utils.process_results",
            kind: HookKind::Results { metrics: &["em", "f1"], function: process_results },
        },
    ],
};

type Bag = BTreeSet<String>;

/// Adds `id`, and `answers`: the different answers of the dataset and its validators, each a list of texts.
fn process_docs(row: Row) -> Result<Columns, TaskError> {
    let mut answers = vec![answer(row.inner("answer")?)?];
    let validated = row.inner("validated_answers")?;
    for index in 0..validated.list("number")?.len() {
        let next = validated_answer(validated, index)?;
        if !answers.contains(&next) {
            answers.push(next);
        }
    }
    Ok(vec![("id", row.cell("query_id")?.clone()), ("answers", Value::List(answers))])
}

/// One answer out of lists of their parts.
fn validated_answer(validated: Row, index: usize) -> Result<Value, TaskError> {
    let part = |column: &str| {
        let parts = validated.list(column)?;
        let part = parts.get(index).ok_or_else(|| validated.bad(column, "as long as `number`", &Value::Null))?;
        Ok::<_, TaskError>((column.to_owned(), part.clone()))
    };
    let fields = ["number", "date", "spans"].into_iter().map(part).collect::<Result<Map, _>>()?;
    answer(Row { fields: &fields, ..validated })
}

/// A number if there is one, else the spans, else the date.
fn answer(row: Row) -> Result<Value, TaskError> {
    let number = row.cell("number")?;
    if *number != Value::from("") {
        return Ok(Value::List(vec![Value::Str(python::text(number))]));
    }
    let spans = row.list("spans")?;
    if !spans.is_empty() {
        return Ok(Value::List(spans.to_vec()));
    }
    let date = row.inner("date")?;
    let date = [date.str("day")?, date.str("month")?, date.str("year")?].join(" ");
    Ok(Value::List(vec![Value::from(strip(&date))]))
}

/// The best of exact match and F1 over the answers that are not blank.
fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let (mut em, mut f1) = (0.0_f64, 0.0_f64);
    for gold in row.list("answers")? {
        let texts: Option<Vec<_>> = gold.as_list().and_then(|texts| texts.iter().map(Value::as_str).collect());
        let texts = texts.filter(|texts| !texts.is_empty());
        let texts = texts.ok_or_else(|| row.bad("answers", "lists of texts", gold))?;
        if !strip(texts[0]).is_empty() {
            let (exact, overlap) = scores(answers.texts, &texts);
            (em, f1) = (em.max(exact), f1.max(overlap));
        }
    }
    Ok(vec![("em", Score::Value(em)), ("f1", Score::Value(f1))])
}

/// Exact match and F1 of a predicted and a right answer, each a list of texts.
fn scores(predicted: &[String], gold: &[&str]) -> (f64, f64) {
    let predicted: Vec<String> = predicted.iter().map(|text| normalized(text)).collect();
    let gold: Vec<String> = gold.iter().map(|text| normalized(text)).collect();
    let is_same = gold.len() == predicted.len() && set(&gold) == set(&predicted);
    let (gold, predicted): (Vec<Bag>, Vec<Bag>) = (bags(&gold), bags(&predicted));
    let overlap = |gold: &Bag, predicted: &Bag| if numbers_match(gold, predicted) { f1(gold, predicted) } else { 0.0 };
    let matrix: Vec<Vec<f64>> =
        gold.iter().map(|gold| predicted.iter().map(|predicted| overlap(gold, predicted)).collect()).collect();
    let sum: f64 = align::best(&matrix).into_iter().map(|(gold, predicted)| matrix[gold][predicted]).sum();
    let mean = sum / gold.len().max(predicted.len()) as f64;
    (f64::from(is_same), (mean * 100.0).round_ties_even() / 100.0)
}

fn set(texts: &[String]) -> BTreeSet<&String> {
    texts.iter().collect()
}

fn bags(texts: &[String]) -> Vec<Bag> {
    texts.iter().map(|text| crate::python::split(text).map(str::to_owned).collect()).collect()
}

/// Whether a number of the right answer is in the predicted one, if it has any.
fn numbers_match(gold: &Bag, predicted: &Bag) -> bool {
    let mut numbers = gold.iter().filter(|word| is_number(word)).peekable();
    numbers.peek().is_none() || numbers.any(|number| predicted.contains(number))
}

fn f1(gold: &Bag, predicted: &Bag) -> f64 {
    let common = gold.intersection(predicted).count() as f64;
    let share = |bag: &Bag| if bag.is_empty() { 1.0 } else { common / bag.len() as f64 };
    let (precision, recall) = (share(predicted), share(gold));
    if precision == 0.0 && recall == 0.0 { 0.0 } else { 2.0 * precision * recall / (precision + recall) }
}

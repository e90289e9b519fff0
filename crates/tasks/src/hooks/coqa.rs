//! `CoQA`: a story, a conversation about it, and its last question.
//!
//! Source: Reddy et al. (2019), "`CoQA`: A Conversational Question Answering Challenge", section 6.1: a human answer is
//! left out in turn, so that models and people are compared with as many answers.

use super::{Hook, HookKind, Module, Scores, squad};
use crate::answers::Answers;
use crate::error::TaskError;
use crate::python::strip;
use crate::row::Row;
use yardstick_core::{Score, Value};

pub(super) static MODULE: Module = Module {
    name: "coqa.utils",
    sources: &["62ac82e8027162d134709355a00526ff5497deb5987beebb18b439b320e860ca"],
    hooks: &[
        Hook { name: "coqa.utils.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "coqa.utils.doc_to_text", kind: HookKind::Value(doc_to_text) },
        Hook {
            name: "coqa.utils.process_results",
            kind: HookKind::Results { metrics: &["em", "f1"], function: process_results },
        },
    ],
};

fn questions(row: Row<'_>) -> Result<Vec<&str>, TaskError> {
    row.inner("questions")?.strs("input_text")
}

fn answers(row: Row<'_>) -> Result<Vec<&str>, TaskError> {
    row.inner("answers")?.strs("input_text")
}

/// The story, the questions with their answers, and the last question without.
fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    let (questions, answers) = (questions(row)?, answers(row)?);
    let known = &answers[..answers.len().saturating_sub(1)];
    let turn = |turn| {
        // As lm-eval writes it, should there be more answers than questions.
        let question = questions.get(turn).unwrap_or(&"None");
        let answer = known.get(turn).map_or_else(String::new, |answer| format!(" {answer}\n\n"));
        format!("Q: {question}\n\nA:{answer}")
    };
    let turns: Vec<_> = (0..questions.len().max(known.len())).map(turn).collect();
    Ok(Value::Str(format!("{}\n\n{}", row.str("story")?, turns.concat())))
}

fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    Ok(Value::List(golds(row)?.into_iter().map(Value::from).collect()))
}

/// The answers to the last question, without those that differ in case alone.
fn golds(row: Row<'_>) -> Result<Vec<&str>, TaskError> {
    let n_questions = questions(row)?.len();
    let mut golds = vec![last(row.inner("answers")?, n_questions)?];
    if let Some(Value::Map(more)) = row.fields.get("additional_answers") {
        for (key, answers) in more.iter() {
            let gold = last(row.fields_of(key, answers)?, n_questions)?;
            if golds.iter().all(|known| known.to_lowercase() != gold.to_lowercase()) {
                golds.push(gold);
            }
        }
    }
    Ok(golds)
}

/// The answer to the last of so many questions.
fn last(answers: Row<'_>, n_questions: usize) -> Result<&str, TaskError> {
    let texts = answers.strs("input_text")?;
    let answer = n_questions.checked_sub(1).and_then(|last| texts.get(last));
    answer.copied().ok_or_else(|| answers.bad("input_text", "an answer to each question", &Value::List(Vec::new())))
}

fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let golds = golds(row)?;
    let prediction = strip(answers.text()).split('\n').next().unwrap_or_default();
    let score = |score: fn(&str, &str) -> f64| Score::Value(leave_one_out(&golds, |gold| score(gold, prediction)));
    Ok(vec![("em", score(squad::exact)), ("f1", score(squad::f1))])
}

/// The mean, over the answers, of the best score with the other ones; with the answer itself where it is the only one.
pub(super) fn leave_one_out(golds: &[&str], score: impl Fn(&str) -> f64) -> f64 {
    if golds.len() < 2 {
        return squad::best(golds.iter().copied(), score);
    }
    let without = |left_out: usize| golds.iter().enumerate().filter(move |(index, _)| *index != left_out);
    let best = |left_out| squad::best(without(left_out).map(|(_, gold)| *gold), &score);
    (0..golds.len()).map(best).sum::<f64>() / golds.len() as f64
}

//! How GPT-3 scores answers of `SQuAD` 2.0 and of `SuperGLUE`'s WSC, `MultiRC` and `ReCoRD`.
//!
//! Source: Brown et al. (2020), section 2.4, figures G.6, G.15, G.28 and G.33.

use crate::answers::Answers;
use crate::error::TaskError;
use crate::hooks::rows::keep;
use crate::hooks::{Derived, Hook, HookKind, Module, Scores, squad};
use crate::python::{split, strip};
use crate::row::Row;
use std::collections::BTreeMap;
use yardstick_core::{Response, Score, Value};

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.answers",
    sources: &[],
    hooks: &[
        Hook { name: "paper.answers.multirc_acc", kind: HookKind::Aggregation(multirc_acc) },
        Hook { name: "paper.answers.multirc_f1a", kind: HookKind::Aggregation(multirc_f1a) },
        Hook {
            name: "paper.answers.multirc_results",
            kind: HookKind::Results { metrics: &["acc", "f1a"], function: multirc_results },
        },
        Hook { name: "paper.answers.record_choices", kind: HookKind::Value(record_choices) },
        Hook {
            name: "paper.answers.record_results",
            kind: HookKind::Results { metrics: &["em", "f1"], function: record_results },
        },
        Hook {
            name: "paper.answers.squad2_results",
            kind: HookKind::Results { metrics: &["em", "f1"], function: squad2_results },
        },
        Hook { name: "paper.answers.wsc_positive", kind: HookKind::Rows(wsc_positive) },
        Hook {
            name: "paper.answers.wsc_results",
            kind: HookKind::Results { metrics: &["acc"], function: wsc_results },
        },
    ],
};

/// What is written where the paragraph has no answer.
const NO_ANSWER: &str = "N/A";

/// Exact match and F1 with the best of the answers; a question without one is answered by nothing or N/A.
fn squad2_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let golds = row.inner("answers")?.strs("text")?;
    let written = strip(answers.text());
    let prediction = if written.eq_ignore_ascii_case(NO_ANSWER) { "" } else { written };
    let golds = if golds.is_empty() { vec![""] } else { golds };
    let best = |score: fn(&str, &str) -> f64| squad::best(golds.iter().copied(), |gold| score(gold, prediction));
    Ok(vec![("em", Score::Value(best(squad::exact))), ("f1", Score::Value(best(squad::f1)))])
}

/// The passages whose noun phrase is meant: only they show an answer.
fn wsc_positive(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    keep(rows, |row| Ok(row.int("label")? == 1))
}

/// Whether the answer says what the label says: that the noun phrase is meant, where one has the other's words in it.
fn wsc_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let is_meant = row.int("label")? == 1;
    let (phrase, written) = (squad::normalized(row.str("span1_text")?), squad::normalized(answers.text()));
    let is_said = contains(&phrase, &written) || contains(&written, &phrase);
    Ok(vec![("acc", Score::Value(f64::from(u8::from(is_said == is_meant))))])
}

/// Whether the words of `part`, of which there are some, follow one another in `whole`.
fn contains(whole: &str, part: &str) -> bool {
    let (whole, part): (Vec<_>, Vec<_>) = (split(whole).collect(), split(part).collect());
    !part.is_empty() && whole.windows(part.len()).any(|words| words == part)
}

/// Index of the response with the highest mean token log-probability, the first of equals.
fn likeliest_by_token(responses: &[Response]) -> Option<usize> {
    let mean = |response: &Response| response.log_likelihood / f64::from(response.n_tokens.max(1));
    let means = responses.iter().map(mean).enumerate();
    means.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(index, _)| index)
}

/// Paragraph and question of an answer, whether it is right and whether it is taken for right.
fn multirc_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let place = row.inner("idx")?;
    let label = row.int("label")?;
    let prediction = i64::from(likeliest_by_token(answers.responses) == Some(1));
    let counts = [place.int("paragraph")?, place.int("question")?, label, prediction];
    let counts = Score::Counts(counts.map(|count| count as f64).to_vec());
    Ok(vec![("acc", counts.clone()), ("f1a", counts)])
}

/// (paragraph, question), label and prediction, each as bits or numbers of [`multirc_results`].
fn judgements(scores: &[Score]) -> impl Iterator<Item = ((u64, u64), bool, bool)> {
    scores.iter().filter_map(|score| match score {
        Score::Counts(counts) => {
            let [paragraph, question, label, prediction] = counts[..] else { return None };
            Some(((paragraph.to_bits(), question.to_bits()), label > 0.5, prediction > 0.5))
        }
        Score::Value(_) | Score::Ratio(..) => None,
    })
}

/// The share of questions all of whose answers are judged rightly.
fn multirc_acc(scores: &[Score]) -> f64 {
    let mut questions: BTreeMap<(u64, u64), bool> = BTreeMap::new();
    for (question, label, prediction) in judgements(scores) {
        *questions.entry(question).or_insert(true) &= label == prediction;
    }
    questions.values().filter(|is_right| **is_right).count() as f64 / questions.len() as f64
}

/// F1 of the right answers over all answers; 0 where none is right or taken for right.
fn multirc_f1a(scores: &[Score]) -> f64 {
    let (mut both, mut sum) = (0.0, 0.0);
    for (_, label, prediction) in judgements(scores) {
        both += f64::from(u8::from(label && prediction));
        sum += f64::from(u8::from(label)) + f64::from(u8::from(prediction));
    }
    if sum > 0.0 { 2.0 * both / sum } else { 0.0 }
}

/// The query with each entity in its gap, as another of the passage's highlights.
fn record_choices(row: Row) -> Result<Value, TaskError> {
    let query = row.str("query")?;
    let choice = |entity: &str| Value::Str(format!(" - {}", query.replace("@placeholder", entity)));
    Ok(Value::List(row.strs("entities")?.into_iter().map(choice).collect()))
}

/// Exact match and F1 of the likeliest entity by token with the best of the right ones.
fn record_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let (entities, golds) = (row.strs("entities")?, row.strs("answers")?);
    let entity = likeliest_by_token(answers.responses).and_then(|index| entities.get(index));
    let entity = entity.ok_or_else(|| row.bad("entities", "an entity for each choice", &Value::Null))?;
    let best = |score: fn(&str, &str) -> f64| squad::best(golds.iter().copied(), |gold| score(gold, entity));
    Ok(vec![("em", Score::Value(best(squad::exact))), ("f1", Score::Value(best(squad::f1)))])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row, texts};
    use super::*;

    fn response(log_likelihood: f64, n_tokens: u32) -> Response {
        Response { log_likelihood, n_tokens, ..Response::default() }
    }

    fn written(text: &str) -> [String; 1] {
        [text.to_owned()]
    }

    fn value(scores: &Scores, name: &str) -> f64 {
        match scores.iter().find(|(own, _)| *own == name) {
            Some((_, Score::Value(value))) => *value,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn squad2() {
        let check = |golds: &[&str], text: &str, em: f64, f1: f64| {
            let fields = fields(&[("answers", Value::Map(fields(&[("text", texts(golds))])))]);
            let scores = squad2_results(row(&fields), &Answers { responses: &[], texts: &written(text) }).unwrap();
            assert_eq!((value(&scores, "em"), value(&scores, "f1")), (em, f1), "{golds:?} {text}");
        };
        check(&["the big cat", "cat"], " Cat. ", 1.0, 1.0);
        check(&["a big cat"], "cat", 0.0, 2.0 / 3.0);
        check(&[], " n/a", 1.0, 1.0);
        check(&[], "a cat", 0.0, 0.0);
        check(&["cat"], "N/A", 0.0, 0.0);
    }

    #[test]
    fn wsc() {
        let check = |label: i64, text: &str, want: f64| {
            let fields = fields(&[("label", Value::Int(label)), ("span1_text", Value::from("Mr. Lee"))]);
            let scores = wsc_results(row(&fields), &Answers { responses: &[], texts: &written(text) }).unwrap();
            assert_eq!(value(&scores, "acc").to_bits(), want.to_bits(), "{label} {text}");
        };
        check(1, " mr. lee", 1.0);
        check(1, "lee", 1.0);
        check(1, "the son of Mr. Lee", 1.0);
        check(1, "Leeds", 0.0);
        check(0, "Leeds", 1.0);
        check(0, "", 1.0);
        let rows = [0, 1].map(|label| fields(&[("label", Value::Int(label))]));
        let kept = wsc_positive(&rows.each_ref().map(row)).unwrap();
        assert_eq!(kept.iter().map(|doc| doc.origin).collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn multirc_counts_questions() {
        let answer = |question: i64, label: i64, responses: [Response; 2]| {
            let idx = Value::Map(fields(&[("paragraph", Value::Int(7)), ("question", Value::Int(question))]));
            let fields = fields(&[("idx", idx), ("label", Value::Int(label))]);
            multirc_results(row(&fields), &Answers { responses: &responses, texts: &[] }).unwrap().remove(0).1
        };
        // The mean decides: -3 over 3 tokens beats -2 over one.
        let (no, yes) = ([response(-1.0, 1), response(-4.0, 2)], [response(-2.0, 1), response(-3.0, 3)]);
        let scores = [answer(0, 1, yes.clone()), answer(0, 0, no.clone()), answer(1, 1, no), answer(1, 1, yes)];
        assert_eq!(scores[0], Score::Counts(vec![7.0, 0.0, 1.0, 1.0]));
        assert_eq!((multirc_acc(&scores), multirc_f1a(&scores)), (0.5, 2.0 * 2.0 / 5.0));
    }

    #[test]
    fn record() {
        let fields = fields(&[
            ("query", Value::from("@placeholder won")),
            ("entities", texts(&["Ann", "Bo Lee"])),
            ("answers", texts(&["Lee"])),
        ]);
        assert_eq!(record_choices(row(&fields)).unwrap(), texts(&[" - Ann won", " - Bo Lee won"]));
        let responses = [response(-3.0, 3), response(-3.5, 4)];
        let scores = record_results(row(&fields), &Answers { responses: &responses, texts: &[] }).unwrap();
        assert_eq!((value(&scores, "em"), value(&scores, "f1")), (0.0, 2.0 / 3.0));
    }
}

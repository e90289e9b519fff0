//! Questions about a text, one after the other: a document a question, after the human answers to those before it.
//!
//! Sources: Radford et al. (2019), section 3.5 (`CoQA`); Brown et al. (2020), section 3.6 (`CoQA`, `QuAC`).

use crate::answers::Answers;
use crate::error::TaskError;
use crate::hooks::coqa::leave_one_out;
use crate::hooks::{Derived, Hook, HookKind, Module, Scores, squad};
use crate::python::strip;
use crate::row::Row;
use yardstick_core::{Map, Score, Value};

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.conversation",
    sources: &[],
    hooks: &[
        Hook { name: "paper.conversation.coqa_turns", kind: HookKind::Rows(coqa_turns) },
        Hook {
            name: "paper.conversation.process_results",
            kind: HookKind::Results { metrics: &["em", "f1"], function: process_results },
        },
        Hook { name: "paper.conversation.quac_turns", kind: HookKind::Rows(quac_turns) },
    ],
};

/// What the section of a Wikipedia article ends with in `QuAC`, to be pointed at where it has no answer.
const NO_ANSWER: &str = "CANNOTANSWER";

/// A conversation: its questions, the answer that the questioner got to each, and all answers to each.
struct Conversation<'a> {
    title: String,
    context: &'a str,
    questions: Vec<&'a str>,
    given: Vec<&'a str>,
    answers: Vec<Vec<&'a str>>,
}

impl Conversation<'_> {
    /// A document a question: `title`, `context`, `history` (`question` and `answer` each), `question`, `answers`.
    fn turns(&self, origin: usize) -> impl Iterator<Item = Derived> {
        self.questions.iter().enumerate().map(move |(turn, question)| {
            let history = (0..turn).map(|turn| pair(self.questions[turn], self.given[turn])).collect();
            let columns = [
                ("title", Value::from(self.title.as_str())),
                ("context", Value::from(self.context)),
                ("history", Value::List(history)),
                ("question", Value::from(*question)),
                ("answers", Value::List(self.answers[turn].iter().map(|answer| Value::from(*answer)).collect())),
            ];
            Derived { origin, fields: columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect() }
        })
    }
}

/// A question with its answer, for templates.
pub(super) fn pair(question: &str, answer: &str) -> Value {
    let fields: Map = [("question", question), ("answer", answer)]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), Value::from(text)))
        .collect();
    Value::Map(fields)
}

fn turns(
    rows: &[Row],
    read: impl for<'a> Fn(Row<'a>) -> Result<Conversation<'a>, TaskError>,
) -> Result<Vec<Derived>, TaskError> {
    let mut docs = Vec::new();
    for (origin, row) in rows.iter().enumerate() {
        docs.extend(read(*row)?.turns(origin));
    }
    Ok(docs)
}

fn coqa_turns(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    turns(rows, coqa)
}

fn coqa(row: Row) -> Result<Conversation, TaskError> {
    let questions = row.inner("questions")?.strs("input_text")?;
    let given = same_length(row, "answers", row.inner("answers")?.strs("input_text")?, questions.len())?;
    let mut answers: Vec<_> = given.iter().map(|answer| vec![*answer]).collect();
    if let Some(Value::Map(more)) = row.fields.get("additional_answers") {
        for (key, value) in more.iter() {
            let others = row.fields_of(key, value)?.strs("input_text")?;
            let others = same_length(row, "additional_answers", others, questions.len())?;
            answers.iter_mut().zip(others).for_each(|(answers, other)| answers.push(other));
        }
    }
    Ok(Conversation { title: String::new(), context: strip(row.str("story")?), questions, given, answers })
}

/// The texts of a list; `None` where it has something else, or nothing.
fn all_texts(value: &Value) -> Option<Vec<&str>> {
    let texts: Option<Vec<_>> = value.as_list()?.iter().map(Value::as_str).collect();
    texts.filter(|texts| !texts.is_empty())
}

fn quac_turns(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    turns(rows, quac)
}

fn quac(row: Row) -> Result<Conversation, TaskError> {
    let questions = row.strs("questions")?;
    let given = same_length(row, "orig_answers", row.inner("orig_answers")?.strs("texts")?, questions.len())?;
    let all = row.inner("answers")?;
    let answers = all
        .list("texts")?
        .iter()
        .map(|value| all_texts(value).ok_or_else(|| all.bad("texts", "a list of lists of answers", value)));
    let answers = same_length(row, "answers", answers.collect::<Result<Vec<_>, _>>()?, questions.len())?;
    let context = strip(row.str("context")?);
    Ok(Conversation {
        title: format!("{} - {}", row.str("wikipedia_page_title")?, row.str("section_title")?),
        context: strip(context.strip_suffix(NO_ANSWER).unwrap_or(context)),
        questions,
        given,
        answers,
    })
}

/// As many of something as there are questions.
fn same_length<T>(row: Row, column: &str, items: Vec<T>, n_questions: usize) -> Result<Vec<T>, TaskError> {
    if items.len() == n_questions {
        return Ok(items);
    }
    Err(row.bad(column, &format!("{n_questions} answers, one a question"), row.cell(column)?))
}

/// Exact match and F1 of the first line that was written with the `answers`, one of which is left out in turn.
fn process_results(row: Row, answers: &Answers) -> Result<Scores, TaskError> {
    let golds = row.strs("answers")?;
    let prediction = strip(answers.text()).split('\n').next().unwrap_or_default();
    let score = |score: fn(&str, &str) -> f64| Score::Value(leave_one_out(&golds, |gold| score(gold, prediction)));
    Ok(vec![("em", score(squad::exact)), ("f1", score(squad::f1))])
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row, texts};
    use super::*;

    fn map(columns: &[(&str, Value)]) -> Value {
        Value::Map(fields(columns))
    }

    #[test]
    fn coqa_has_a_document_a_question() {
        let story = fields(&[
            ("story", Value::from("Tom ran. ")),
            ("questions", map(&[("input_text", texts(&["Who?", "Did he walk?"]))])),
            ("answers", map(&[("input_text", texts(&["Tom", "No"]))])),
            ("additional_answers", map(&[("0", map(&[("input_text", texts(&["Tom", "He ran"]))]))])),
        ]);
        let docs = coqa_turns(&[row(&story)]).unwrap();
        assert_eq!(docs.len(), 2);
        let second = &docs[1].fields;
        assert_eq!(
            (second.get("context"), second.get("question")),
            (Some(&"Tom ran.".into()), Some(&"Did he walk?".into()))
        );
        assert_eq!(second.get("history"), Some(&Value::List(vec![pair("Who?", "Tom")])));
        assert_eq!(second.get("answers"), Some(&texts(&["No", "He ran"])));
        let written = ["no, he ran\nQ:".to_owned()];
        let scores = process_results(row(second), &Answers { responses: &[], texts: &written }).unwrap();
        // Without "No": F1 with "He ran" 4/5; without "He ran": with "No" 1/2.
        assert_eq!(scores, [("em", Score::Value(0.0)), ("f1", Score::Value(f64::midpoint(0.8, 0.5)))]);
    }

    #[test]
    fn quac_loses_its_mark() {
        let section = fields(&[
            ("wikipedia_page_title", Value::from("Ann Lee")),
            ("section_title", Value::from("Early life")),
            ("context", Value::from("She was born. CANNOTANSWER")),
            ("questions", texts(&["When?"])),
            ("orig_answers", map(&[("texts", texts(&["CANNOTANSWER"]))])),
            ("answers", map(&[("texts", Value::List(vec![texts(&["CANNOTANSWER", "born"])]))])),
        ]);
        let docs = quac_turns(&[row(&section)]).unwrap();
        assert_eq!(docs[0].fields.get("context"), Some(&"She was born.".into()));
        assert_eq!(docs[0].fields.get("title"), Some(&"Ann Lee - Early life".into()));
    }

    #[test]
    fn an_answer_is_missing() {
        let story = fields(&[
            ("story", Value::from("s")),
            ("questions", map(&[("input_text", texts(&["a", "b"]))])),
            ("answers", map(&[("input_text", texts(&["a"]))])),
        ]);
        let message = coqa_turns(&[row(&story)]).unwrap_err().to_string();
        assert!(message.contains("answers") && message.contains("2 answers"), "{message}");
    }
}

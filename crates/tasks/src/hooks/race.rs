//! RACE: an article with its questions, of which the last one is asked and the others are shown with their answers.

use super::{Hook, HookKind, Module};
use crate::error::TaskError;
use crate::prompt::python::literal;
use crate::python::but_last;
use crate::row::Row;
use yardstick_core::{Map, Value};

pub(super) static MODULE: Module = Module {
    name: "race.preprocess_race",
    sources: &["15778ab69ca3b96c3d82618500ad59702ff7ea9dbf09e90e4505abc16ac53ad0"],
    hooks: &[
        Hook { name: "race.preprocess_race.doc_to_choice", kind: HookKind::Value(doc_to_choice) },
        Hook { name: "race.preprocess_race.doc_to_target", kind: HookKind::Value(doc_to_target) },
        Hook { name: "race.preprocess_race.doc_to_text", kind: HookKind::Value(doc_to_text) },
    ],
};

/// How a question ends that is a sentence to fill in.
const GAP: &str = "  _  .";
const N_OPTIONS: usize = 4;

/// The problems of a row: `problems` holds them as a Python literal.
fn problems(row: Row) -> Result<Vec<Map>, TaskError> {
    let bad = || row.bad("problems", "a list of problems as Python writes it", &Value::Null);
    let Some(Value::List(items)) = literal(row.str("problems")?) else { return Err(bad()) };
    let problem = |item| if let Value::Map(problem) = item { Some(problem) } else { None };
    let problems: Vec<_> = items.into_iter().map(problem).collect::<Option<_>>().ok_or_else(bad)?;
    if problems.is_empty() { Err(bad()) } else { Ok(problems) }
}

fn of<'a>(row: Row<'a>, problem: &'a Map) -> Row<'a> {
    Row { fields: problem, ..row }
}

fn answer(problem: Row) -> Result<usize, TaskError> {
    let letter = problem.cell("answer")?;
    let index = letter.as_str().and_then(|letter| ["A", "B", "C", "D"].iter().position(|known| *known == letter));
    index.ok_or_else(|| problem.bad("answer", "A, B, C or D", letter))
}

fn options(problem: Row<'_>) -> Result<Vec<&str>, TaskError> {
    let options = problem.strs("options")?;
    let enough = options.get(..N_OPTIONS).map(<[_]>::to_vec);
    enough.ok_or_else(|| problem.bad("options", "four options", &Value::List(Vec::new())))
}

fn doc_to_choice(row: Row) -> Result<Value, TaskError> {
    let problems = problems(row)?;
    let options = options(of(row, &problems[problems.len() - 1]))?;
    Ok(Value::List(options.into_iter().map(Value::from).collect()))
}

fn doc_to_target(row: Row) -> Result<Value, TaskError> {
    let problems = problems(row)?;
    let index = answer(of(row, &problems[problems.len() - 1]))?;
    Ok(i64::try_from(index).map_or(Value::Null, Value::Int))
}

fn doc_to_text(row: Row) -> Result<Value, TaskError> {
    let problems = problems(row)?;
    let (last, solved) = (&problems[problems.len() - 1], &problems[..problems.len() - 1]);
    let solved = solved.iter().map(|problem| example(of(row, problem))).collect::<Result<Vec<_>, _>>()?;
    let (article, question) = (row.str("article")?, of(row, last).str("question")?);
    Ok(Value::Str(format!("Article: {article}\n\n{}{question}", solved.concat())))
}

/// A question with its answer, in place of the gap if it ends with one.
fn example(problem: Row) -> Result<String, TaskError> {
    let (question, answer) = (problem.str("question")?, options(problem)?[answer(problem)?]);
    Ok(if question.ends_with(GAP) {
        format!("{}{answer}\n", but_last(question, 5))
    } else {
        format!("Question: {question}\nAnswer: {answer}\n")
    })
}

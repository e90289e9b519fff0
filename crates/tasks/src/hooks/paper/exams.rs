//! RACE as in GPT-3's appendix G: a question stands after those before it on the same article, with their right answers.
//!
//! Source: Brown et al. (2020), figures G.1 and G.3.

use super::conversation::pair;
use crate::error::TaskError;
use crate::hooks::{Derived, Hook, HookKind, Module};
use crate::row::Row;
use yardstick_core::Value;

pub(in crate::hooks) static MODULE: Module = Module {
    name: "paper.exams",
    sources: &[],
    hooks: &[Hook { name: "paper.exams.race_turns", kind: HookKind::Rows(race_turns) }],
};

/// Adds `history`, the questions before on the same article: its rows follow one another.
fn race_turns(rows: &[Row]) -> Result<Vec<Derived>, TaskError> {
    let mut docs = Vec::new();
    let mut article = None;
    let mut history = Vec::new();
    for (origin, row) in rows.iter().enumerate() {
        if article.replace(row.str("article")?) != Some(row.str("article")?) {
            history.clear();
        }
        let mut fields = row.fields.clone();
        fields.insert("history", Value::List(history.clone()));
        docs.push(Derived { origin, fields });
        history.push(pair(row.str("question")?, right_answer(*row)?));
    }
    Ok(docs)
}

fn right_answer(row: Row<'_>) -> Result<&str, TaskError> {
    let (letter, options) = (row.str("answer")?, row.strs("options")?);
    let index = ["A", "B", "C", "D"].iter().position(|known| *known == letter);
    let answer = index.and_then(|index| options.get(index).copied());
    answer.ok_or_else(|| row.bad("answer", "the letter of one of `options`", &Value::from(letter)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{fields, row, texts};
    use super::*;

    #[test]
    fn history_is_that_of_the_article() {
        let question = |article: &str, question: &str, answer: &str| {
            fields(&[
                ("article", Value::from(article)),
                ("question", Value::from(question)),
                ("options", texts(&["w", "x", "y", "z"])),
                ("answer", Value::from(answer)),
            ])
        };
        let rows = [question("one", "q1", "B"), question("one", "q2", "A"), question("two", "q3", "D")];
        let docs = race_turns(&rows.each_ref().map(row)).unwrap();
        let histories: Vec<_> = docs.iter().map(|doc| doc.fields.get("history").cloned().unwrap()).collect();
        assert_eq!(histories, [vec![], vec![pair("q1", "x")], vec![]].map(Value::List));
        let message = race_turns(&[row(&question("one", "q", "E"))]).unwrap_err().to_string();
        assert!(message.contains("the letter of one of `options`"), "{message}");
    }
}

//! What the protocols of the GPT papers need beyond templates. Their task files have an `@` in their ids.

pub(super) mod acceptability;
pub(super) mod answers;
pub(super) mod cbt;
pub(super) mod conversation;
mod detokenize;
pub(super) mod exams;
pub(super) mod lambada;
pub(super) mod language;
pub(super) mod pronouns;
mod tokens;

#[cfg(test)]
mod testing {
    use crate::row::Row;
    use yardstick_core::{Map, Value};

    /// A row's columns.
    pub(super) fn fields(columns: &[(&str, Value)]) -> Map {
        columns.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
    }

    /// The row as hooks see it.
    pub(super) fn row(fields: &Map) -> Row<'_> {
        Row { fields, file: "rows.jsonl", row: 0 }
    }

    /// A list of strings.
    pub(super) fn texts(texts: &[&str]) -> Value {
        Value::List(texts.iter().map(|&text| Value::from(text)).collect())
    }
}

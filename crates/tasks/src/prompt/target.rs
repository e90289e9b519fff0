//! What is right for a document: the index of a choice, a text, or several of them.

use super::build::{Prompt, Rendering};
use super::field::Compiled;
use super::python;
use crate::error::TaskError;
use yardstick_core::{Target, Value};

impl Prompt<'_> {
    /// A field's value, in which the printed form of a number (where there are choices) or of a list is read back.
    pub(super) fn value_or_index(&self, field: &Compiled, doc: &Rendering) -> Result<Value, TaskError> {
        let value = doc.value(field)?;
        let Value::Str(text) = &value else { return Ok(value) };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let is_list = text.starts_with('[') && text.ends_with(']') && field.key == "doc_to_target";
        let read = match field.is_template() {
            true if is_number && self.choice.is_some() => text.parse().ok().map(Value::Int),
            true if is_list => python::literal(text),
            _ => None,
        };
        Ok(read.unwrap_or(value))
    }

    /// The one text of a target that is scored.
    pub(super) fn one_text(&self, doc: &Rendering) -> Result<String, TaskError> {
        match self.value_or_index(&self.target, doc)? {
            list @ Value::List(_) => Err(doc.row.bad("doc_to_target", "one text", &list)),
            value => Ok(python::text(&value)),
        }
    }

    /// The right texts of a document that is answered in writing, and the same for people: a list is several right
    /// answers; where there are choices, the target is the index of one.
    pub(super) fn right_texts(&self, doc: &Rendering) -> Result<(Target, String), TaskError> {
        let value = self.value_or_index(&self.target, doc)?;
        if self.choice.is_some() {
            let mut choices = doc.choices(self.choice.as_ref())?;
            let gold = self.gold(&self.target, doc, &choices)?;
            let text = choices.swap_remove(gold);
            return Ok((Target::Text(text.clone()), text));
        }
        let text = python::text(&value);
        match &value {
            Value::List(items) => Ok((Target::Texts(items.iter().map(python::text).collect()), text)),
            Value::Null => Err(doc.row.bad("doc_to_target", "an answer or a list of them", &value)),
            _ => Ok((Target::Text(text.clone()), text)),
        }
    }

    /// The right choice, or all that are right where the field gives a list.
    pub(super) fn right_choices(
        &self,
        field: &Compiled,
        doc: &Rendering,
        choices: &[String],
    ) -> Result<Target, TaskError> {
        match self.value_or_index(field, doc)? {
            Value::List(labels) => {
                let index = |label| index(label, field, doc, choices);
                Ok(Target::Choices(labels.iter().map(index).collect::<Result<_, _>>()?))
            }
            label => index(&label, field, doc, choices).map(Target::Choice),
        }
    }

    /// The index of the right choice, given as a number or as the choice's text; of several the first.
    pub(super) fn gold(&self, field: &Compiled, doc: &Rendering, choices: &[String]) -> Result<usize, TaskError> {
        match self.value_or_index(field, doc)? {
            Value::List(labels) if !labels.is_empty() => index(&labels[0], field, doc, choices),
            label => index(&label, field, doc, choices),
        }
    }
}

/// The index that a label means.
fn index(label: &Value, field: &Compiled, doc: &Rendering, choices: &[String]) -> Result<usize, TaskError> {
    let index = match label {
        Value::Int(index) => usize::try_from(*index).ok(),
        Value::Bool(is_second) => Some(usize::from(*is_second)),
        // A label column of floats: 1.0 is 1, as in Python.
        Value::Float(f) => f.to_string().parse().ok(),
        Value::Str(text) => choices.iter().position(|choice| choice == text),
        other => return Err(doc.row.bad(field.key, "a label", other)),
    };
    index.filter(|&index| index < choices.len()).ok_or_else(|| TaskError::BadLabel {
        row: doc.row.place(),
        label: match label {
            Value::Str(text) => format!("{text:?}"),
            other => python::text(other),
        },
        n_choices: choices.len(),
    })
}

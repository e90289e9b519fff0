//! A `doc_to_*` field made ready for a split, and its value for a row.

use super::jinja;
use super::print::Printed;
use crate::config::{Field, FieldKind};
use crate::error::{Place, TaskError};
use crate::hooks::HookKind;
use crate::row::Row;
use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Expression, Template};
use yardstick_core::Value;

/// A field with its template parsed once.
pub(super) struct Compiled<'a> {
    pub key: &'static str,
    pub place: &'a Place,
    form: Form<'a>,
    /// The template's free variables in alphabetical order.
    variables: Vec<String>,
}

enum Form<'a> {
    Column(&'a str),
    Constant(&'a Value),
    Hook(&'static HookKind),
    /// Exactly one `{{ … }}`: a list comes out as a list, without a detour through its printed form. The template is for
    /// what has no value: it knows what prints nothing (an `if` without `else`) from what is an error.
    Expression(Expression<'a, 'a>, Template<'a, 'a>),
    Template(Template<'a, 'a>),
}

impl<'a> Compiled<'a> {
    /// A text is a column when there is one of that name, and a template otherwise.
    pub fn new(
        env: &'a Environment<'a>,
        field: &'a Field,
        is_column: impl Fn(&str) -> bool,
    ) -> Result<Self, TaskError> {
        let mut variables = Vec::new();
        let form = match &field.kind {
            FieldKind::Constant(value) => Form::Constant(value),
            FieldKind::Hook(hook) if hook.kind.is_value() => Form::Hook(&hook.kind),
            FieldKind::Hook(hook) => return Err(wrong_hook(field, hook.name)),
            FieldKind::Text(text) if is_column(text) => Form::Column(text),
            FieldKind::Text(text) => {
                let template = env.template_from_str(text).map_err(|error| unparsable(field, &error))?;
                variables.extend(template.undeclared_variables(false));
                variables.sort();
                match inner(text).and_then(|inner| env.compile_expression(inner).ok()) {
                    Some(expression) => Form::Expression(expression, template),
                    None => Form::Template(template),
                }
            }
        };
        Ok(Self { key: field.key, place: &field.place, form, variables })
    }

    /// The value for a row: a column's cell and a hook's or constant value as they are, a template's as text, and a list
    /// if the template is one expression that gives a list.
    pub fn value(&self, row: Row, context: &minijinja::Value) -> Result<Value, TaskError> {
        match &self.form {
            Form::Column(column) => row.cell(column).cloned(),
            Form::Constant(value) => Ok((*value).clone()),
            Form::Hook(kind) => kind.value(row).unwrap_or_else(|| Err(row.missing(self.key))),
            Form::Expression(expression, template) => {
                let value = expression.eval(context.clone()).map_err(|error| self.failed(row, &error))?;
                if value.is_undefined() { self.printed(template, row, context) } else { Ok(plain(&value)) }
            }
            Form::Template(template) => self.printed(template, row, context),
        }
    }

    fn printed(&self, template: &Template, row: Row, context: &minijinja::Value) -> Result<Value, TaskError> {
        template.render(context.clone()).map(Value::Str).map_err(|error| self.failed(row, &error))
    }

    /// The columns that are read, as far as the file tells.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        let own = if let Form::Column(column) = self.form { Some(column) } else { None };
        own.into_iter().chain(self.variables.iter().map(String::as_str))
    }

    /// Whether the value was printed by a template, so that what looks like a number or a list is read back.
    pub const fn is_template(&self) -> bool {
        matches!(self.form, Form::Expression(..) | Form::Template(_))
    }

    fn failed(&self, row: Row, error: &Error) -> TaskError {
        let reason = jinja::reason(error);
        if error.kind() == minijinja::ErrorKind::UndefinedError {
            return self.undefined(row, &reason);
        }
        self.error(row, reason)
    }

    /// Most often a column that the row lacks; else something inside a cell.
    fn undefined(&self, row: Row, reason: &str) -> TaskError {
        match self.variables.iter().find(|name| row.fields.get(name).is_none()) {
            Some(column) => row.missing(column),
            None => self.error(row, reason.to_owned()),
        }
    }

    fn error(&self, row: Row, reason: String) -> TaskError {
        TaskError::Render { row: row.place(), key: self.key, place: self.place.clone(), reason }
    }
}

/// What stands between the braces of a template that is one pair of them.
fn inner(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{{")?.strip_suffix("}}")?;
    (!inner.contains("{{") && !inner.contains("}}")).then(|| inner.trim_matches('-').trim())
}

/// Lists as values, all else as Python would print it.
fn plain(value: &minijinja::Value) -> Value {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => core_value(value),
        _ => Value::Str(Printed(value).to_string()),
    }
}

pub(super) fn core_value(value: &minijinja::Value) -> Value {
    let items = || value.try_iter().map(Iterator::collect::<Vec<_>>).unwrap_or_default();
    match value.kind() {
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number => number(value),
        ValueKind::String => Value::Str(value.to_string()),
        ValueKind::Seq | ValueKind::Iterable => Value::List(items().iter().map(core_value).collect()),
        ValueKind::Map => Value::Map(
            items()
                .into_iter()
                .map(|key| (key.to_string(), value.get_item(&key).map_or(Value::Null, |v| core_value(&v))))
                .collect(),
        ),
        _ => Value::Null,
    }
}

fn number(value: &minijinja::Value) -> Value {
    let integer = || value.as_i64().map(Value::Int).or_else(|| u64::try_from(value.clone()).ok().map(Value::UInt));
    let integer = if value.is_integer() { integer() } else { None };
    integer.unwrap_or_else(|| f64::try_from(value.clone()).map_or(Value::Null, Value::Float))
}

fn unparsable(field: &Field, error: &Error) -> TaskError {
    TaskError::Template { place: field.place.clone(), key: field.key, reason: jinja::reason(error) }
}

fn wrong_hook(field: &Field, function: &str) -> TaskError {
    TaskError::WrongHook { place: field.place.clone(), key: field.key.to_owned(), function: function.to_owned() }
}

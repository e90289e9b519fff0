//! Jinja as task files know it: Python's, with strict undefined values, and bounded.

use super::python;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use regex::Regex;
use yardstick_core::{Map, Value as Cell};

/// Steps that one rendering may take. A prompt takes some hundreds.
const FUEL: u64 = 1_000_000;

/// The environment of all templates.
///
/// # Errors
/// None in practice: the syntax is the default one.
pub(super) fn environment<'a>() -> Result<Environment<'a>, Error> {
    let mut env = Environment::new();
    env.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build()?);
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    env.set_unknown_method_callback(method);
    env.set_formatter(format);
    env.set_fuel(Some(FUEL));
    env.add_filter("regex_replace", regex_replace);
    Ok(env)
}

/// A row's columns as template variables.
pub(super) fn context(fields: &Map) -> Value {
    Value::from_pairs(fields.iter().map(|(name, cell)| (name, value(cell))))
}

/// A cell as the engine's value.
pub(super) fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::from(()),
        Cell::Bool(b) => Value::from(*b),
        Cell::Int(i) => Value::from(*i),
        Cell::Float(f) => Value::from(*f),
        Cell::Str(text) => Value::from(text.as_str()),
        Cell::List(items) => items.iter().map(value).collect(),
        Cell::Map(fields) => context(fields),
    }
}

/// Prints as Python does; the engine already does, except for floats.
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match float(value) {
        Some(f) => out.write_str(&python::float(f)).map_err(Error::from),
        None => minijinja::escape_formatter(out, state, value),
    }
}

/// The number of a float; `None` for integers and everything else.
pub(super) fn float(value: &Value) -> Option<f64> {
    (value.kind() == ValueKind::Number && !value.is_integer()).then(|| f64::try_from(value.clone()).ok())?
}

/// Methods of Python's lists and strings that the compatibility layer lacks, and then the layer.
fn method(state: &mut State, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match (value.kind(), method) {
        (ValueKind::Seq, "index") => {
            let (wanted,): (&Value,) = from_args(args)?;
            let position = value.try_iter()?.position(|item| item == *wanted);
            position.map(Value::from).ok_or_else(|| invalid(&format!("{wanted:?} is not in the list {value}")))
        }
        (ValueKind::String, "index") => {
            let (wanted,): (&str,) = from_args(args)?;
            let text = value.as_str().unwrap_or_default();
            let found = text.find(wanted).map(|at| Value::from(text[..at].chars().count()));
            found.ok_or_else(|| invalid(&format!("{wanted:?} is not in the text")))
        }
        _ => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
    }
}

fn invalid(detail: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail.to_owned())
}

/// lm-eval's one filter of its own: `re.sub`.
fn regex_replace(text: &str, pattern: &str, with: &str, count: Option<usize>) -> Result<String, Error> {
    let regex = Regex::new(pattern).map_err(|error| invalid(&format!("not a regular expression: {error}")))?;
    let with = python::replacement(with);
    Ok(regex.replacen(text, count.unwrap_or(0), with.as_str()).into_owned())
}

/// What an error says, without the engine's name for the template.
pub(super) fn reason(error: &Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return format!("it took more than {FUEL} steps; does a loop never end?");
    }
    let detail =
        error.detail().map_or_else(|| error.kind().to_string(), |detail| format!("{}: {detail}", error.kind()));
    match error.line() {
        Some(line) => format!("{detail} (line {line} of the template)"),
        None => detail,
    }
}

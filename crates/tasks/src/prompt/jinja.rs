//! Jinja as task files know it: Python's, with strict undefined values, and bounded.
//!
//! Known differences, since the engine's operators cannot be replaced: `%` is for numbers alone, and the filter `format` does
//! what it does for texts. The operator `~` cannot be replaced in the engine, and writes a float that Python gives an exponent
//! without one. `{{ "a" }}{{ x }}` and `["a", x]|join` write it as Python does.

use super::print::Printed;
use super::{filters, methods};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use std::collections::BTreeSet;
use yardstick_core::{Map, Value as Cell};

/// Steps that one rendering may take. A prompt takes some hundreds.
const FUEL: u64 = 1_000_000;

/// What the engine says of `"%s" % value`.
const TEXT_MODULO: &str = "tried to use % operator on unsupported types string";

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
    filters::add(&mut env);
    Ok(env)
}

/// The free variables of a template and the attributes that are looked up in them (`answers.text`), in alphabetical order.
///
/// # Errors
/// A template that does not parse.
pub(crate) fn variables(text: &str) -> Result<BTreeSet<String>, Error> {
    let env = environment()?;
    let template = env.template_from_str(text)?;
    Ok(template.undeclared_variables(true).into_iter().collect())
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
        Cell::UInt(i) => Value::from(*i),
        Cell::Float(f) => Value::from(*f),
        Cell::Str(text) => Value::from(text.as_str()),
        Cell::List(items) => items.iter().map(value).collect(),
        Cell::Map(fields) => context(fields),
    }
}

/// Prints as Python does.
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    match value.kind() {
        // The engine knows what is undefined and what is invalid.
        ValueKind::Undefined | ValueKind::Invalid => minijinja::escape_formatter(out, state, value),
        _ => write!(out, "{}", Printed(value)).map_err(Error::from),
    }
}

/// Methods of Python's strings and lists that the compatibility layer lacks, and then the layer.
fn method(state: &mut State, value: &Value, method: &str, args: &[Value]) -> Result<Value, Error> {
    match (value.kind(), method) {
        (ValueKind::Seq, "index") => {
            let (wanted,): (&Value,) = from_args(args)?;
            let position = value.try_iter()?.position(|item| item == *wanted);
            position.map(Value::from).ok_or_else(|| invalid(&format!("{wanted:?} is not in the list {value}")))
        }
        (ValueKind::String, _) => match methods::call(state, value.as_str().unwrap_or_default(), method, args)? {
            Some(own) => Ok(own),
            None => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
        },
        _ => minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args),
    }
}

pub(super) fn invalid(detail: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail.to_owned())
}

/// What an error says, without the engine's name for the template.
pub(crate) fn reason(error: &Error) -> String {
    if error.kind() == ErrorKind::OutOfFuel {
        return format!("it took more than {FUEL} steps; does a loop never end?");
    }
    let detail = match (error.kind(), error.detail()) {
        (kind, None) => kind.to_string(),
        // The detail says the same.
        (ErrorKind::UnknownFilter | ErrorKind::UnknownTest, Some(detail)) => detail.to_owned(),
        (kind, Some(detail)) => format!("{kind}: {detail}"),
    };
    let detail = if detail.contains(TEXT_MODULO) { detail + "; write \"…\"|format(…)" } else { detail };
    match error.line() {
        Some(line) => format!("{detail} (line {line} of the template)"),
        None => detail,
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::{environment, reason};

    fn render(template: &str) -> Result<String, String> {
        let env = environment().unwrap();
        env.template_from_str(template).and_then(|template| template.render(())).map_err(|error| reason(&error))
    }

    /// What jinja2 3.1.6 gives in Python 3.11 with lm-eval's settings.
    #[track_caller]
    pub fn check(template: &str, want: &str) {
        assert_eq!(render(template).as_deref(), Ok(want), "{template}");
    }

    #[track_caller]
    pub fn check_error(template: &str, want: &str) {
        let error = render(template).unwrap_err();
        assert!(error.contains(want), "{template}: {error}");
    }
}

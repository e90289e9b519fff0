//! Jinja as task files know it: Python's, with strict undefined values, and bounded.
//!
//! Known difference: the operator `~` cannot be replaced in the engine, and writes a float that Python gives an exponent
//! without one. `{{ "a" }}{{ x }}` and `["a", x]|join` write it as Python does.

use super::print::Printed;
use super::python;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use regex::Regex;
use std::collections::BTreeSet;
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
    env.add_filter("string", string);
    env.add_filter("join", join());
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

/// The engine's `string`, printing as Python does.
fn string(state: &State, value: &Value) -> Result<Value, Error> {
    minijinja::filters::string(state, &text(value))
}

/// The engine's `join`, which is given texts where it would print items itself.
fn join() -> impl Fn(&mut State, &Value, Rest<Value>) -> Result<Value, Error> {
    let engine = Value::from_function(minijinja::filters::join);
    move |state: &mut State, list: &Value, options: Rest<Value>| {
        let is_list = matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable);
        // With `attribute=` it is parts of the items that are joined.
        let has_attribute = options.len() > 1 || options.iter().any(Value::is_kwargs);
        let list =
            if is_list && !has_attribute { list.try_iter()?.map(|item| text(&item)).collect() } else { list.clone() };
        let arguments: Vec<_> = [list].into_iter().chain(options.0).collect();
        engine.call(state, &arguments)
    }
}

/// The value's text as a value; what is undefined or invalid stays what it is.
fn text(value: &Value) -> Value {
    match value.kind() {
        ValueKind::Undefined | ValueKind::Invalid | ValueKind::String => value.clone(),
        _ => Value::from(Printed(value).to_string()),
    }
}

/// What an error says, without the engine's name for the template.
pub(crate) fn reason(error: &Error) -> String {
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

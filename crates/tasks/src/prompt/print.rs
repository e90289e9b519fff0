//! Template values as Python's `str` gives them: as the engine prints them, but for floats and for texts in lists.

use crate::python::Quoted;
use minijinja::Value;
use minijinja::value::ValueKind;
use std::fmt::{self, Write};
use yardstick_core::python_float;

/// A value with Python's `str` as its display.
pub(super) struct Printed<'a>(pub &'a Value);

impl fmt::Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.0.kind() {
            // Inside of a list a text has quotes.
            ValueKind::String => write!(f, "{}", self.0),
            _ => write!(f, "{}", Repr(self.0)),
        }
    }
}

/// A value with Python's `repr` as its display.
struct Repr<'a>(&'a Value);

impl fmt::Display for Repr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let value = self.0;
        match value.kind() {
            ValueKind::Number => match float(value) {
                Some(number) => f.write_str(&python_float(number)),
                None => write!(f, "{value}"),
            },
            ValueKind::String => write!(f, "{}", Quoted(value.as_str().unwrap_or_default())),
            ValueKind::Map if value.is_kwargs() => write!(f, "{value}"),
            ValueKind::Map => map(f, value),
            ValueKind::Seq if value.is_tuple() => items(f, value, "(", if value.len() == Some(1) { ",)" } else { ")" }),
            // An iterable without a length may have no end; the engine prints no items of it.
            ValueKind::Seq | ValueKind::Iterable if value.len().is_some() => items(f, value, "[", "]"),
            _ => write!(f, "{value:?}"),
        }
    }
}

/// The number of a float; `None` for integers and everything else.
fn float(value: &Value) -> Option<f64> {
    (value.kind() == ValueKind::Number && !value.is_integer()).then(|| f64::try_from(value.clone()).ok())?
}

fn items(f: &mut fmt::Formatter, value: &Value, open: &str, close: &str) -> fmt::Result {
    f.write_str(open)?;
    for (index, item) in value.try_iter().into_iter().flatten().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        write!(f, "{comma}{}", Repr(&item))?;
    }
    f.write_str(close)
}

fn map(f: &mut fmt::Formatter, value: &Value) -> fmt::Result {
    f.write_char('{')?;
    for (index, key) in value.try_iter().into_iter().flatten().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let item = value.get_item(&key).unwrap_or_default();
        write!(f, "{comma}{}: {}", Repr(&key), Repr(&item))?;
    }
    f.write_char('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use minijinja::Environment;
    use proptest::prelude::*;
    use yardstick_core::Value as Cell;

    fn check(expression: &str, want: &str) {
        let value = Environment::new().compile_expression(expression).unwrap().eval(()).unwrap();
        assert_eq!(Printed(&value).to_string(), want, "{expression}");
    }

    #[test]
    fn as_python_prints_them() {
        check("1e-5", "1e-05");
        check("[1e-5, 1, [2.0, 1e22]]", "[1e-05, 1, [2.0, 1e+22]]");
        check("{'a': 0.00001, 'b': {'c': [1e16]}}", "{'a': 1e-05, 'b': {'c': [1e+16]}}");
        check("{1: none, 2.0: true}", "{1: None, 2.0: True}");
        check("(1e-7, 'x')", "(1e-07, 'x')");
        check("(1e-7,)", "(1e-07,)");
        check("()", "()");
        check("[]", "[]");
        check("{}", "{}");
        check("\"it's\"", "it's");
        check("[\"it's\", 'a\\nb', '\"']", "[\"it's\", 'a\\nb', '\"']");
        check("['a\\u00a0\\u200b']", r"['a\xa0\u200b']");
        check("{'\\u3000': 1}", r"{'\u3000': 1}");
        check("range(3)", "[0, 1, 2]");
        check("[-1e-320, 1e308 * 10, -121.195465087890625]", "[-1e-320, inf, -121.19546508789062]");
    }

    fn cell() -> impl Strategy<Value = Cell> {
        let leaf = prop_oneof![
            Just(Cell::Null),
            any::<bool>().prop_map(Cell::Bool),
            any::<i64>().prop_map(Cell::Int),
            "[ -~\n\t]*".prop_map(Cell::Str),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Cell::List),
                proptest::collection::vec(("[ -~]*", inner), 0..4)
                    .prop_map(|fields| Cell::Map(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn without_floats_as_the_engine_prints(cell in cell()) {
            let value = super::super::jinja::value(&cell);
            prop_assert_eq!(Printed(&value).to_string(), value.to_string());
        }

        #[test]
        fn floats_in_lists_read_back(floats in proptest::collection::vec(any::<f64>(), 0..5)) {
            let cell = Cell::List(floats.into_iter().map(Cell::Float).collect());
            let text = Printed(&super::super::jinja::value(&cell)).to_string();
            prop_assert_eq!(super::super::python::literal(&text), Some(cell));
        }
    }
}

//! Arguments of filters and methods as Python passes them: by position or by name.

use super::jinja::invalid;
use minijinja::value::{Kwargs, from_args};
use minijinja::{Error, Value};

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    given: &'a [Value],
    by_name: Kwargs,
    names: &'a [&'a str],
}

impl<'a> Arguments<'a> {
    /// Arguments that go by these names, in this order.
    ///
    /// # Errors
    /// More of them.
    pub fn new(args: &'a [Value], names: &'a [&'a str]) -> Result<Self, Error> {
        let (given, by_name): (&[Value], Kwargs) = from_args(args)?;
        if given.len() > names.len() {
            return Err(Error::from(minijinja::ErrorKind::TooManyArguments));
        }
        let unknown = by_name.args().find(|name| !names.contains(name));
        match unknown {
            Some(name) => Err(invalid(&format!("there is no argument {name:?}, only {}", names.join(", ")))),
            None => Ok(Self { given, by_name, names }),
        }
    }

    /// The argument of a name; `None` where it is left out or Python's `None`.
    ///
    /// # Errors
    /// One of another type.
    pub fn get<T: TryFrom<Value, Error = Error>>(&self, name: &str) -> Result<Option<T>, Error> {
        self.value(name)?.map(T::try_from).transpose()
    }

    /// The same for a text.
    pub fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let text = |value: Value| {
            let text = value.as_str().map(str::to_owned);
            text.ok_or_else(|| invalid(&format!("the argument {name:?} must be a text, but is {value}")))
        };
        self.value(name)?.map(text).transpose()
    }

    /// The same of any type.
    pub fn value(&self, name: &str) -> Result<Option<Value>, Error> {
        let place = self.names.iter().position(|own| *own == name);
        let given = place.and_then(|place| self.given.get(place)).cloned();
        let value = given.map_or_else(|| self.by_name.get::<Option<Value>>(name), |value| Ok(Some(value)))?;
        Ok(value.filter(|value| !value.is_none()))
    }
}

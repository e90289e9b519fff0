//! `doc_to_text` and its relatives: what may stand there.

use crate::error::{Place, TaskError};
use crate::hooks::{self, Hook};
use crate::yaml::{Kind, Node};
use yardstick_core::Value;

/// The value of a `doc_to_*` key with where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub key: &'static str,
    pub place: Place,
    pub kind: FieldKind,
}

/// What a `doc_to_*` key may hold.
#[derive(Clone, Debug)]
pub(crate) enum FieldKind {
    /// A column's name or a Jinja template: which of them is known once the columns are.
    Text(String),
    /// A number or a list, the same for every row.
    Constant(Value),
    /// A hook from a row to a value.
    Hook(&'static Hook),
}

impl Field {
    /// The field under `key`, if there is one.
    pub fn read(root: &Node, key: &'static str) -> Result<Option<Self>, TaskError> {
        let Some(node) = root.get(key) else { return Ok(None) };
        let kind = match &node.kind {
            Kind::Str(text) => FieldKind::Text(text.clone()),
            Kind::Function(name) => FieldKind::Hook(hook(node, key, name)?),
            Kind::Int(_) | Kind::List(_) | Kind::Map(_) => FieldKind::Constant(constant(node, key)?),
            _ => return Err(node.wrong(key, "a template, a column, a number, a list or a !function")),
        };
        Ok(Some(Self { key, place: node.place.clone(), kind }))
    }

    /// Refuses a hook that gives something else than a value.
    pub fn check_hook(&self) -> Result<(), TaskError> {
        match &self.kind {
            FieldKind::Hook(hook) if !hook.kind.is_value() => Err(TaskError::WrongHook {
                place: self.place.clone(),
                key: self.key.to_owned(),
                function: hook.name.to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// The hook that a `!function` tag means.
pub(super) fn hook(node: &Node, key: &str, name: &str) -> Result<&'static Hook, TaskError> {
    let file = &*node.place.file;
    hooks::resolve(name, file).ok_or_else(|| {
        let function = hooks::full_name(name, file);
        let nearest = hooks::nearest(&function);
        TaskError::UnknownHook { place: node.place.clone(), key: key.to_owned(), function, nearest }
    })
}

fn constant(node: &Node, key: &str) -> Result<Value, TaskError> {
    match node.value(key)? {
        // lm-eval takes the values of a mapping of choices and drops the keys.
        Value::Map(choices) => Ok(Value::List(choices.iter().map(|(_, value)| value.clone()).collect())),
        value => Ok(value),
    }
}

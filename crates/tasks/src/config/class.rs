//! `class`: a Python class that is a task of its own, in place of keys.

use super::field::hook;
use crate::error::TaskError;
use crate::hooks::HookKind;
use crate::yaml::{self, Entry, Kind, Node};

/// Keys that a file may have beside `class`. lm-eval reads no other one.
const OWN: [&str; 5] = ["task", "task_alias", "tag", "include", "task_list"];

/// The keys that stand for the file's class; `None` for a file without one.
///
/// # Errors
/// A class without a counterpart; a key that the class would not look at.
pub(super) fn expand(root: &Node) -> Result<Option<Node>, TaskError> {
    let Some(class) = root.get("class") else { return Ok(None) };
    let Kind::Function(name) = &class.kind else { return Err(class.wrong("class", "a !function")) };
    let hook = hook(class, "class", name)?;
    let HookKind::Class(source) = hook.kind else {
        let (place, key) = (class.place.clone(), "class".to_owned());
        return Err(TaskError::WrongHook { place, key, function: hook.name.to_owned() });
    };
    let own: Vec<Entry> = root.entries("the file")?.iter().filter(|entry| entry.key != "class").cloned().collect();
    if let Some(entry) = own.iter().find(|entry| !OWN.contains(&entry.key.as_str())) {
        let (place, key) = (entry.place.clone(), entry.key.clone());
        return Err(TaskError::Unsupported {
            place,
            key,
            reason: format!("the class {} does not look at it", hook.name),
        });
    }
    let base = yaml::parse(&hook.name.into(), source)?;
    let entries = yaml::overlay(base.entries(hook.name)?.to_vec(), own);
    Ok(Some(Node { place: root.place.clone(), kind: Kind::Map(entries) }))
}

//! The Python functions that a task file calls.

use crate::hooks;
use crate::yaml::{Kind, Node};

/// Keys whose functions are never called.
const UNUSED: [&str; 2] = ["doc_to_decontamination_query", "metadata"];
/// The key whose functions are called where examples are asked for.
const EXAMPLES: &str = "fewshot_config";

/// A file's functions.
#[derive(Clone, Debug, Default)]
pub(super) struct Hooks {
    /// Whether there is any, in whatever key.
    pub any: bool,
    /// Those that are called and have no counterpart here.
    pub missing: Vec<Missing>,
}

/// A function without a counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Missing {
    key: String,
    function: String,
    place: String,
}

impl Hooks {
    /// Those of a file's mapping.
    pub fn of(root: &Node) -> Self {
        let mut hooks = Self::default();
        let has_examples = root.get("num_fewshot").is_some_and(|node| matches!(node.kind, Kind::Int(1..)));
        let Kind::Map(entries) = &root.kind else { return hooks };
        for entry in entries {
            let is_called = !UNUSED.contains(&entry.key.as_str()) && (has_examples || entry.key != EXAMPLES);
            hooks.walk(&entry.key, &entry.value, is_called);
        }
        hooks
    }

    fn walk(&mut self, key: &str, node: &Node, is_called: bool) {
        match &node.kind {
            Kind::Function(name) => {
                self.any = true;
                let file = &*node.place.file;
                if is_called && hooks::resolve(name, file).is_none() {
                    let (key, function) = (key.to_owned(), hooks::full_name(name, file));
                    self.missing.push(Missing { key, function, place: node.place.to_string() });
                }
            }
            Kind::List(items) => items.iter().for_each(|item| self.walk(key, item, is_called)),
            Kind::Map(entries) => entries.iter().for_each(|entry| self.walk(&entry.key, &entry.value, is_called)),
            _ => {}
        }
    }

    /// The missing functions, each with its key and place.
    pub fn reason(&self) -> String {
        let each = |Missing { key, function, place }: &Missing| format!("{function} (`{key}`, {place})");
        format!("no hook for {}", self.missing.iter().map(each).collect::<Vec<_>>().join(", "))
    }

    /// The missing functions alone, each once.
    pub fn names(&self) -> String {
        let mut names: Vec<&str> = self.missing.iter().map(|missing| missing.function.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }
}

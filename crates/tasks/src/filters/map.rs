//! `map`: a text through a table.

use super::{Filter, FilterKind, Texts};
use crate::error::TaskError;
use crate::prompt::python;
use crate::row::Row;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::sync::Arc;
use yardstick_core::Value;

pub(super) static KIND: FilterKind = FilterKind {
    name: "map",
    arguments: &["mapping_dict", "default_value"],
    read: |node| Ok(Arc::new(Map::read(node)?)),
};

/// Values as Python prints them: numbers compare with a target as text.
#[derive(Debug)]
struct Map {
    table: BTreeMap<String, String>,
    default: String,
}

impl Map {
    fn read(node: &Node) -> Result<Self, TaskError> {
        let value = |node: &Node, key: &str| node.value(key).map(|value| python::text(&value));
        let entries = node.get("mapping_dict").map_or(Ok(&[][..]), |node| node.entries("mapping_dict"))?;
        let row = entries.iter().map(|entry| Ok((entry.key.clone(), value(&entry.value, "mapping_dict")?)));
        let default = node.get("default_value").map(|node| value(node, "default_value")).transpose()?;
        let default = default.unwrap_or_else(|| python::text(&Value::Null));
        Ok(Self { table: row.collect::<Result<_, TaskError>>()?, default })
    }
}

impl Filter for Map {
    fn apply(&self, texts: Texts, _: Row) -> Result<Texts, String> {
        texts.try_map(|text| Ok(self.table.get(&text).unwrap_or(&self.default).clone()))
    }
}

#[cfg(test)]
mod tests {
    use crate::filters::testing::{apply, check};

    #[test]
    fn through_the_table() {
        let table = "{function: map, mapping_dict: {A: 0, B: one}, default_value: -1}";
        check(table, "A", "0");
        check(table, "B", "one");
        check(table, "a", "-1");
        check("{function: map, mapping_dict: {A: true}}", "A", "True");
        check("function: map", "A", "None");
    }

    #[test]
    fn arguments() {
        assert_eq!(
            apply("{function: map, mapping_dict: [A]}", &[]).unwrap_err(),
            "t.yaml:1: `mapping_dict` must be a mapping, but is a list"
        );
    }
}

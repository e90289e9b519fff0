//! Suites: named lists of selectors.

use crate::error::{TaskError, nearest};
use crate::yaml;
use include_dir::{Dir, include_dir};

static SUITES: Dir = include_dir!("$CARGO_MANIFEST_DIR/suites");

/// A list of tasks and groups that are run together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// The id.
    pub id: String,
    /// What it is for, one line.
    pub description: String,
    /// Selectors for [`crate::Catalog::resolve`].
    pub tasks: Vec<String>,
}

/// The bundled suites in id order.
pub(super) fn bundled() -> Result<Vec<Suite>, TaskError> {
    let mut suites = Vec::new();
    for file in SUITES.files() {
        let name = format!("suites/{}", file.path().display());
        suites.push(read(&name, file.contents_utf8().unwrap_or_default())?);
    }
    suites.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(suites)
}

fn read(file: &str, text: &str) -> Result<Suite, TaskError> {
    const KEYS: [&str; 3] = ["suite", "about", "task"];
    let root = yaml::parse(&file.into(), text)?;
    for entry in root.entries("the file")? {
        if !KEYS.contains(&entry.key.as_str()) {
            let (place, key) = (entry.place.clone(), entry.key.clone());
            return Err(TaskError::UnknownKey { place, nearest: nearest(&key, KEYS), key });
        }
    }
    let required = |key: &'static str| {
        let why = "a suite has an id, a line about it and tasks";
        root.get(key).ok_or_else(|| TaskError::MissingKey { place: root.place.clone(), key, why })
    };
    Ok(Suite {
        id: required("suite")?.str("suite")?.to_owned(),
        description: required("about")?.str("about")?.to_owned(),
        tasks: required("task")?.strings("task")?,
    })
}

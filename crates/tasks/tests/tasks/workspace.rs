//! A folder with a task file and data, as a user would have it.

use std::path::Path;
use tempfile::TempDir;
use yardstick_core::{Request, Response};
use yardstick_tasks::{Catalog, LoadOptions, Loaded, Selection, Stores, TaskError};

/// A row that fits [`multiple_choice`].
pub const ROW: &str = r#"{"q":"Q?","choices":["a","b"],"label":1}"#;

/// A temporary folder; a store is below `data`.
pub struct Workspace {
    dir: TempDir,
}

impl Workspace {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let workspace = Self { dir: tempfile::tempdir().expect("temporary folder") };
        for (name, text) in files {
            workspace.write(name, text.as_bytes());
        }
        workspace
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
        std::fs::write(path, bytes).expect("file");
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn resolve(&self, selector: &str) -> Result<Selection, TaskError> {
        let selector = self.path().join(selector).display().to_string();
        Catalog::bundled().expect("catalog").resolve(&[selector])
    }

    pub fn stores(&self) -> Stores {
        Stores::new(vec![self.path().join("data")])
    }

    /// Loads the one task of a file.
    pub fn load(&self, file: &str) -> Result<Loaded, TaskError> {
        self.resolve(file)?.tasks[0].load(&self.stores(), &LoadOptions::default())
    }

    /// An error's text with the folder's path taken out.
    pub fn message(&self, error: &TaskError) -> String {
        let message = error.to_string().replace(&self.path().display().to_string(), "DIR");
        for doubled in ["?;", "?.", "?,", "?:", "??", ";;", "; ;", ",,", "::", ":;", ".;", ";."] {
            assert!(!message.contains(doubled), "{doubled} in {message}");
        }
        message
    }
}

/// A task file of a multiple-choice task over `data/o/d/default/test/rows.jsonl`, with lines to change it.
pub fn multiple_choice(lines: &str) -> String {
    let mut keys = vec![
        ("task", "t"),
        ("dataset_path", "o/d"),
        ("test_split", "test"),
        ("output_type", "multiple_choice"),
        ("doc_to_text", "'{{q}}'"),
        ("doc_to_target", "label"),
        ("doc_to_choice", "choices"),
    ];
    keys.retain(|(key, _)| !lines.lines().any(|line| line.starts_with(&format!("{key}:"))));
    keys.iter().map(|(key, value)| format!("{key}: {value}\n")).chain([lines.to_owned()]).collect()
}

/// The task file and rows, loaded.
pub fn load(lines: &str, rows: &str) -> (Workspace, Result<Loaded, TaskError>) {
    let yaml = multiple_choice(lines);
    let workspace = Workspace::new(&[("t.yaml", &yaml), ("data/o/d/default/test/rows.jsonl", rows)]);
    let loaded = workspace.load("t.yaml");
    (workspace, loaded)
}

/// Context and scored text of every request of a document.
pub fn texts(loaded: &Loaded, doc: usize) -> Vec<(&str, &str)> {
    loaded.instances[doc].requests.iter().map(|request: &Request| (request.context(), request.scored_text())).collect()
}

pub fn response(log_likelihood: f64, is_greedy: bool) -> Response {
    Response { log_likelihood, is_greedy, n_tokens: 1, ..Response::default() }
}

/// Only the first documents.
pub fn first(limit: usize) -> LoadOptions {
    LoadOptions { limit: Some(limit), ..LoadOptions::default() }
}

/// What is wrong with `t.yaml` of a folder.
pub fn message(workspace: &Workspace) -> String {
    workspace.load("t.yaml").err().map_or_else(|| "no error".to_owned(), |error| workspace.message(&error))
}

/// A task file's extra lines and what is wrong with them.
pub fn check_file(lines: &str, want: &str) {
    let (workspace, _) = load(lines, ROW);
    assert_eq!(message(&workspace), want, "{lines}");
}

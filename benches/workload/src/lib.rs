//! Work to measure speed with, made on the fly: a random model, its tokenizer, and documents for four kinds of task.
//!
//! Nothing here is anybody's text or weights. Words, documents and weights come from seeded draws with integer arithmetic,
//! so every machine makes the same bytes. [`write_model`] writes a folder in the hub's layout, [`TaskSet`] gives the same
//! documents as requests and as files that any tool with lm-eval's task schema reads.

mod error;
mod model;
mod random;
mod tasks;
mod tokenizer;
mod words;

pub use error::WorkloadError;
pub use model::{Family, GPT2_SMALL, Shape, write_model, write_model_of};
pub use tasks::{Size, TaskSet, task_sets, write_tasks};
pub use tokenizer::{END_OF_TEXT, VOCAB_SIZE};

use std::path::Path;

/// Writes a file, naming it in the error.
fn write_file(path: &Path, content: &str) -> Result<(), WorkloadError> {
    std::fs::write(path, content).map_err(|source| WorkloadError::Write { path: path.to_owned(), source })
}

/// Makes a folder with its parents, naming it in the error.
fn make_folder(path: &Path) -> Result<(), WorkloadError> {
    std::fs::create_dir_all(path).map_err(|source| WorkloadError::Write { path: path.to_owned(), source })
}

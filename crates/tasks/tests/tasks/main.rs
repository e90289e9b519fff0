//! The crate through its public interface.

mod catalog;
mod classes;
mod data_errors;
mod fewshot;
mod fewshot_errors;
mod files;
mod formats;
mod goldens;
mod groups;
mod hooks;
mod metric_errors;
mod papers;
mod prompts;
mod scores;
mod starter;
mod task_errors;
mod texts;
mod validate;
mod workspace;

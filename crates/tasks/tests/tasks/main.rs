//! The crate through its public interface.

mod catalog;
mod classes;
mod data_errors;
mod fewshot;
mod fewshot_errors;
mod files;
mod formats;
mod goldens;
mod hooks;
mod metric_errors;
mod prompts;
mod starter;
mod task_errors;
mod workspace;

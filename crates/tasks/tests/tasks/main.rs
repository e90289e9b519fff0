//! The crate through its public interface.

mod catalog;
mod classes;
mod data_errors;
mod fewshot;
mod fewshot_errors;
mod files;
mod goldens;
mod hooks;
mod metric_errors;
mod papers;
mod prompts;
mod starter;
mod task_errors;
mod texts;
mod workspace;

//! The crate through its public interface.

mod catalog;
mod data_errors;
mod fewshot;
mod fewshot_errors;
mod files;
mod formats;
mod goldens;
mod prompts;
mod starter;
mod task_errors;
mod workspace;

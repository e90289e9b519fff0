//! The crate through its public interface.

mod catalog;
mod data_errors;
mod files;
mod goldens;
mod prompts;
mod starter;
mod task_errors;
mod workspace;

//! The crate through its public interface.

mod catalog;
mod errors;
mod files;
mod goldens;
mod prompts;
mod starter;
mod workspace;

//! The crate through its public interface, against a hub on this machine.

mod models;
mod models_trouble;
mod pull;
mod resume;
mod server;
mod stores;
mod trouble;

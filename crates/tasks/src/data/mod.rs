//! Datasets: from an id and a split to rows.

mod file;
mod glob;
mod json;
mod local;
mod parquet;
mod separated;
mod split;
mod store;

pub(crate) use glob::pattern;
pub(crate) use split::{Split, read};
pub use store::Stores;

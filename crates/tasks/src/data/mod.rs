//! Datasets: from an id and a split to rows.
//!
//! | files | rows |
//! |---|---|
//! | `.parquet` | nested lists and structs as they are; dates, times and decimals as Python prints them |
//! | `.json`, `.jsonl`, `.ndjson` | an object a line, one list, objects one after another, or the list under `field` |
//! | `.csv`, `.tsv` | typed by column as pandas does |
//! | `.txt` | a line, paragraph or file in the column `text` |
//!
//! Text may be compressed by gzip or zstd. A row is at most 256 MiB, and a compressed file unpacks to at most 100 times its
//! size or 256 MiB.

mod calendar;
mod columns;
mod file;
mod glob;
mod json;
mod layout;
mod lines;
mod local;
mod needs;
mod parquet;
mod python_bytes;
mod quota;
mod read;
mod remote;
mod separated;
mod split;
mod store;
mod text;
mod tree;
mod unpack;

pub(crate) use glob::pattern;
pub use needs::DataNeed;
pub(crate) use read::read;
pub(crate) use split::Split;
pub use store::Stores;

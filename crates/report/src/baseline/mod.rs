//! Runs that are kept: a store by content, names with a history, and a task over the saves of a name.

mod error;
mod lines;
mod picture;
mod reference;
mod store;
#[cfg(test)]
mod tests;
mod timeline;

pub use error::BaselineError;
pub use lines::timeline_table;
pub(crate) use picture::figure as timeline_figure;
pub use picture::timeline_artifacts;
pub use reference::{PREFIX as BASELINE_PREFIX, Reference};
pub use store::{BaselineStore, Save, Saved, SavedModel};
pub use timeline::{Timeline, TimelineOptions, TimelinePoint, TimelineState};

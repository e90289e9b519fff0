//! Documents to requests: templates, columns and hooks.

mod build;
mod example;
mod field;
mod jinja;
mod print;
pub(crate) mod python;

pub(crate) use build::instances;

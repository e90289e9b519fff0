//! Documents to requests: templates, columns and hooks.

mod build;
mod example;
mod field;
mod jinja;
mod print;
mod python;
mod target;
mod turn;

pub(crate) use build::instances;

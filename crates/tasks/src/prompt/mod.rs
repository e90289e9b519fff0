//! Documents to requests: templates, columns and hooks.

mod build;
mod chat;
mod example;
mod field;
mod jinja;
mod print;
pub(crate) mod python;
mod target;
mod turn;
mod warnings;

pub(crate) use build::instances;
pub(crate) use jinja::{reason, variables};

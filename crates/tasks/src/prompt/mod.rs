//! Documents to requests: templates, columns and hooks.

mod arguments;
mod build;
mod chat;
mod example;
mod field;
mod filters;
mod jinja;
mod json;
mod methods;
mod print;
pub(crate) mod python;
mod target;
mod turn;
mod warnings;
mod wrap;

pub(crate) use build::instances;
pub(crate) use jinja::{reason, variables};

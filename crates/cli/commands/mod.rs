//! The commands that need no run of their own, and what all commands share.

mod baseline;
mod bench;
mod compare;
mod cost;
mod data;
mod diff;
mod gate;
mod import;
mod ls;
mod pull;
mod query;
mod render;
mod report;
mod selftest;
mod serve_report;
mod show;
mod validate;

pub use baseline::baseline;
pub use bench::bench;
pub use compare::compare;
pub use data::{DataArgs, data};
pub use diff::diff;
pub use gate::gate;
pub use import::import;
pub use ls::ls;
pub use pull::pull;
pub use query::query;
pub use render::render;
pub use report::{report, write_report};
pub use selftest::selftest;
pub use serve_report::serve_report;
pub use show::{print_record, show};
pub use validate::validate;

use crate::error::CliError;
use crate::terminal::{color, shown, width};
use serde_json::Value;
use std::io::Write;
use std::path::PathBuf;
use yardstick_report::TableOptions;
use yardstick_tasks::Stores;

/// Where datasets are looked for: the folders given, `$YARDSTICK_DATA`, the user's cache, and the bundled ones.
///
/// # Errors
/// A folder given that is none.
pub fn stores(data: &[PathBuf]) -> Result<Stores, CliError> {
    store_folders(data).map(Stores::new)
}

fn store_folders(data: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    if let Some(dir) = data.iter().find(|dir| !dir.is_dir()) {
        return Err(CliError::usage(format!("--data {}: there is no such folder", dir.display())));
    }
    let mut dirs = data.to_vec();
    dirs.extend(std::env::var_os("YARDSTICK_DATA").map(PathBuf::from));
    // Nobody asked for the cache, so one that cannot be read is as good as none.
    dirs.extend(cache().filter(|dir| dir.read_dir().is_ok()));
    Ok(dirs)
}

/// The store in the user's cache, where `data pull` puts datasets.
fn cache() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    cache.or(home).map(|dir| dir.join("yardstick").join("data"))
}

/// Text to standard output. A closed pipe (`yardstick ls tasks | head`) is no error.
pub fn print(text: &str) -> Result<(), CliError> {
    print_bytes(text.as_bytes())
}

/// As [`print()`], for what may be no text.
fn print_bytes(bytes: &[u8]) -> Result<(), CliError> {
    match std::io::stdout().write_all(bytes) {
        Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::Io { path: "standard output".to_owned(), source })
        }
        _ => Ok(()),
    }
}

/// A value as indented JSON to standard output.
pub fn print_json(value: &Value) -> Result<(), CliError> {
    print(&format!("{value:#}\n"))
}

/// A table or another text for people to standard output, as the terminal can show it.
///
/// # Errors
/// As [`print()`].
pub fn print_text(text: &str) -> Result<(), CliError> {
    print(&shown(text))
}

/// How a table is laid out on this terminal.
pub fn table_options(members: bool) -> TableOptions {
    TableOptions { width: width(), color: color(), members }
}

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
pub use render::render;
pub use report::{report, write as write_report};
pub use selftest::selftest;
pub use serve_report::serve_report;
pub use show::{print_record, show};
pub use validate::validate;

use crate::error::CliError;
use serde_json::Value;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use yardstick_tasks::Stores;

/// Columns of a table that goes into a file or a pipe.
const WIDE: usize = 160;

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
    match std::io::stdout().write_all(text.as_bytes()) {
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

/// Columns of the terminal; `$COLUMNS`, or room enough, where standard output is none.
fn width() -> usize {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    let terminal = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    terminal.or_else(columns).unwrap_or(WIDE)
}

fn color() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

//! Files on their way from the hub: a line a file, and on a terminal a bar below it.

use crate::stderr::{say, warn};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::path::Path;
use yardstick_hub::Event;

/// Shows what a pull does, on standard error.
pub struct Transfers {
    quiet: bool,
    /// The model whose files these are, instead of their folder.
    model: Option<String>,
    bar: ProgressBar,
}

impl Transfers {
    /// Of files that are named by their paths.
    pub fn new(quiet: bool) -> Self {
        let is_shown = !quiet && std::io::stderr().is_terminal();
        let bar = if is_shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = "{bar:32} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  eta {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self { quiet, model: None, bar }
    }

    /// Of a model's files.
    pub fn of_model(quiet: bool, id: &str) -> Self {
        let mut transfers = Self::new(quiet);
        transfers.model = Some(id.to_owned());
        transfers
    }

    /// A line for people.
    pub fn say(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| say(line));
        }
    }

    /// Tells of an event.
    pub fn show(&self, event: &Event) {
        match event {
            Event::File { path, bytes, from } => {
                let goes_on = if *from > 0 { format!(", from byte {from} on") } else { String::new() };
                self.say(&format!("{}{goes_on}", self.name(path)));
                self.bar.set_length(bytes.unwrap_or(0));
                self.bar.set_position(*from);
            }
            Event::Bytes(count) => self.bar.inc(*count),
            Event::Retry { reason, pause } => {
                self.say(&format!("{reason}; again in {:.1} s", pause.as_secs_f64()));
            }
            Event::Waiting { path } => {
                self.say(&format!("{}: another process is fetching it, which is waited for", self.name(path)));
            }
            Event::Unasked { reason } => self.bar.suspend(|| {
                let model = self.model.as_deref().unwrap_or("it");
                warn(format_args!("{reason}; {model} is taken from the cache, as it was fetched last"));
            }),
            Event::Partial { path } => self.bar.suspend(|| {
                warn(format_args!("{}: the hub converted only the beginning of this dataset", path.display()));
            }),
            _ => {}
        }
    }

    fn name(&self, path: &Path) -> String {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        self.model.as_ref().map_or_else(|| path.display().to_string(), |model| format!("{model}: {file}"))
    }
}

impl Drop for Transfers {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

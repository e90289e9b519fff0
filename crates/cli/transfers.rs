//! Files on their way from the hub: a line a file, and on a terminal a bar below it.

use crate::run::{Bar, Screen, Stage, Unit};
use crate::stderr::warn;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use yardstick_hub::Event;

/// Shows what a pull does, on standard error.
pub struct Transfers {
    screen: Screen,
    /// The model whose files these are, instead of their folder.
    model: Option<String>,
    /// The file that is fetched now.
    bar: Mutex<Option<Bar>>,
}

impl Transfers {
    /// Of files that are named by their paths.
    pub fn new(quiet: bool) -> Self {
        Self { screen: Screen::new(quiet), model: None, bar: Mutex::new(None) }
    }

    /// Of a model's files.
    pub fn of_model(quiet: bool, id: &str) -> Self {
        let mut transfers = Self::new(quiet);
        transfers.model = Some(id.to_owned());
        transfers
    }

    /// A line for people.
    pub fn say(&self, line: &str) {
        self.screen.say(line);
    }

    /// Tells of an event.
    pub fn show(&self, event: &Event) {
        match event {
            Event::File { path, bytes, from } => {
                let goes_on = if *from > 0 { format!(", from byte {from} on") } else { String::new() };
                self.set(None);
                self.say(&format!("{}{goes_on}", self.name(path)));
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                let stage = Stage::new(&format!("fetching {file}"), Unit::Bytes, bytes.unwrap_or(0)).starting_at(*from);
                self.set(Some(self.screen.show(stage)));
            }
            Event::Bytes(count) => {
                if let Some(bar) = self.bar.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
                    bar.add(usize::try_from(*count).unwrap_or(usize::MAX));
                }
            }
            Event::Retry { reason, pause } => {
                self.say(&format!("{reason}; again in {:.1} s", pause.as_secs_f64()));
            }
            Event::Waiting { path } => {
                self.say(&format!("{}: another process is fetching it, which is waited for", self.name(path)));
            }
            Event::Unasked { reason } => {
                let model = self.model.as_deref().unwrap_or("it");
                warn(format_args!("{reason}; {model} is taken from the cache, as it was fetched last"));
            }
            Event::Partial { path } => {
                warn(format_args!("{}: the hub converted only the beginning of this dataset", path.display()));
            }
            _ => {}
        }
    }

    fn set(&self, bar: Option<Bar>) {
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    fn name(&self, path: &Path) -> String {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        self.model.as_ref().map_or_else(|| path.display().to_string(), |model| format!("{model}: {file}"))
    }
}

//! `yardstick data pull`

use super::PullArgs;
use crate::commands::{cache, print_json};
use crate::error::CliError;
use crate::stderr::{say, warn};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::IsTerminal;
use yardstick_hub::{Event, Options, Pulled, Puller};
use yardstick_tasks::{Catalog, DataNeed};

/// Something to fetch, by what it is called.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Want {
    Dataset { id: String, config: Option<String>, split: Option<String> },
    File { url: String, path: String },
}

/// Fetches what is named and what tasks need.
///
/// # Errors
/// Tasks that cannot be read, no place for a store, and what the hub or the network refuses.
pub fn pull(args: &PullArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let wants = wants(args)?;
    let store = args.data.clone().or_else(cache).ok_or_else(|| CliError::usage("name a folder with --data"))?;
    let mut puller = Puller::open(&store, Options::from_env())?;
    let mut screen = Screen::new(quiet);
    let mut all = Vec::new();
    for want in &wants {
        let mut report = |event: Event| screen.show(&event);
        let (label, Pulled { files, bytes, kept }) = match want {
            Want::Dataset { id, config, split } => {
                (id, puller.dataset(id, config.as_deref(), split.as_deref(), &mut report)?)
            }
            Want::File { url, path } => (url, puller.file(url, path, &mut report)?),
        };
        screen.say(&format!("{label}: {files} files, {bytes} bytes, {kept} of them there before"));
        all.push(json!({ "name": label, "files": files, "bytes": bytes, "kept": kept }));
    }
    screen.say(&format!("{}: {} pulled", store.display(), all.len()));
    if json { print_json(&json!({ "store": store, "pulled": all })) } else { Ok(()) }
}

/// What is to be fetched, in order, each once.
fn wants(args: &PullArgs) -> Result<BTreeSet<Want>, CliError> {
    let named = args.ids.iter().map(|id| match DataNeed::of_address(id) {
        Some(need) => want(need),
        None => Want::Dataset { id: id.clone(), config: args.config.clone(), split: args.split.clone() },
    });
    let mut wants: BTreeSet<Want> = named.collect();
    if !args.task.is_empty() {
        for task in &Catalog::bundled()?.resolve(&args.task)?.tasks {
            wants.extend(task.data_needs()?.into_iter().map(want));
        }
    }
    match wants.iter().find_map(wildcard) {
        Some(path) => Err(CliError::usage(format!(
            "{path} is a pattern, whose files are not known here; name them one by one, or put them into a store by hand"
        ))),
        None => Ok(wants),
    }
}

fn want(need: DataNeed) -> Want {
    match need {
        DataNeed::Split { id, config, split } => Want::Dataset { id, config, split: Some(split) },
        DataNeed::File { url, path } => Want::File { url, path },
    }
}

fn wildcard(want: &Want) -> Option<&str> {
    match want {
        Want::File { path, .. } => Some(path.as_str()).filter(|path| path.contains(['*', '[', '?'])),
        Want::Dataset { .. } => None,
    }
}

/// A line a file, and on a terminal a bar below it.
struct Screen {
    quiet: bool,
    bar: ProgressBar,
}

impl Screen {
    fn new(quiet: bool) -> Self {
        let is_shown = !quiet && std::io::stderr().is_terminal();
        let bar = if is_shown { ProgressBar::new(0) } else { ProgressBar::hidden() };
        let template = "{bar:32} {binary_bytes}/{binary_total_bytes}  {binary_bytes_per_sec}  eta {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self { quiet, bar }
    }

    fn say(&self, line: &str) {
        if !self.quiet {
            self.bar.suspend(|| say(line));
        }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::File { path, bytes, from } => {
                let goes_on = if *from > 0 { format!(", from byte {from} on") } else { String::new() };
                self.say(&format!("{}{goes_on}", path.display()));
                self.bar.set_length(bytes.unwrap_or(0));
                self.bar.set_position(*from);
            }
            Event::Bytes(count) => self.bar.inc(*count),
            Event::Retry { reason, pause } => {
                self.say(&format!("{reason}; again in {:.1} s", pause.as_secs_f64()));
            }
            Event::Partial { path } => self.bar.suspend(|| {
                warn(format_args!("{}: the hub converted only the beginning of this dataset", path.display()));
            }),
            _ => {}
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

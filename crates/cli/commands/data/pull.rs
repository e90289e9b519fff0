//! `yardstick data pull`

use super::PullArgs;
use crate::commands::{cache, print_json};
use crate::error::CliError;
use crate::transfers::Transfers;
use serde_json::json;
use std::collections::BTreeSet;
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
    let screen = Transfers::new(quiet);
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

//! `yardstick baseline`: runs that are kept under names.

mod timeline;

use super::ls::List;
use super::print_json;
use super::show::print_record;
use crate::args::{BaselineArgs, BaselineCommand, SaveArgs, ShowBaselineArgs, StoreArgs};
use crate::baselines::store;
use crate::error::CliError;
use crate::stderr::say;
use std::collections::BTreeMap;
use yardstick_report::{BaselineStore, Reference, Save};

/// Saves, lists, shows or draws kept runs.
///
/// # Errors
/// A name that means nothing, a folder that is no finished run, or a store that cannot be read or written.
pub fn baseline(args: &BaselineArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    match &args.command {
        BaselineCommand::Save(args) => save(args, quiet, json),
        BaselineCommand::Ls(args) => ls(args, json),
        BaselineCommand::Show(args) => show(args, json),
        BaselineCommand::Timeline(args) => timeline::timeline(args, quiet, json),
    }
}

fn save(args: &SaveArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let store = store(args.store.store.as_deref())?;
    let run = crate::baselines::run_folder(&args.run)?;
    let time = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let saved = store.save(&args.name, &run, &time)?;
    if json {
        print_json(&serde_json::to_value(&saved).unwrap_or_default())?;
    }
    if !quiet {
        let what = match (saved.is_new_run, saved.is_new_save) {
            (_, false) => "is this run already",
            (false, true) => "is a run that was kept before",
            (true, true) => "is kept",
        };
        say(format_args!(
            "{}, save {}, {what}: {} in {}",
            args.name,
            saved.saves,
            &saved.save.object[..12],
            store.root().display()
        ));
    }
    Ok(())
}

fn ls(args: &StoreArgs, json: bool) -> Result<(), CliError> {
    let store = store(args.store.as_deref())?;
    let rows = store.names()?.into_iter().map(|name| row(&store, name)).collect::<Result<Vec<_>, CliError>>()?;
    List { head: &["baseline", "saves", "latest", "models", "bytes"], rows }.print(json)
}

fn row(store: &BaselineStore, name: String) -> Result<Vec<String>, CliError> {
    let saves = store.history(&name)?;
    // A run that was saved twice takes its room once.
    let runs: BTreeMap<&str, &Save> = saves.iter().map(|save| (save.object.as_str(), save)).collect();
    let bytes: u64 = runs.values().map(|save| store.bytes(save)).sum();
    let latest = saves.last();
    let models = latest.map(|save| save.models.iter().map(|model| model.name.clone()).collect::<Vec<_>>().join(", "));
    Ok(vec![
        name,
        saves.len().to_string(),
        latest.map(|save| save.time.clone()).unwrap_or_default(),
        models.unwrap_or_default(),
        bytes.to_string(),
    ])
}

fn show(args: &ShowBaselineArgs, json: bool) -> Result<(), CliError> {
    let folder = store(args.store.store.as_deref())?.find(&Reference::parse(&args.name)?)?;
    print_record(&yardstick_report::read_record(&folder)?, json, args.members)
}

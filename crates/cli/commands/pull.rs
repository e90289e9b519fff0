//! `yardstick pull`: models of the hub, ahead of their use.

use super::{print, print_json};
use crate::args::PullModelsArgs;
use crate::error::CliError;
use crate::models;
use crate::run::Screen;
use serde_json::json;
use yardstick_hub::{ModelId, Snapshot};

/// Fetches the models and prints the folders that they are in.
///
/// # Errors
/// Names that are none, before anything is fetched; and what the hub refuses.
pub fn pull(args: &PullModelsArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    let ids = args.models.iter().map(|typed| id(typed)).collect::<Result<Vec<_>, _>>()?;
    let screen = Screen::new(quiet);
    let mut all = Vec::new();
    for id in &ids {
        let found = models::pull(id, args.hub, screen)
            .map_err(|reason| CliError::Pull { typed: None, reason: Box::new(reason) })?;
        let Snapshot { files, bytes, kept, .. } = &found;
        screen
            .say(&format!("{}@{}: {files} files, {bytes} bytes, {kept} of them there before", found.id, found.commit));
        if !json {
            print(&format!("{}\n", found.folder.display()))?;
        }
        all.push(json!({
            "model": found.id,
            "revision": id.revision(),
            "commit": found.commit,
            "folder": found.folder,
            "files": found.files,
            "bytes": found.bytes,
            "kept": found.kept,
        }));
    }
    if json { print_json(&all.into()) } else { Ok(()) }
}

fn id(typed: &str) -> Result<ModelId, CliError> {
    ModelId::parse(typed).ok_or_else(|| CliError::Usage {
        message: format!("{typed} is not the name of a model of the hub"),
        help: Some(models::suggestion(typed)),
    })
}

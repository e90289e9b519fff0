//! `yardstick data verify`

use super::StoreArgs;
use crate::commands::{print, print_json, store_folders};
use crate::error::CliError;
use serde_json::json;
use std::fmt::Write;
use yardstick_hub::{Checked, FileState};

/// Reads the files of all stores again, and names those that are not as recorded.
///
/// # Errors
/// A store that cannot be read, and files that are gone or changed.
pub fn verify(args: &StoreArgs, json: bool) -> Result<(), CliError> {
    let stores = store_folders(&args.data)?;
    if stores.is_empty() {
        return Err(CliError::usage("there is no store; name one with --data or YARDSTICK_DATA"));
    }
    let (mut all, mut wrong) = (Vec::new(), 0);
    for store in stores {
        let checked = yardstick_hub::verify(&store, &mut |_| {})?;
        let store = store.display().to_string();
        wrong += checked.iter().filter(|file| file.state.is_wrong()).count();
        if !json {
            print(&text(&store, &checked))?;
        }
        all.extend(checked.iter().map(|file| {
            let (state, how) = words(&file.state);
            json!({ "store": store, "path": file.path, "state": state, "how": how })
        }));
    }
    if json {
        print_json(&all.into())?;
    }
    if wrong == 0 { Ok(()) } else { Err(CliError::Store { count: wrong }) }
}

/// What is not as recorded, a line each, and a line in the end.
fn text(store: &str, checked: &[Checked]) -> String {
    let mut text = String::new();
    for file in checked {
        let (state, how) = words(&file.state);
        let how = how.map_or_else(String::new, |how| format!(": {how}"));
        if file.state != FileState::Same {
            let _ = writeln!(text, "{store}/{}  {state}{how}", file.path);
        }
    }
    let same = checked.iter().filter(|file| file.state == FileState::Same).count();
    text + &format!("{store}: {same} of {} files are as recorded\n", checked.len())
}

fn words(state: &FileState) -> (&'static str, Option<&str>) {
    match state {
        FileState::Same => ("same", None),
        FileState::Missing => ("missing", None),
        FileState::Different { how } => ("different", Some(how)),
        FileState::Unknown => ("unknown", Some("in no lock file or manifest")),
        FileState::Unfinished => ("unfinished", Some("the next pull goes on with it")),
    }
}

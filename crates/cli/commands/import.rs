//! `yardstick import`: models in the layouts of other tools.

use super::{print, print_json};
use crate::args::{ImportArgs, ImportLayout};
use crate::error::CliError;
use serde_json::json;
use yardstick_zoo::{CharRnn, import_charrnn};

/// Turns what the arguments name.
///
/// # Errors
/// Files that are missing or not what they should be, a folder that cannot be written.
pub fn import(args: &ImportArgs, json: bool) -> Result<(), CliError> {
    let ImportLayout::Charrnn = args.layout;
    let made = import_charrnn(&args.from, &args.out)?;
    let out = args.out.display();
    if json {
        let unusable = made.unusable.iter().map(|(row, key)| json!({"row": row, "key": key})).collect::<Vec<_>>();
        return print_json(&json!({
            "out": out.to_string(),
            "family": "lstm",
            "n_layer": made.n_layer,
            "n_hidden": made.n_hidden,
            "vocab_size": made.vocab_size,
            "unusable": unusable,
        }));
    }
    let CharRnn { n_layer, n_hidden, vocab_size, unusable } = &made;
    print(&format!("{out}: lstm, {n_layer} layers of {n_hidden}, {vocab_size} characters\n"))?;
    if unusable.is_empty() {
        return Ok(());
    }
    let row = |(row, key): &(usize, Option<String>)| match key {
        Some(key) => format!("{row} ({key:?})"),
        None => row.to_string(),
    };
    let rows: Vec<String> = unusable.iter().map(row).collect();
    print(&format!(
        "{} of its rows have no character in vocab.json, so that no text can use them: {}\n",
        unusable.len(),
        rows.join(", ")
    ))
}

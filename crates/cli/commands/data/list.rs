//! The datasets that tasks read and those in stores.

use crate::commands::ls::List;
use crate::commands::store_folders;
use crate::error::CliError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use yardstick_hub::StoredSplit;
use yardstick_tasks::{Catalog, EntryKind};

/// Hub ids of the datasets in the binary begin so.
const BUNDLED_OWNER: &str = "yardstick/";

/// A row for every split in a store, and one for every dataset that tasks read and that is in none.
///
/// # Errors
/// The catalog is broken, or a store cannot be listed.
pub fn datasets(data: &[PathBuf], catalog: &Catalog) -> Result<List, CliError> {
    let mut tasks: BTreeMap<String, usize> = BTreeMap::new();
    for entry in catalog.entries().filter(|entry| entry.kind == EntryKind::Task) {
        *tasks.entry(entry.dataset).or_default() += 1;
    }
    let mut rows = Vec::new();
    let mut found = BTreeSet::new();
    for store in store_folders(data)? {
        for split in yardstick_hub::ls(&store)? {
            rows.push(row(&split, tasks.get(&split.id), &store.display().to_string()));
            found.insert(split.id);
        }
    }
    for (id, count) in tasks.iter().filter(|(id, _)| !found.contains(*id)) {
        let place = if id.starts_with(BUNDLED_OWNER) { "in the binary" } else { "not found" };
        rows.push(row(&StoredSplit { id: id.clone(), ..StoredSplit::default() }, Some(count), place));
    }
    // Stores keep their order among the rows of a dataset: the first is the one that is read.
    rows.sort_by(|a, b| a[0].cmp(&b[0]));
    Ok(List { head: &["dataset", "tasks", "config", "split", "files", "bytes", "rows", "licence", "place"], rows })
}

/// Nothing is shown where nothing is known.
fn row(split: &StoredSplit, tasks: Option<&usize>, place: &str) -> Vec<String> {
    let count = |n: Option<u64>| n.filter(|&n| n > 0).map_or_else(String::new, |n| n.to_string());
    vec![
        split.id.clone(),
        tasks.copied().unwrap_or(0).to_string(),
        split.config.clone(),
        split.split.clone(),
        count(Some(split.files as u64)),
        count(Some(split.bytes)),
        count(split.rows),
        split.licence.clone().unwrap_or_default(),
        place.to_owned(),
    ]
}

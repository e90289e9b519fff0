//! `yardstick ls`: what there is. Every list is made from the cards of the things themselves.

use super::{print, print_json, store_folders};
use crate::args::{Listing, LsArgs};
use crate::columns::columns;
use crate::error::CliError;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;
use yardstick_tasks::{Catalog, Entry, EntryKind, METRICS, Metric, Suite};

/// Hub ids of the datasets in the binary begin so.
const BUNDLED_OWNER: &str = "yardstick/";

/// A list as a table: what the columns are called, and a row a thing.
struct List {
    head: &'static [&'static str],
    rows: Vec<Vec<String>>,
}

/// Prints one of the lists.
///
/// # Errors
/// The catalog is broken.
pub fn ls(args: &LsArgs, json: bool) -> Result<(), CliError> {
    let list = match args.what {
        Listing::Models => models()?,
        Listing::Tasks => tasks(&args.folders.catalog()?),
        Listing::Suites => suites()?,
        Listing::Metrics => metrics(),
        Listing::Charts => charts(),
        Listing::Datasets => datasets(&args.data, &args.folders.catalog()?),
    };
    if json { print_json(&list.json()) } else { print(&list.text()) }
}

impl List {
    fn text(&self) -> String {
        let head = self.head.iter().map(|name| name.replace('_', " ")).collect();
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(self.rows.iter().cloned()).collect();
        columns(&rows)
    }

    fn json(&self) -> Value {
        let object = |row: &Vec<String>| {
            let pairs = self.head.iter().zip(row);
            // Counts are numbers to a machine.
            let value = |cell: &String| cell.parse::<u64>().map_or_else(|_| cell.clone().into(), Value::from);
            Value::Object(pairs.map(|(key, cell)| ((*key).to_owned(), value(cell))).collect::<Map<_, _>>())
        };
        Value::Array(self.rows.iter().map(object).collect())
    }
}

fn models() -> Result<List, CliError> {
    let row = |card: yardstick_core::ModelCard| {
        let numbers = [card.n_params, card.n_layer, card.n_embd, card.n_head, card.n_ctx as u64];
        let mut row = vec![card.name, card.family];
        row.extend(numbers.map(|n| n.to_string()));
        row.push(card.dtype);
        row
    };
    let head = &["model", "family", "parameters", "n_layer", "n_embd", "n_head", "n_ctx", "dtype"];
    Ok(List { head, rows: yardstick_zoo::bundled()?.into_iter().map(row).collect() })
}

fn tasks(catalog: &Catalog) -> List {
    let kind = |kind| if kind == EntryKind::Task { "task" } else { "group" }.to_owned();
    let row = |e: Entry| vec![e.id, kind(e.kind), e.dataset, e.metrics.join(", "), e.description];
    List { head: &["task", "kind", "dataset", "metrics", "about"], rows: catalog.entries().map(row).collect() }
}

fn suites() -> Result<List, CliError> {
    let catalog = Catalog::bundled()?;
    let row = |suite: &Suite| vec![suite.id.clone(), suite.tasks.join(", "), suite.description.clone()];
    Ok(List { head: &["suite", "tasks", "about"], rows: catalog.suites().map(row).collect() })
}

fn metrics() -> List {
    let row = |metric: &&Metric| {
        let direction = if metric.higher_is_better { "higher" } else { "lower" };
        let types: Vec<String> = metric.output_types.iter().map(|t| t.name().to_owned()).collect();
        vec![metric.name.to_owned(), direction.to_owned(), types.join(", "), metric.about.to_owned()]
    };
    List { head: &["metric", "better", "output_type", "about"], rows: METRICS.iter().map(row).collect() }
}

fn charts() -> List {
    let row = |chart: &&dyn yardstick_report::Chart| vec![chart.card().id.to_owned(), chart.card().summary.to_owned()];
    List { head: &["chart", "about"], rows: yardstick_report::CHARTS.iter().map(row).collect() }
}

/// Every dataset that the catalog's tasks read, and where it is.
fn datasets(data: &[PathBuf], catalog: &Catalog) -> List {
    let mut tasks: BTreeMap<String, usize> = BTreeMap::new();
    for entry in catalog.entries().filter(|entry| entry.kind == EntryKind::Task) {
        *tasks.entry(entry.dataset).or_default() += 1;
    }
    let folders = store_folders(data);
    let place = |id: &str| {
        if id.starts_with(BUNDLED_OWNER) {
            return "in the binary".to_owned();
        }
        let found = folders.iter().map(|folder| folder.join(id)).find(|folder| folder.is_dir());
        found.map_or_else(|| "not found".to_owned(), |folder| folder.display().to_string())
    };
    let rows = tasks.into_iter().map(|(id, count)| vec![place(&id), id, count.to_string()]);
    let rows = rows.map(|mut row| {
        row.rotate_left(1);
        row
    });
    List { head: &["dataset", "tasks", "place"], rows: rows.collect() }
}

//! `yardstick ls`: what there is. Every list is made from the cards of the things themselves.

use super::{cost, data, print_json, print_text};
use crate::args::{Listing, LsArgs};
use crate::columns::columns;
use crate::error::CliError;
use serde_json::{Map, Value};
use yardstick_tasks::{Catalog, Entry, EntryKind, METRICS, Metric, Suite};

/// A list as a table.
pub struct List {
    /// What the columns are called.
    pub head: &'static [&'static str],
    /// A row a thing.
    pub rows: Vec<Vec<String>>,
}

/// Prints one of the lists.
///
/// # Errors
/// The catalog is broken; costs of what has none.
pub fn ls(args: &LsArgs, quiet: bool, json: bool) -> Result<(), CliError> {
    if args.cost.cost {
        return match args.what {
            Listing::Models => cost::cost(args, quiet, json),
            _ => Err(CliError::usage("--cost is of models: yardstick ls models --cost")),
        };
    }
    let list = match args.what {
        Listing::Models => models()?,
        Listing::Tasks => tasks(&args.folders.catalog()?),
        Listing::Suites => suites()?,
        Listing::Metrics => metrics(),
        Listing::Charts => charts(),
        Listing::Formats => formats(),
        Listing::Datasets => data::datasets(&args.data, &args.folders.catalog()?)?,
    };
    list.print(json)
}

impl List {
    /// To standard output.
    pub fn print(&self, json: bool) -> Result<(), CliError> {
        if json { print_json(&self.json()) } else { print_text(&self.text()) }
    }

    fn text(&self) -> String {
        let head = self.head.iter().map(|name| name.replace('_', " ")).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(|cell| shortened(cell)).collect());
        let last = self.rows.iter().map(|row| row.last().cloned().unwrap_or_default());
        // The last column may be as long as it likes: nothing stands behind it.
        let rows = rows.zip(last).map(|(mut row, last): (Vec<String>, String)| {
            row.pop();
            row.push(last);
            row
        });
        columns(&std::iter::once(head).chain(rows).collect::<Vec<Vec<String>>>())
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

/// A cell that does not push the columns behind it out of sight; all of it is in the JSON.
fn shortened(cell: &str) -> String {
    const MOST: usize = 60;
    let short: String = cell.chars().take(MOST).collect();
    if short.len() == cell.len() { short } else { format!("{short}…") }
}

fn models() -> Result<List, CliError> {
    let row = |card: yardstick_core::ModelCard| {
        let numbers = [card.n_params, card.n_layer, card.n_embd, card.n_head, card.n_ctx as u64];
        let mut row = vec![card.name, card.family];
        row.extend(numbers.map(|n| n.to_string()));
        row.extend([card.dtype, card.scoring.name().to_owned()]);
        row
    };
    let head = &["model", "family", "parameters", "n_layer", "n_embd", "n_head", "n_ctx", "dtype", "scoring"];
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

fn formats() -> List {
    let row = |format: &&dyn yardstick_report::Format| {
        let when = if format.is_standard() { "always" } else { "--export" };
        vec![format.card().id.to_owned(), when.to_owned(), format.card().summary.to_owned()]
    };
    List { head: &["format", "written", "about"], rows: yardstick_report::FORMATS.iter().map(row).collect() }
}

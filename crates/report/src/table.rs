//! The table in the terminal: tasks and metrics in rows, models in columns, as many columns as fit.

use crate::bar;
use crate::number::{Unit, count};
use crate::overview::{Overview, Row, RowKind};
use crate::partial::lack;
use crate::text::{clip, visible, wrap};
use yardstick_core::RunRecord;

/// How a table is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableOptions {
    /// Characters a line may have; below 50 is taken as 50.
    pub width: usize,
    /// Whether to use ANSI colours: the best model of a row in bold, what is not a result in grey.
    pub color: bool,
    /// Whether the members of groups get rows of their own.
    pub members: bool,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { width: 100, color: false, members: false }
    }
}

const GAP: &str = "  ";
const MAX_TASK: usize = 32;
const MIN_TASK: usize = 14;
const MAX_MODEL: usize = 18;
const BOLD: &str = "1";
const GREY: &str = "2";
const WARNING: &str = "33";

/// The results of a record as text that ends in a newline: value ± standard error, documents and chance level.
///
/// Models that do not fit beside one another follow in a further table.
pub fn table(record: &RunRecord, options: TableOptions) -> String {
    let overview = Overview::new(&[record]);
    let rows: Vec<&Row> = overview.shown(options.members).collect();
    let layout = Layout::new(&overview, &rows, options);
    let mut out = String::new();
    if let Some(lack) = lack(&[record]) {
        for line in wrap(&format!("PARTIAL RUN: {lack}"), 5, |line| line.chars().count() <= layout.width) {
            out.push_str(&layout.paint(&line, WARNING));
            out.push('\n');
        }
    }
    for block in layout.blocks() {
        if !out.is_empty() {
            out.push('\n');
        }
        layout.push_block(&mut out, &block);
    }
    for card in &record.models {
        let Some(note) = card.scoring.note() else { continue };
        for line in wrap(&format!("{}: {note}", card.name), 2, |line| line.chars().count() <= layout.width) {
            out.push_str(&layout.paint(&line, GREY));
            out.push('\n');
        }
    }
    if layout.bars {
        out.push('\n');
        for line in wrap(BARS, 4, |line| line.chars().count() <= layout.width) {
            out.push_str(&layout.paint(&line, GREY));
            out.push('\n');
        }
    }
    out
}

/// One column: its lines of heading and its cells.
struct Column {
    heading: Vec<String>,
    cells: Vec<String>,
    width: usize,
}

impl Column {
    fn new(heading: Vec<String>, cells: Vec<String>) -> Self {
        let width = heading.iter().chain(&cells).map(|text| text.chars().count()).max().unwrap_or(0);
        Self { heading, cells, width }
    }

    fn heading_line(&self, line: usize, lines: usize) -> &str {
        // Headings stand at the bottom, next to their cells.
        let skipped = lines - self.heading.len();
        line.checked_sub(skipped).map_or("", |at| &self.heading[at])
    }
}

struct Layout {
    width: usize,
    color: bool,
    /// Whether values have a bar behind them.
    bars: bool,
    /// Task, metric, n, chance: repeated in every block.
    left: Vec<Column>,
    models: Vec<Column>,
    /// Index of the best model of each row.
    best: Vec<Option<usize>>,
}

impl Layout {
    fn new(overview: &Overview, rows: &[&Row], options: TableOptions) -> Self {
        let layout = |bars: bool| {
            let width = options.width.max(50);
            let models: Vec<Column> =
                (0..overview.models.len()).map(|m| model_column(overview, rows, m, bars)).collect();
            let best = rows.iter().map(|row| best(row)).collect();
            let left = left_columns(rows, width, &models);
            Self { width, color: options.color, bars, left, models, best }
        };
        // Bars where they take neither a column nor a line more.
        let (plain, bars) = (layout(false), layout(true));
        let costs = |layout: &Self| (std::cmp::Reverse(layout.left.len()), layout.blocks().len());
        let names = |layout: &Self| layout.left.first().map(|task| task.width);
        let fits = costs(&plain) == costs(&bars) && names(&plain) == names(&bars);
        let has_bars = rows.iter().any(|row| scale(row).is_some()) && !overview.models.is_empty();
        if fits && has_bars { bars } else { plain }
    }

    /// Ranges of models that fit beside the left columns; never empty.
    fn blocks(&self) -> Vec<std::ops::Range<usize>> {
        let taken: usize = self.left.iter().map(|c| c.width + GAP.len()).sum();
        let (mut blocks, mut start, mut used) = (Vec::new(), 0, taken);
        for (m, column) in self.models.iter().enumerate() {
            let needed = column.width + if m == start { 0 } else { GAP.len() };
            if m > start && used + needed > self.width {
                blocks.push(start..m);
                (start, used) = (m, taken + column.width);
            } else {
                used += needed;
            }
        }
        blocks.push(start..self.models.len());
        blocks
    }

    fn push_block(&self, out: &mut String, models: &std::ops::Range<usize>) {
        let columns: Vec<&Column> = self.left.iter().chain(&self.models[models.clone()]).collect();
        let lines = columns.iter().map(|c| c.heading.len()).max().unwrap_or(0);
        for line in 0..lines {
            let cells = columns.iter().map(|c| (c.heading_line(line, lines), None));
            self.push_line(out, &columns, cells);
        }
        let rule = columns.iter().map(|c| c.width).sum::<usize>() + GAP.len() * (columns.len() - 1);
        out.push_str(&self.paint(&"─".repeat(rule), GREY));
        out.push('\n');
        for (row, best) in self.best.iter().enumerate() {
            let cells = columns.iter().enumerate().map(|(c, column)| {
                let model = c.checked_sub(self.left.len()).map(|m| m + models.start);
                let style = if model.is_none() && c > 0 {
                    Some(GREY)
                } else {
                    (model.is_some() && model == *best).then_some(BOLD)
                };
                (column.cells[row].as_str(), style)
            });
            self.push_line(out, &columns, cells);
        }
    }

    fn push_line<'a>(
        &self,
        out: &mut String,
        columns: &[&Column],
        cells: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    ) {
        let mut line = String::new();
        for (at, ((cell, style), column)) in cells.zip(columns).enumerate() {
            let pad = " ".repeat(column.width - cell.chars().count());
            let cell = style.map_or_else(|| cell.to_owned(), |style| self.paint(cell, style));
            // Words to the left, numbers to the right.
            let text = if at < 2 { format!("{cell}{pad}") } else { format!("{pad}{cell}") };
            line.push_str(if at == 0 { "" } else { GAP });
            line.push_str(&text);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }

    fn paint(&self, text: &str, style: &str) -> String {
        if self.color { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

fn model_column(overview: &Overview, rows: &[&Row], model: usize, bars: bool) -> Column {
    let cell = |row: &&Row| {
        let estimate = row.cells[model].as_ref();
        let text = estimate.map_or_else(|| "–".to_owned(), |estimate| row.unit.with_error(estimate));
        if !bars {
            return text;
        }
        let bar = estimate.zip(scale(row)).map(|(estimate, top)| bar::value(estimate, top));
        format!("{text} {}", bar.unwrap_or_else(|| " ".repeat(bar::VALUE)))
    };
    let cells: Vec<String> = rows.iter().map(cell).collect();
    let widest = cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
    let room = widest.clamp(8, MAX_MODEL);
    let heading = wrap(&visible(&overview.models[model].label), 4, |line| line.chars().count() <= room);
    Column::new(heading, cells)
}

/// Where a row's bars end: at the whole of a share, at the largest value of the row for what has no end and is not negative.
/// Other metrics have none.
fn scale(row: &Row) -> Option<f64> {
    let estimates = || row.cells.iter().flatten();
    let largest = estimates().map(|e| e.high.unwrap_or(e.value).max(e.value)).fold(0.0, f64::max);
    match row.unit {
        Unit::Percent if estimates().all(|e| e.value <= 1.0) => Some(1.0),
        Unit::Percent => Some(100.0),
        Unit::Bits | Unit::Perplexity => Some(largest).filter(|top| top.is_finite() && *top > 0.0),
        Unit::Plain => None,
    }
}

const BARS: &str = "Bars: a share from 0 to 100 %, other metrics from 0 to the largest of the row; █ up to the 95 % interval, \
    ▓ in it up to the value, ░ in it beyond.";

fn left_columns(rows: &[&Row], width: usize, models: &[Column]) -> Vec<Column> {
    let column = |heading: &str, cell: &dyn Fn(&Row) -> String| {
        Column::new(vec![heading.to_owned()], rows.iter().map(|row| cell(row)).collect())
    };
    let mut others = vec![column("metric", &metric), column("n", &n), column("chance", &chance)];
    let widest_model = models.iter().map(|c| c.width).max().unwrap_or(0);
    let room = |others: &[Column]| {
        let taken: usize = others.iter().map(|c| c.width + GAP.len()).sum::<usize>() + GAP.len() + widest_model;
        width.saturating_sub(taken)
    };
    // Where it is narrow, names come before chance, and chance before the number of documents.
    while others.len() > 1 && room(&others) < MIN_TASK {
        others.remove(1);
    }
    let room = room(&others).clamp(8, MAX_TASK);
    let mut task = column("task", &|row| clip(&indented(row), room));
    // A task's further metrics stand below it without its name.
    for at in (1..rows.len()).rev() {
        if rows[at].label == rows[at - 1].label {
            task.cells[at].clear();
        }
    }
    std::iter::once(task).chain(others).collect()
}

fn indented(row: &Row) -> String {
    let indent = if row.kind == RowKind::Member { "  " } else { "" };
    format!("{indent}{}", visible(&row.label))
}

fn metric(row: &Row) -> String {
    let arrow = row.higher_is_better.map_or("", |higher| if higher { " ↑" } else { " ↓" });
    format!("{}{arrow}{}", clip(&visible(&row.metric), 16), row.unit.suffix())
}

pub(crate) fn n(row: &Row) -> String {
    match row.n() {
        None => "–".to_owned(),
        Some((low, high)) if low == high => count(low),
        Some((low, high)) => format!("{}–{}", count(low), count(high)),
    }
}

pub(crate) fn chance(row: &Row) -> String {
    row.chance.map_or_else(|| "–".to_owned(), |chance| row.unit.value(chance))
}

/// The best of at least two models, where the direction of better is known and one is ahead.
pub(crate) fn best(row: &Row) -> Option<usize> {
    let sign = if row.higher_is_better? { 1.0 } else { -1.0 };
    let values = || row.cells.iter().enumerate().filter_map(|(m, e)| Some((m, sign * e.as_ref()?.value)));
    let (best, value) = values().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (values().count() > 1 && values().filter(|v| v.1 >= value).count() == 1).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use insta::assert_snapshot;
    use proptest::prelude::*;
    use yardstick_core::RunStatus;

    fn plain(record: &RunRecord, width: usize) -> String {
        table(record, TableOptions { width, ..TableOptions::default() })
    }

    #[test]
    fn wide() {
        assert_snapshot!(plain(&testing::four_by_eleven(), 120));
    }

    #[test]
    fn bars_where_there_is_room() {
        assert_snapshot!(plain(&testing::four_by_eleven(), 170));
    }

    #[test]
    fn narrow() {
        assert_snapshot!(plain(&testing::four_by_eleven(), 60));
    }

    #[test]
    fn partial_group_with_members_in_colour() {
        let mut record = testing::with_group();
        record.status = RunStatus::Partial;
        record.results.retain(|r| r.model != "gpt2-micro" || r.task == "piqa");
        assert_snapshot!(
            table(&record, TableOptions { width: 100, color: true, members: true }).replace('\u{1b}', "ESC")
        );
    }

    #[test]
    fn a_partial_run_says_what_it_lacks() {
        let mut record = testing::one_by_one("piqa");
        record.status = RunStatus::Partial;
        for width in [50, 80, 200] {
            let table = plain(&record, width);
            let words = table.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.starts_with("PARTIAL RUN: models or tasks are missing."), "{table}");
            assert!(table.lines().all(|line| line.chars().count() <= width), "{table}");
        }
    }

    #[test]
    fn hostile_names() {
        assert_snapshot!(plain(&testing::hostile(), 80));
    }

    #[test]
    fn no_results() {
        let record = testing::record(Vec::new(), Vec::new());
        assert!(plain(&record, 80).starts_with("task"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn lines_fit(width in 30_usize..160, n_models in 1_usize..9, name in "\\PC{0,30}") {
            let models = (0..n_models).map(|m| testing::model(&format!("{name}{m}"), "gpt2", 1000)).collect();
            let tasks = testing::four_by_eleven().tasks;
            for line in plain(&testing::record(models, tasks), width).lines() {
                prop_assert!(line.chars().count() <= width.max(50), "{}", line);
            }
        }
    }
}

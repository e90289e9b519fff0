//! `pairs`: every model against every other, the mean difference over tasks in each cell.

use super::ledger::{signed, unsigned};
use super::{About, Chart, Figure, Key, LegendEntry, Material, Plot, Scene};
use crate::compare::{MACRO, TaskRow, Verdict, averaged, groups_of};
use crate::draw::page::{MARGIN, Page};
use crate::draw::palette::{Color, GRID, MUTED};
use crate::draw::ramp::{diverging, legible_on};
use crate::draw::{Anchor, Font};
use crate::number::{Unit, count, counted};
use crate::pairs::Pair;
use crate::text::{visible, wrap};
use crate::{Card, Comparison};
use polars::prelude::Column;
use std::sync::Arc;
use yardstick_core::{GroupRecord, RunRecord};
use yardstick_stats::{Z95, holm, normal_cdf};

/// A heat map of models × models.
pub(super) struct Pairs;

/// Level of the stars.
const ALPHA: f64 = 0.05;
const CELL: (f64, f64) = (98.0, 60.0);
const NAME: Font = Font::new(12.0);
const HEAD: Font = Font::new(11.5);
const VALUE: Font = Font::new(13.0);
const SMALL: Font = Font::new(10.5);
const AXIS: Font = Font::new(11.0).color(MUTED);
const NAME_WIDTH: f64 = 190.0;
const HEAD_LINES: usize = 5;
/// So many tasks of a mean are named.
const NAMED: usize = 8;

impl Chart for Pairs {
    fn card(&self) -> Card {
        Card { id: "pairs", summary: "models × models: mean difference over tasks, chance taken off, with tasks won" }
    }

    /// None with two models: their comparison says more.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let matrix = Matrix::new(material);
        let is_drawn = material.overview.models.len() > 2 && !matrix.cells.is_empty();
        is_drawn.then(|| figure(material, matrix)).into_iter().collect()
    }
}

/// Models against models.
#[derive(Debug, PartialEq)]
struct Matrix {
    models: Vec<String>,
    /// Models, a row each.
    rows: Vec<usize>,
    /// Models, a column each.
    columns: Vec<usize>,
    cells: Vec<Cell>,
}

/// The model of a row against that of a column.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    row: usize,
    column: usize,
    /// Row − column: the mean over tasks that have a chance level, chance taken off, with its standard error; points.
    mean: Option<(f64, f64)>,
    /// Two-sided p of no mean difference, corrected over pairs.
    p: Option<f64>,
    /// Tasks on which the row is shown to be better, and worse.
    better: usize,
    worse: usize,
    /// Tasks that are compared, and their documents.
    tasks: usize,
    documents: u64,
    /// Tasks in the mean, a group counting once, and the documents of all of them.
    averaged: Vec<String>,
    averaged_documents: u64,
}

impl Matrix {
    fn new(material: &Material) -> Self {
        let mut cells: Vec<Cell> =
            shown(material).into_iter().map(|(pair, comparison)| cell(pair, comparison)).collect();
        correct(&mut cells);
        let turned = |cell: &Cell| Cell {
            row: cell.column,
            column: cell.row,
            mean: cell.mean.map(|(difference, stderr)| (-difference, stderr)),
            better: cell.worse,
            worse: cell.better,
            ..cell.clone()
        };
        let models: Vec<String> = material.overview.models.iter().map(|model| model.label.clone()).collect();
        // Of many models the first alone is compared with each: a column says it all.
        let all: Vec<usize> = (0..models.len()).collect();
        let is_square = material.pairs.iter().any(|pair| pair.base > 0);
        if is_square {
            cells.extend(cells.iter().map(turned).collect::<Vec<_>>());
            return Self { models, rows: all.clone(), columns: all, cells };
        }
        Self { models, rows: all[1.min(all.len())..].to_vec(), columns: vec![0], cells }
    }

    fn at(&self, row: usize, column: usize) -> Option<&Cell> {
        self.cells.iter().find(|cell| (cell.row, cell.column) == (row, column))
    }

    /// The largest mean difference either way.
    fn span(&self) -> f64 {
        self.cells.iter().filter_map(|cell| cell.mean).map(|mean| mean.0.abs()).fold(0.0, f64::max)
    }

    /// From −1, all for the column, to 1.
    fn shade(&self, cell: &Cell) -> f64 {
        match cell.mean {
            Some((difference, _)) => difference / self.span().max(1e-9),
            None if self.span() > 0.0 => 0.0,
            None => (cell.better as f64 - cell.worse as f64) / cell.tasks.max(1) as f64,
        }
    }
}

/// The candidate against the base.
fn cell(pair: &Pair, comparison: &Comparison) -> Cell {
    let rows = averaged(&comparison.rows);
    let shown = |verdict: Verdict| comparison.primary().filter(|row| row.verdict == verdict).count();
    Cell {
        row: pair.candidate,
        column: pair.base,
        mean: mean(comparison).filter(|mean| mean.0.is_finite() && mean.1.is_finite()),
        p: None,
        better: shown(Verdict::Better),
        worse: shown(Verdict::Worse),
        tasks: comparison.primary().count(),
        documents: comparison.primary().map(|row| row.n).sum(),
        averaged: names(&rows, &pair.record.groups),
        averaged_documents: rows.iter().map(|row| row.n).sum(),
    }
}

/// The pairs that were asked the same as the first of the run with the most models, and what came out.
fn shown<'a>(material: &Material<'a>) -> Vec<(&'a Pair<'a>, &'a Comparison)> {
    let mut all: Vec<_> = material.pairs.iter().filter_map(|pair| Some((pair, pair.outcome.as_ref().ok()?))).collect();
    let Some(first) = all.iter().map(|(pair, _)| pair.record).rev().max_by_key(|record| record.models.len()) else {
        return all;
    };
    all.retain(|(pair, comparison)| {
        comparison.primary().all(|row| {
            let asked = |record: &'a RunRecord| {
                record.tasks.iter().find(|card| card.id == row.task).map(|card| &card.prompt_hash)
            };
            asked(pair.record) == asked(first)
        })
    });
    all
}

/// Of the tasks of a mean, or of their groups.
fn names(rows: &[&TaskRow], groups: &[GroupRecord]) -> Vec<String> {
    let group_of = groups_of(rows, groups);
    let name = |first: usize| {
        let task = &rows[first].task;
        let is_alone = group_of.iter().filter(|group| **group == first).count() < 2;
        let own = groups.iter().filter(|group| group.tasks.contains(task)).min_by_key(|group| group.tasks.len());
        own.filter(|_| !is_alone).map_or_else(|| task.clone(), |group| group.id.clone())
    };
    (0..rows.len()).filter(|&at| group_of[at] == at).map(name).collect()
}

/// The mean over the tasks with a chance level, or the only such task's difference.
fn mean(comparison: &Comparison) -> Option<(f64, f64)> {
    if let Some(average) = comparison.averages.iter().find(|mean| mean.name == MACRO).or(comparison.averages.first()) {
        return Some((100.0 * average.difference, 100.0 * average.stderr));
    }
    let mut rows = comparison.primary().filter(|row| row.higher_is_better && Unit::of(&row.metric) == Unit::Percent);
    let (row, chance) = rows.find_map(|row| Some((row, row.chance.filter(|chance| *chance < 1.0)?)))?;
    Some((100.0 * row.gain() / (1.0 - chance), 100.0 * row.stderr? / (1.0 - chance)))
}

/// Corrects the p-values of all means over pairs.
fn correct(cells: &mut [Cell]) {
    let p = |(difference, stderr): (f64, f64)| {
        if stderr > 0.0 { 2.0 * normal_cdf(-(difference / stderr).abs()) } else { 1.0 }
    };
    let tested: Vec<usize> = (0..cells.len()).filter(|&at| cells[at].mean.is_some()).collect();
    let raw: Vec<f64> = tested.iter().filter_map(|&at| cells[at].mean).map(p).collect();
    for (at, corrected) in tested.into_iter().zip(holm(&raw)) {
        cells[at].p = Some(corrected);
    }
}

fn figure(material: &Material, matrix: Matrix) -> Figure {
    let shade = |value: f64, label: String| LegendEntry { key: Key::Shade(diverging(value)), label };
    let by = if matrix.span() > 0.0 {
        format!(" by {} points", unsigned(matrix.span(), matrix.span()))
    } else {
        String::new()
    };
    let pairs = shown(material);
    let card = |(pair, row): (&Pair, &TaskRow)| {
        pair.record.tasks.iter().find(|card| card.id == row.task).map(|card| card.shots)
    };
    let rows = pairs.iter().flat_map(|(pair, comparison)| comparison.primary().map(|row| (*pair, row)));
    let shots = super::protocol::shots(rows.filter_map(card));
    let has_mean = matrix.cells.iter().any(|cell| cell.mean.is_some());
    let cells = || matrix.cells.iter().filter(|cell| cell.mean.is_some() == has_mean);
    let tasks = range(cells().map(|cell| if has_mean { cell.averaged.len() } else { cell.tasks } as u64));
    let tasks = format!("{tasks} task{}", if tasks == "1" { "" } else { "s" });
    let documents = range(cells().map(|cell| if has_mean { cell.averaged_documents } else { cell.documents }));
    Figure {
        chart: "pairs",
        stem: "pairs-models".to_owned(),
        about: About::Report,
        title: "Models two by two".to_owned(),
        subtitle: format!("{shots}; row − column on the same documents; n = {documents} documents of {tasks} a pair"),
        notes: notes(material, &matrix),
        partial: material.overview.partial,
        legend: vec![
            shade(-1.0, format!("row worse{by}")),
            shade(0.0, "no difference".to_owned()),
            shade(1.0, format!("row better{by}")),
        ],
        plot: Arc::new(matrix),
    }
}

/// `200`, or `100 to 200`.
fn range(of: impl Iterator<Item = u64>) -> String {
    let (low, high) = of.fold((u64::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
    if low >= high { count(high) } else { format!("{} to {}", count(low), count(high)) }
}

fn notes(material: &Material, matrix: &Matrix) -> Vec<String> {
    let cell = format!(
        "In a cell: the mean difference over the tasks that have a chance level, in points of (x − chance)/(1 − chance), with \
         half of its 95 % interval (tasks as given, documents drawn again); below, tasks on which the row is shown to be better : \
         worse (p corrected over tasks). *: p < {ALPHA} corrected over pairs (Holm)."
    );
    let over = matrix.cells.iter().find(|cell| cell.mean.is_some()).map(|cell| &cell.averaged);
    let is_one = matrix.cells.iter().filter(|cell| cell.mean.is_some()).all(|cell| Some(&cell.averaged) == over);
    let over = over.map(|names| {
        let which = if is_one && names.len() <= NAMED { format!(" ({})", names.join(", ")) } else { String::new() };
        format!("In the mean a group of tasks counts once; the subtitle counts what is averaged{which}.")
    });
    let pairs = shown(material);
    let others = super::two::other_runs(pairs.iter().map(|(pair, _)| pair.others).max().unwrap_or(0));
    let compared = material.pairs.iter().filter(|pair| pair.outcome.is_ok()).count();
    let asked = (compared > pairs.len())
        .then(|| format!("Left out since it was asked other things: {}.", counted(compared - pairs.len(), "pair")));
    let missing = material.pairs.iter().filter(|pair| pair.outcome.is_err()).count();
    let missing = (missing > 0).then(|| format!("{missing} pairs could not be compared; their cells are empty."));
    let many = (matrix.columns.len() == 1)
        .then(|| "With many models only the first is compared with each of the others.".to_owned());
    [Some(cell), over, others, asked, missing, many].into_iter().flatten().collect()
}

impl Plot for Matrix {
    fn table(&self) -> Vec<Column> {
        let names = |name: &str, of: &dyn Fn(&Cell) -> usize| {
            Column::new(name.into(), self.cells.iter().map(|cell| self.models[of(cell)].clone()).collect::<Vec<_>>())
        };
        let floats = |name: &str, of: &dyn Fn(&Cell) -> Option<f64>| {
            Column::new(name.into(), self.cells.iter().map(of).collect::<Vec<_>>())
        };
        let counts = |name: &str, of: &dyn Fn(&Cell) -> u64| {
            Column::new(name.into(), self.cells.iter().map(of).collect::<Vec<_>>())
        };
        let end = |cell: &Cell, sign: f64| cell.mean.map(|(difference, stderr)| difference + sign * Z95 * stderr);
        vec![
            names("row", &|cell| cell.row),
            names("column", &|cell| cell.column),
            floats("mean_difference", &|cell| cell.mean.map(|mean| mean.0)),
            floats("low", &|cell| end(cell, -1.0)),
            floats("high", &|cell| end(cell, 1.0)),
            floats("p_holm", &|cell| cell.p),
            counts("tasks_better", &|cell| cell.better as u64),
            counts("tasks_worse", &|cell| cell.worse as u64),
            counts("tasks_averaged", &|cell| cell.mean.map_or(0, |_| cell.averaged.len() as u64)),
            counts("n_averaged", &|cell| cell.mean.map_or(0, |_| cell.averaged_documents)),
            counts("tasks", &|cell| cell.tasks as u64),
            counts("n", &|cell| cell.documents),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        let name = self.rows.iter().map(|&row| NAME.width(&visible(&self.models[row]))).fold(60.0, f64::max);
        let left = MARGIN + name.min(NAME_WIDTH) + 12.0;
        let heads: Vec<Vec<String>> = self.columns.iter().map(|&column| head(&self.models[column])).collect();
        let lines = heads.iter().map(Vec::len).max().unwrap_or(1);
        let top = 22.0 + 15.0 * lines as f64;
        let page = Page::new(figure, (left + CELL.0 * self.columns.len() as f64 + MARGIN).max(640.0));
        let mut scene = page.scene(top + CELL.1 * self.rows.len() as f64 + 18.0);
        let corner = (left, page.top() + top);
        scene.text((left, page.top() + 4.0), "column: the model compared with", AXIS, Anchor::Start);
        for (at, lines) in heads.iter().enumerate() {
            let x = left + CELL.0 * (at as f64 + 0.5);
            for (above, line) in lines.iter().rev().enumerate() {
                scene.text((x, corner.1 - 7.0 - 15.0 * above as f64), line, HEAD, Anchor::Middle);
            }
        }
        for (at, &row) in self.rows.iter().enumerate() {
            let y = corner.1 + CELL.1 * at as f64;
            self.push_name(&mut scene, row, (left - 10.0, y + CELL.1 / 2.0));
            for (place, &column) in self.columns.iter().enumerate() {
                self.push_cell(&mut scene, (row, column), (left + CELL.0 * place as f64, y));
            }
        }
        scene
    }

    fn extent(&self) -> String {
        let is_shown = |cell: &&Cell| cell.row > cell.column && cell.p.is_some_and(|p| p < ALPHA);
        let pairs = self.cells.iter().filter(|cell| cell.row > cell.column || self.columns.len() == 1).count();
        format!(
            "{} models, {pairs} pairs, {} of them different",
            self.models.len(),
            self.cells.iter().filter(is_shown).count()
        )
    }
}

fn head(label: &str) -> Vec<String> {
    wrap(&visible(label), HEAD_LINES, |line| HEAD.width(line) <= CELL.0 - 8.0)
}

impl Matrix {
    fn push_name(&self, scene: &mut Scene, row: usize, (right, middle): (f64, f64)) {
        let lines = wrap(&visible(&self.models[row]), 3, |line| NAME.width(line) <= NAME_WIDTH);
        let first = middle + 0.36 * NAME.px - 7.5 * (lines.len() - 1) as f64;
        for (at, line) in lines.iter().enumerate() {
            scene.text((right, first + 15.0 * at as f64), line, NAME, Anchor::End);
        }
    }

    fn push_cell(&self, scene: &mut Scene, (row, column): (usize, usize), (x, y): (f64, f64)) {
        let (from, to) = ((x + 1.0, y + 1.0), (x + CELL.0 - 1.0, y + CELL.1 - 1.0));
        let middle = x + CELL.0 / 2.0;
        let Some(cell) = self.at(row, column) else {
            let (color, text) = if row == column { (GRID, "") } else { (Color(0xfa, 0xfa, 0xfa), "not compared") };
            scene.rect(from, to, color);
            return scene.text((middle, y + CELL.1 / 2.0 + 4.0), text, SMALL.color(MUTED), Anchor::Middle);
        };
        let color = diverging(self.shade(cell));
        let ink = legible_on(color);
        scene.rect(from, to, color);
        let tasks = format!("{} : {} of {}", cell.better, cell.worse, cell.tasks);
        let Some((difference, stderr)) = cell.mean else {
            return scene.text((middle, y + CELL.1 / 2.0 + 4.0), &tasks, SMALL.color(ink), Anchor::Middle);
        };
        let is_shown = cell.p.is_some_and(|p| p < ALPHA);
        let font = if is_shown { VALUE.bold() } else { VALUE };
        let value = format!("{}{}", signed(difference, self.span()), if is_shown { " *" } else { "" });
        scene.text((middle, y + 20.0), &value, font.color(ink), Anchor::Middle);
        let half = format!("± {}", unsigned(Z95 * stderr, self.span()));
        scene.text((middle, y + 35.0), &half, SMALL.color(ink), Anchor::Middle);
        scene.text((middle, y + 51.0), &tasks, SMALL.color(ink), Anchor::Middle);
    }
}

//! `items`: the documents of a task by difficulty against the models: which model gets which ones right.

mod layout;
mod order;

use super::{About, Chart, Figure, Key, LegendEntry, Material, Plot, Scene, protocol};
use crate::draw::ramp::rising;
use crate::gather::TaskDocs;
use crate::number::{Unit, count, counted, metric_name};
use crate::overview::RowKind;
use crate::{Card, Overview};
use order::{Level, Stack};
use polars::prelude::Column;
use std::sync::Arc;
use yardstick_core::{MetricCard, Sample, Score, TaskCard};

/// A heat map of documents × models, a figure a task.
pub(super) struct Items;

/// Tasks with a figure.
const TASKS: usize = 24;
/// Models of a figure.
const MODELS: usize = 16;

impl Chart for Items {
    fn card(&self) -> Card {
        Card {
            id: "items",
            summary: "documents by difficulty against models: who gets which right; all and none counted",
        }
    }

    /// None with a single model.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        let tasks: Vec<&TaskDocs> =
            material.documents.tasks.iter().filter(|task| !is_member(overview, task.card)).collect();
        let mut figures: Vec<Figure> = tasks.iter().filter_map(|task| figure(overview, task)).collect();
        let hidden = figures.len().saturating_sub(TASKS) + material.documents.tasks.len() - tasks.len();
        figures.truncate(TASKS);
        if hidden > 0 {
            let note = format!("{hidden} other tasks (beyond {TASKS}, or of groups) have no such picture.");
            for figure in &mut figures {
                figure.notes.push(note.clone());
            }
        }
        figures
    }
}

/// Whether a task is shown as a part of its group.
pub(super) fn is_member(overview: &Overview, card: &TaskCard) -> bool {
    overview.rows.iter().any(|row| row.kind == RowKind::Member && row.id == card.id && row.asked == card.prompt_hash)
}

/// What is drawn.
#[derive(Debug, PartialEq)]
struct Map {
    /// Whether scores are 0 or 1.
    is_binary: bool,
    documents: usize,
    /// The best first.
    models: Vec<Model>,
    /// The hardest first.
    stacks: Vec<Stack>,
    /// Of 0/1 scores: how many documents so many models get right.
    levels: Vec<Level>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
struct Model {
    label: String,
    /// The metric's value as the report has it, and its 95 % interval.
    value: String,
    interval: String,
}

/// The scores of the documents that all models answered.
struct Scores<'a> {
    metric: &'a MetricCard,
    /// Columns of the overview, the best first.
    columns: Vec<usize>,
    /// Documents × models: more is better.
    rows: Vec<Vec<f64>>,
    /// Documents that some model did not answer.
    left_out: usize,
}

fn figure(overview: &Overview, task: &TaskDocs) -> Option<Figure> {
    let scores = Scores::new(overview, task)?;
    let is_binary = scores.rows.iter().flatten().all(|score| [0.0, 1.0].contains(score));
    let (stacks, levels) =
        if is_binary { order::by_right_answers(&scores.rows) } else { (order::by_rank(&scores.rows), Vec::new()) };
    let models = scores.columns.iter().map(|&column| model(overview, task.card, scores.metric, column)).collect();
    let map = Map { is_binary, documents: scores.rows.len(), models, stacks, levels };
    let label = label(overview, task.card);
    Some(Figure {
        chart: "items",
        stem: format!("items-{}", super::pick::file_name(&label)),
        about: About::Task { id: task.card.id.clone(), asked: task.card.prompt_hash.clone() },
        title: format!(
            "{label}: {}",
            if is_binary { "who gets which documents right" } else { "who finds which documents hard" }
        ),
        subtitle: subtitle(task.card, &scores),
        notes: notes(&map, &scores, overview.models.len()),
        partial: overview.partial,
        legend: legend(&map),
        plot: Arc::new(map),
    })
}

/// The id of a task, or with a part of its checksum where runs differ in what they asked under it.
pub(super) fn label(overview: &Overview, card: &TaskCard) -> String {
    let own = overview.rows.iter().find(|row| row.id == card.id && row.asked == card.prompt_hash);
    own.map_or_else(|| card.id.clone(), |row| row.label.clone())
}

/// `acc_norm` where a task has it, or else its first metric: as on the charts of accuracy.
pub(super) fn metric(card: &TaskCard) -> Option<&MetricCard> {
    card.metrics.iter().find(|metric| metric.name == "acc_norm").or_else(|| card.metrics.first())
}

impl<'a> Scores<'a> {
    fn new(overview: &Overview, task: &TaskDocs<'a>) -> Option<Self> {
        let metric = metric(task.card)?;
        let of =
            |sample: Option<&Sample>| sample.and_then(|sample| goodness(metric, sample.metrics.get(&metric.name)?));
        let has = |column: &usize| task.docs.iter().any(|doc| of(doc[*column]).is_some());
        let mut columns: Vec<usize> = (0..overview.models.len()).filter(has).take(MODELS).collect();
        let all =
            |doc: &Vec<Option<&Sample>>| columns.iter().map(|&column| of(doc[column])).collect::<Option<Vec<f64>>>();
        let rows: Vec<Vec<f64>> = task.docs.iter().filter_map(all).collect();
        if columns.len() < 2 || rows.is_empty() {
            return None;
        }
        let sums: Vec<f64> = (0..columns.len()).map(|at| rows.iter().map(|row| row[at]).sum()).collect();
        let mut places: Vec<usize> = (0..columns.len()).collect();
        places.sort_by(|&a, &b| sums[b].total_cmp(&sums[a]));
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| places.iter().map(|&at| row[at]).collect()).collect();
        columns = places.iter().map(|&at| columns[at]).collect();
        Some(Self { metric, columns, left_out: task.docs.len() - rows.len(), rows })
    }
}

/// A score of which more is better; `None` for what is no number of a document alone.
fn goodness(metric: &MetricCard, score: &Score) -> Option<f64> {
    let value = match score {
        Score::Value(value) => *value,
        Score::Ratio(value, units) => value / units,
        Score::Counts(_) => return None,
    };
    // What perplexities are made of are log-likelihoods.
    let is_log = matches!(metric.aggregation.as_str(), "perplexity" | "weighted_perplexity" | "bits_per_byte");
    let turned = if metric.higher_is_better || is_log { value } else { -value };
    turned.is_finite().then_some(turned)
}

fn model(overview: &Overview, card: &TaskCard, metric: &MetricCard, column: usize) -> Model {
    let is_own = |row: &&crate::Row| row.id == card.id && row.asked == card.prompt_hash && row.metric == metric.name;
    let row = overview.rows.iter().find(is_own);
    let estimate = row.and_then(|row| row.cells[column].as_ref());
    let unit = Unit::of(&metric.name);
    Model {
        label: overview.models[column].label.clone(),
        value: estimate.map_or_else(|| "–".to_owned(), |estimate| unit.value(estimate.value)),
        interval: estimate.and_then(|estimate| unit.interval(estimate)).unwrap_or_default(),
    }
}

fn subtitle(card: &TaskCard, scores: &Scores) -> String {
    let unit = if Unit::of(&scores.metric.name) == Unit::Percent { " (%)" } else { "" };
    format!(
        "{}; below each name {}{unit} with its 95 % interval; n = {} documents that all {} models answered; the best model at the \
         left, the hardest documents at the top",
        protocol::of_task(card),
        metric_name(&scores.metric.name),
        count(scores.rows.len() as u64),
        scores.columns.len(),
    )
}

fn notes(map: &Map, scores: &Scores, n_models: usize) -> Vec<String> {
    let (few, many) = map
        .stacks
        .iter()
        .fold((usize::MAX, 0), |(few, many), stack| (few.min(stack.documents), many.max(stack.documents)));
    let rows = if many == 1 {
        "Each row is one document.".to_owned()
    } else {
        let documents =
            if few == many { count(many as u64) } else { format!("{} to {}", count(few as u64), count(many as u64)) };
        let what = if map.is_binary {
            "that as many models get right; the colour is the share of them that the model gets right"
        } else {
            "next to each other in difficulty; the colour is their mean rank"
        };
        format!("Each row is {documents} documents {what}. Rows are as high as they have documents.")
    };
    let ranks = (!map.is_binary).then(|| {
        "Scores are not 0 or 1: documents are ranked within each model, and those that all models find hard are at the top. A \
         colour compares documents, not models."
            .to_owned()
    });
    let missing = (scores.left_out > 0).then(|| {
        format!("{} documents that some of these models did not answer are left out.", count(scores.left_out as u64))
    });
    let models = (n_models > scores.columns.len())
        .then(|| format!("Not shown: {}.", counted(n_models - scores.columns.len(), "model")));
    [Some(rows), ranks, missing, models].into_iter().flatten().collect()
}

/// Below 0.1 a colour is hardly told from paper.
fn shade(share: f64) -> crate::draw::palette::Color {
    rising(0.9_f64.mul_add(share, 0.1))
}

fn legend(map: &Map) -> Vec<LegendEntry> {
    let entry = |share: f64, label: &str| LegendEntry { key: Key::Shade(shade(share)), label: label.to_owned() };
    let is_binned = map.stacks.iter().any(|stack| stack.documents > 1);
    if !map.is_binary {
        return vec![
            entry(0.0, "among the model's hardest"),
            entry(0.5, "in the middle"),
            entry(1.0, "among its easiest"),
        ];
    }
    let half = is_binned.then(|| entry(0.5, "half of a row's documents right"));
    [Some(entry(0.0, "wrong")), half, Some(entry(1.0, "right"))].into_iter().flatten().collect()
}

impl Plot for Map {
    fn table(&self) -> Vec<Column> {
        let cells: Vec<(usize, &Stack, usize)> = self
            .stacks
            .iter()
            .enumerate()
            .flat_map(|(at, stack)| (0..self.models.len()).map(move |model| (at + 1, stack, model)))
            .collect();
        let counts = |name: &str, of: &dyn Fn(&(usize, &Stack, usize)) -> u64| {
            Column::new(name.into(), cells.iter().map(of).collect::<Vec<_>>())
        };
        let value = if self.is_binary { "share_right" } else { "mean_rank" };
        vec![
            counts("row", &|cell| cell.0 as u64),
            counts("documents", &|cell| cell.1.documents as u64),
            Column::new(
                "models_right".into(),
                cells.iter().map(|cell| cell.1.right.map(|n| n as u64)).collect::<Vec<_>>(),
            ),
            Column::new("model".into(), cells.iter().map(|cell| self.models[cell.2].label.clone()).collect::<Vec<_>>()),
            Column::new(value.into(), cells.iter().map(|cell| cell.1.cells[cell.2]).collect::<Vec<_>>()),
        ]
    }

    fn scene(&self, figure: &Figure) -> Scene {
        layout::scene(figure, self)
    }

    fn extent(&self) -> String {
        let of =
            |right: usize| self.levels.iter().find(|level| level.right == right).map_or(0, |level| level.documents);
        let (none, all) = (of(0), of(self.models.len()));
        let ends = if self.is_binary {
            format!(", {} all wrong, {} all right", count(none as u64), count(all as u64))
        } else {
            String::new()
        };
        format!("{} documents, {} models{ends}", count(self.documents as u64), self.models.len())
    }
}

//! `steps`: tasks against training steps, a plot a training run, 0 for guessing and 1 for the best model of the report.
//!
//! Source of the form: Radford et al. (2018), "Improving Language Understanding by Generative Pre-Training", figure 2 on the
//! right. It takes the state of the art of its time for 1; here it is a number of the same task and prompts.

mod checkpoint;
mod raw;

use super::common::{self, Above, Common};
use super::curves::{Across, AcrossScale, Apart, Curve, CurvePlot, CurvePoint, Curves, Weight};
use super::panels::shots_word;
use super::pick::TaskRows;
use super::{About, Chart, Figure, Material};
use crate::Card;
use crate::number::Unit;
use crate::overview::{Overview, Row};
use checkpoint::{Training, trainings};
use std::sync::Arc;
use yardstick_stats::normal_quantile;

/// Tasks against training steps.
pub(super) struct Steps;

/// So many tasks have each their own colour; more stand behind their mean.
const COLOURED: usize = 6;

impl Chart for Steps {
    fn card(&self) -> Card {
        let summary = "tasks against training steps, from chance (0) to the best model of the report (1)";
        Card { id: "steps", summary }
    }

    /// Of models whose names or folders say of which step they are.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        let (tasks, unknown) = common::accuracies(overview);
        let (shown, guessed) = referenced(overview, tasks);
        let trainings = trainings(overview);
        let runs: Vec<(&Training, Common)> = trainings
            .iter()
            .filter_map(|run| {
                let common = Common::new(overview, &shown, &run.columns())?;
                (common.columns.len() > 1).then_some((run, common))
            })
            .collect();
        let relative = (!runs.is_empty()).then(|| figure(overview, &runs, unknown, &guessed));
        relative.into_iter().chain(raw::figures(overview, &trainings)).collect()
    }
}

/// The tasks that some model is better at than guessing, and the names of the others. With so many models and tasks the
/// best of them would often look better by luck: intervals are widened for their number (Bonferroni).
fn referenced<'a>(overview: &Overview, tasks: Vec<TaskRows<'a>>) -> (Vec<TaskRows<'a>>, Vec<String>) {
    let cells = |row: &&Row| (0..overview.models.len()).filter(|&column| common::value(row, column).is_some()).count();
    let n: usize = tasks.iter().flat_map(|task| &task.rows).map(cells).sum();
    let wider = normal_quantile(1.0 - 0.025 / n.max(1) as f64) / normal_quantile(0.975);
    let is_learned = |task: &TaskRows| {
        task.rows.iter().all(|row| {
            let best = reference(overview, row).and_then(|column| common::value(row, column));
            let low = best.and_then(|best| Some(best.value - wider * (best.value - best.low?)));
            low.zip(row.chance).is_some_and(|(low, chance)| low > chance)
        })
    };
    let (learned, others): (Vec<TaskRows>, Vec<TaskRows>) = tasks.into_iter().partition(is_learned);
    (learned, others.into_iter().map(|task| task.label).collect())
}

/// Column of the best model in a row.
fn reference(overview: &Overview, row: &Row) -> Option<usize> {
    let values = (0..overview.models.len()).filter_map(|column| Some((column, common::value(row, column)?.value)));
    values.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0))).map(|(column, _)| column)
}

fn figure(overview: &Overview, runs: &[(&Training, Common)], unknown: Vec<String>, guessed: &[String]) -> Figure {
    let series = lines(runs);
    let plots = runs.iter().map(|(run, common)| plot(overview, run, common, &series)).collect();
    let unit = unit(runs.iter().map(|(run, _)| *run));
    let curves = Curves {
        across: across(unit),
        unit: Unit::Plain,
        value_label: "0 = chance, 1 = best model of the report".to_owned(),
        series,
        plots,
    };
    let shots: Vec<String> = runs.iter().map(|(_, common)| shots_word(common.shots[0])).collect();
    Figure {
        chart: "steps",
        stem: "steps-accuracy".to_owned(),
        about: About::Report,
        title: "Accuracy against training steps".to_owned(),
        subtitle: subtitle(&shots),
        notes: notes(unit, runs, unknown, guessed),
        partial: overview.partial,
        legend: curves.legend("one task"),
        plot: Arc::new(curves),
    }
}

/// The horizontal axis: 0 has a place, and the first step after it is a unit away.
fn across(unit: f64) -> Across {
    Across {
        label: "training steps".to_owned(),
        column: "step",
        scale: AcrossScale::FromZero(unit),
        apart: Apart::BySeries,
    }
}

/// The first step after 0.
fn unit<'a>(runs: impl Iterator<Item = &'a Training>) -> f64 {
    let steps = runs.flat_map(|run| run.points.iter().map(|point| point.0));
    steps.filter(|&step| step > 0).min().unwrap_or(1) as f64
}

fn axis_note(unit: f64) -> String {
    format!("The horizontal axis is log(1 + steps / {unit}), so that 0 has a place.")
}

fn subtitle(shots: &[String]) -> String {
    let mut each = shots.to_vec();
    each.dedup();
    format!(
        "{}; each task from chance (0, dashed) to its best model in this report (1); whiskers: 95 % intervals",
        each.join(", ")
    )
}

fn notes(unit: f64, runs: &[(&Training, Common)], unknown: Vec<String>, guessed: &[String]) -> Vec<String> {
    let what =
        "(accuracy − chance) / (best model's accuracy − chance). The best model is one of this report, on the same \
                documents and prompts; each value's source in the data file names it. Its own error is not part of the \
                intervals. The mean is plain, each task counting once."
            .to_owned();
    let chosen = "Tasks and reference were chosen on the same documents: values lean upwards.".to_owned();
    let mut notes = vec![what, chosen, axis_note(unit)];
    if runs.len() > 1 {
        notes.push("Vertical axes differ between plots.".to_owned());
    }
    if !guessed.is_empty() {
        notes.push(format!(
            "Left out, since no model is surely better than guessing, counting all comparisons: {}.",
            guessed.join(", ")
        ));
    }
    let left_out = runs.iter().flat_map(|(_, common)| common.left_out.iter().cloned()).chain(unknown);
    for note in left_out {
        if !notes.contains(&note) {
            notes.push(note);
        }
    }
    notes
}

/// A line a task over all training runs, and the mean.
fn lines(runs: &[(&Training, Common)]) -> Vec<Curve> {
    let mut labels: Vec<&str> = Vec::new();
    for task in runs.iter().flat_map(|(_, common)| &common.tasks) {
        if !labels.contains(&task.label.as_str()) {
            labels.push(&task.label);
        }
    }
    let is_coloured = labels.len() <= COLOURED;
    let task = |(at, label): (usize, &&str)| Curve {
        label: (*label).to_owned(),
        hue: is_coloured.then_some(at),
        family: 0,
        weight: if is_coloured { Weight::Plain } else { Weight::Faint },
    };
    let mean = Curve { label: "mean".to_owned(), hue: None, family: 0, weight: Weight::Bold };
    labels.iter().enumerate().map(task).chain([mean]).collect()
}

fn plot(overview: &Overview, run: &Training, common: &Common, series: &[Curve]) -> CurvePlot {
    let shots = common.shots[0];
    let steps: Vec<(u64, usize)> =
        run.points.iter().copied().filter(|(_, column)| common.columns.contains(column)).collect();
    let mut points = Vec::new();
    let mut all: Vec<Vec<Above>> = vec![Vec::new(); steps.len()];
    for task in &common.tasks {
        let Some(row) = Common::row(task, shots) else { continue };
        let Some(best) = reference(overview, row) else { continue };
        let at = series.iter().position(|curve| curve.label == task.label).unwrap_or(0);
        for (i, &(step, column)) in steps.iter().enumerate() {
            let Some((above, n)) = relative(row, column, best) else { continue };
            all[i].push(above);
            let best = &overview.models[best].label;
            let source = format!("0 is chance, 1 is {best}");
            points.push(point(at, &overview.models[column].label, step, above, Some(n), source));
        }
    }
    for (&(step, column), each) in steps.iter().zip(&all) {
        let Some(mean) = common::mean(each) else { continue };
        let source = format!("plain mean of {} tasks", each.len());
        points.push(point(series.len() - 1, &overview.models[column].label, step, mean, None, source));
    }
    CurvePlot {
        label: run.label.clone(),
        details: format!("{} tasks, {} checkpoints, {}", common.tasks.len(), steps.len(), common.documents()),
        chance: Some(0.0),
        points,
    }
}

/// A model's number between chance and that of the best model, and its documents.
fn relative(row: &Row, column: usize, best: usize) -> Option<(Above, u64)> {
    let (own, best) = (common::value(row, column)?, common::value(row, best)?);
    Some((common::relative(own, row.chance?, best.value)?, own.n))
}

fn point(series: usize, name: &str, step: u64, above: Above, n: Option<u64>, source: String) -> CurvePoint {
    CurvePoint {
        series,
        name: name.to_owned(),
        x: step as f64,
        value: above.value,
        interval: above.interval,
        n,
        source,
        joined: true,
    }
}

//! What has no chance level: as it is.

use super::{Training, across, axis_note, unit};
use crate::charts::curves::{self, Curve, CurvePlot, Curves, Weight};
use crate::charts::pick::{self, AxisGroup, TaskRows};
use crate::charts::{About, Figure, common};
use crate::number::Unit;
use crate::overview::Overview;
use std::sync::Arc;

/// Bits per byte against training steps: perplexities say the same.
pub(super) fn figures(overview: &Overview, trainings: &[Training]) -> Vec<Figure> {
    let groups = pick::axis_groups(overview);
    let shown = groups.iter().filter(|group| group.rows[0].unit == Unit::Bits);
    shown.filter_map(|group| figure(overview, group, trainings)).collect()
}

fn figure(overview: &Overview, group: &AxisGroup, trainings: &[Training]) -> Option<Figure> {
    let tasks = pick::by_task(&group.rows);
    let plots = trainings.iter().map(|run| plot(overview, run, &tasks));
    let plots: Vec<CurvePlot> = plots.filter(|plot| plot.points.len() > 1).collect();
    if plots.is_empty() {
        return None;
    }
    let unit = unit(trainings.iter());
    let line = |(at, task): (usize, &TaskRows)| Curve {
        label: task.label.clone(),
        hue: Some(at),
        family: 0,
        weight: Weight::Plain,
    };
    let curves = Curves {
        across: across(unit),
        unit: group.rows[0].unit,
        value_label: group.value_label(),
        series: tasks.iter().enumerate().map(line).collect(),
        plots,
    };
    let rows: Vec<_> = tasks.iter().map(|task| task.rows[0]).collect();
    let better = if group.rows[0].higher_is_better == Some(true) { "higher" } else { "lower" };
    let axes = "There is no chance level to start from: values are as measured. Vertical axes differ between plots and need \
                not start at zero.";
    Some(Figure {
        chart: "steps",
        stem: format!("steps-{}", group.key),
        about: About::Report,
        title: format!("{} against training steps", group.heading()),
        subtitle: format!("{}; {better} is better; whiskers: 95 % intervals; a line a task", pick::shots(&rows)),
        notes: vec![axes.to_owned(), axis_note(unit)],
        partial: overview.partial,
        legend: curves.legend(""),
        plot: Arc::new(curves),
    })
}

/// Each task with the fewest examples that it was run with.
fn plot(overview: &Overview, run: &Training, tasks: &[TaskRows]) -> CurvePlot {
    let mut points = Vec::new();
    for (series, task) in tasks.iter().enumerate() {
        let values = run.points.iter().filter_map(|&(step, column)| {
            let estimate = common::value(task.rows[0], column)?;
            curves::point(series, &overview.models[column].label, step as f64, estimate)
        });
        points.extend(values);
    }
    let counts = || points.iter().filter_map(|point| point.n);
    let n = counts().min().zip(counts().max());
    let details = format!("{} checkpoints, {}", run.points.len(), crate::charts::panels::documents(n));
    CurvePlot { label: run.label.clone(), details, chance: None, points }
}

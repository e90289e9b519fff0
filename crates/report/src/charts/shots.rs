//! `shots`: a small plot per task, metric against the number of solved examples before each document, a line a model.
//!
//! Source of the form: Brown et al. (2020), "Language Models are Few-Shot Learners", figure 1.2.

use super::curves::{self, Across, AcrossScale, Apart, CurvePlot, Curves};
use super::pick::{self, AxisGroup, TaskRows};
use super::{About, Chart, Figure, Material};
use crate::Card;
use crate::overview::Overview;
use std::sync::Arc;

/// Metric against shots.
pub(super) struct Shots;

impl Chart for Shots {
    fn card(&self) -> Card {
        Card { id: "shots", summary: "metric against the number of solved examples in the prompt, a line a model" }
    }

    /// Of tasks that were run with several numbers of shots.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        pick::axis_groups(overview).iter().filter_map(|group| figure(overview, group)).collect()
    }
}

fn figure(overview: &Overview, group: &AxisGroup) -> Option<Figure> {
    let tasks = pick::by_task(&group.rows);
    let (shown, others): (Vec<&TaskRows>, Vec<&TaskRows>) = tasks.iter().partition(|task| task.rows.len() > 1);
    let first = shown.first()?;
    let curves = Curves {
        across: Across {
            label: "solved examples in the prompt".to_owned(),
            column: "shots",
            scale: AcrossScale::FromZero(1.0),
            apart: Apart::BySeries,
        },
        unit: first.rows[0].unit,
        value_label: group.value_label(),
        series: curves::lines_of_models(overview),
        plots: shown.iter().map(|task| plot(overview, task)).collect(),
    };
    let chance = if curves.plots.iter().any(|plot| plot.chance.is_some()) { "; dashed: chance" } else { "" };
    let rows: Vec<_> = shown.iter().flat_map(|task| task.rows.iter().copied()).collect();
    Some(Figure {
        chart: "shots",
        stem: format!("shots-{}", group.key),
        about: About::Report,
        title: format!("{} against solved examples in the prompt", group.heading()),
        subtitle: format!("{}; whiskers: 95 % intervals{chance}; a line a model", pick::shots(&rows)),
        notes: group.metric_note().into_iter().chain(notes(&others)).collect(),
        partial: overview.partial,
        legend: curves.legend(""),
        plot: Arc::new(curves),
    })
}

fn notes(others: &[&TaskRows]) -> Vec<String> {
    let axes =
        "Vertical axes differ between plots and need not start at zero; the horizontal axis is log(1 + examples). \
                Points of one number of examples are set side by side."
            .to_owned();
    let names: Vec<&str> = others.iter().map(|task| task.label.as_str()).collect();
    let left_out = format!("Not shown, since they were run with one number of examples only: {}.", names.join(", "));
    [axes].into_iter().chain((!names.is_empty()).then_some(left_out)).collect()
}

fn plot(overview: &Overview, task: &TaskRows) -> CurvePlot {
    let panel = pick::task_panel(overview, task);
    let mut points = Vec::new();
    for (column, model) in overview.models.iter().enumerate() {
        let estimates = task.rows.iter().filter_map(|row| Some((row.shots, row.cells[column].as_ref()?)));
        points.extend(estimates.filter_map(|(shots, e)| curves::point(column, &model.label, shots as f64, e)));
    }
    CurvePlot { label: panel.label.clone(), details: panel.details(), chance: panel.raised_chance(), points }
}

//! `scale`: a small plot per task, metric against parameters, a line per family of models and number of shots.

mod layout;

use super::panels::{Panels, model_series};
use super::pick::{self, AxisGroup, TaskRows};
use super::{About, Chart, Figure, Mark, Material, Panel, Plot, Scene, Series, SeriesKind};
use crate::overview::Overview;
use crate::{Card, paper};
use polars::prelude::Column;
use std::sync::Arc;

/// Metric against the logarithm of the number of parameters.
pub(super) struct Scale;

const PAPERS: [&str; 2] = ["GPT-2", "GPT-3"];

impl Chart for Scale {
    fn card(&self) -> Card {
        let summary = "metric against parameters on a log axis, a plot a task and a line a number of shots, with the \
                       papers' models";
        Card { id: "scale", summary }
    }

    /// None with models of one size: there is nothing to see a trend in.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        if !pick::sizes_differ(overview, 0..overview.models.len()) {
            return Vec::new();
        }
        pick::axis_groups(overview).iter().map(|group| figure(overview, group)).collect()
    }
}

/// What the plots show.
#[derive(Debug)]
struct Plots(Panels);

impl Plot for Plots {
    fn table(&self) -> Vec<Column> {
        self.0.table()
    }

    fn scene(&self, figure: &Figure) -> Scene {
        layout::scene(figure, &self.0)
    }

    fn extent(&self) -> String {
        self.0.extent()
    }
}

fn figure(overview: &Overview, group: &AxisGroup) -> Figure {
    let mut series = model_series(overview);
    let papers: Vec<&'static str> = PAPERS
        .into_iter()
        .filter(|paper| group.rows.iter().any(|row| paper::points(row).iter().any(|p| p.paper == *paper)))
        .collect();
    for &paper in &papers {
        series.push(Series { label: format!("{paper}, paper"), kind: SeriesKind::Paper { paper, filled: false } });
    }
    let tasks = pick::by_task(&group.rows);
    let panels = tasks.iter().map(|task| panel(overview, task, &papers)).collect();
    let panels = Panels { unit: group.rows[0].unit, value_label: group.value_label(), series, panels };
    Figure {
        chart: "scale",
        stem: format!("scale-{}", group.key),
        about: About::Report,
        title: format!("{} against model size", group.heading()),
        subtitle: subtitle(group, &panels),
        notes: notes(overview, group, &panels),
        partial: overview.partial,
        legend: if panels.shots().len() > 1 { panels.legend_of_shots() } else { panels.legend(true) },
        plot: Arc::new(Plots(panels)),
    }
}

fn subtitle(group: &AxisGroup, panels: &Panels) -> String {
    let chance = if group.rows.iter().any(|r| r.chance.is_some()) { "; dashed: chance" } else { "" };
    let lines = if panels.shots().len() > 1 { " at one number of shots" } else { "" };
    format!("{}; whiskers: 95 % intervals{chance}; lines join models of one family{lines}", pick::shots(&group.rows))
}

fn notes(overview: &Overview, group: &AxisGroup, panels: &Panels) -> Vec<String> {
    let axes =
        "Vertical axes differ between plots and need not start at zero; the horizontal axis is logarithmic, and \
                models of almost the same size are set side by side."
            .to_owned();
    let models = (panels.shots().len() > 1).then(|| pick::models_by_size(overview));
    let same = pick::same_size_note(overview, &(0..overview.models.len()).collect::<Vec<_>>());
    let said = group.metric_note().into_iter().chain([axes]).chain(same).chain(models);
    said.chain(group.paper_notes()).chain(panels.level_note()).collect()
}

/// A task's plot: its rows at each number of shots, with what the papers print of them.
fn panel(overview: &Overview, task: &TaskRows, papers: &[&str]) -> Panel {
    let mut panel = pick::task_panel(overview, task);
    for row in &task.rows {
        for level in paper::levels(row) {
            if !panel.levels.contains(&level) {
                panel.levels.push(level);
            }
        }
        for point in paper::points(row) {
            let Some(at) = papers.iter().position(|paper| *paper == point.paper) else { continue };
            panel.marks.push(Mark {
                series: overview.models.len() + at,
                shots: row.shots,
                n_params: point.n_params,
                value: point.value,
                interval: None,
                n: None,
                source: format!("{} {}: {}", point.paper, point.model, point.provenance()),
            });
        }
    }
    panel
}

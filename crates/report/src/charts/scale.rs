//! `scale`: a small plot per task, metric against parameters.

mod layout;
mod spread;

use super::panels::{Panels, model_series};
use super::pick::{self, AxisGroup};
use super::{About, Chart, Figure, Mark, Material, Panel, Plot, Scene, Series, SeriesKind};
use crate::overview::{Overview, Row};
use crate::{Card, paper};
use polars::prelude::Column;
use std::sync::Arc;

/// Metric against the logarithm of the number of parameters.
pub(super) struct Scale;

const PAPERS: [&str; 2] = ["GPT-2", "GPT-3"];

impl Chart for Scale {
    fn card(&self) -> Card {
        Card { id: "scale", summary: "metric against parameters on a log axis, a plot a task, with the papers' models" }
    }

    /// None with a single model: there is nothing to see a trend in.
    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        if overview.models.len() < 2 {
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
        .filter(|paper| group.rows.iter().any(|row| paper_points(row, paper).next().is_some()))
        .collect();
    for &paper in &papers {
        series.push(Series { label: format!("{paper}, paper"), kind: SeriesKind::Paper { paper, filled: false } });
    }
    let panels = group.rows.iter().map(|row| with_papers(overview, row, &papers)).collect();
    let panels = Panels { unit: group.rows[0].unit, value_label: group.value_label(), series, panels };
    Figure {
        chart: "scale",
        stem: format!("scale-{}", group.key),
        about: About::Report,
        title: format!("{} against model size", group.heading()),
        subtitle: subtitle(group),
        notes: notes(group),
        partial: overview.partial,
        legend: panels.legend(true),
        plot: Arc::new(Plots(panels)),
    }
}

fn subtitle(group: &AxisGroup) -> String {
    let chance = if group.rows.iter().any(|r| r.chance.is_some()) { "; dashed: chance" } else { "" };
    format!("{}; whiskers: 95 % intervals{chance}; lines join models of one family", pick::shots(&group.rows))
}

fn notes(group: &AxisGroup) -> Vec<String> {
    let axes =
        "Vertical axes differ between plots and need not start at zero; the horizontal axis is logarithmic, and \
                models of almost the same size are set side by side."
            .to_owned();
    group.metric_note().into_iter().chain([axes]).chain(group.paper_notes()).collect()
}

fn with_papers(overview: &Overview, row: &Row, papers: &[&str]) -> Panel {
    let mut panel = pick::panel(overview, row);
    for (at, paper) in papers.iter().enumerate() {
        let mark = |point: paper::Point| Mark {
            series: overview.models.len() + at,
            n_params: point.n_params,
            value: point.value,
            interval: None,
            n: None,
            source: format!("{paper} {}: {}", point.model, point.provenance()),
        };
        panel.marks.extend(paper_points(row, paper).map(mark));
    }
    panel
}

fn paper_points<'a>(row: &Row, paper: &'a str) -> impl Iterator<Item = paper::Point> + use<'a> {
    let points = paper::points(row);
    points.into_iter().filter(move |p| p.paper == paper)
}

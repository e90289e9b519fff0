//! `bars`: a group of bars per task, a bar per model.

mod layout;

use super::panels::{Panels, model_series};
use super::pick::{self, AxisGroup};
use super::{About, Chart, Figure, Mark, Material, Panel, Plot, Scene, Series, SeriesKind};
use crate::number::Unit;
use crate::overview::{Overview, Row};
use crate::{Card, paper};
use polars::prelude::Column;
use std::sync::Arc;

/// Grouped bars with intervals, chance levels and the papers' values.
pub(super) struct Bars;

/// The sizes shown of each paper: its smallest and its largest. More would hide the bars.
const PAPERS: [(&str, &str, bool); 4] =
    [("GPT-2", "117M", false), ("GPT-2", "1.5B", true), ("GPT-3", "125M", false), ("GPT-3", "175B", true)];

impl Chart for Bars {
    fn card(&self) -> Card {
        Card { id: "bars", summary: "models side by side on each task, with 95 % intervals, chance and paper values" }
    }

    fn figures(&self, material: &Material) -> Vec<Figure> {
        let overview = material.overview;
        pick::axis_groups(overview).iter().map(|group| figure(overview, group)).collect()
    }
}

/// What the bars show.
#[derive(Debug)]
struct Groups(Panels);

impl Plot for Groups {
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
    let papers: Vec<_> =
        PAPERS.into_iter().filter(|p| group.rows.iter().any(|row| paper_value(row, *p).is_some())).collect();
    for &(paper, model, filled) in &papers {
        series.push(Series { label: format!("{paper} {model}, paper"), kind: SeriesKind::Paper { paper, filled } });
    }
    let panels: Vec<Panel> = group.rows.iter().map(|row| with_papers(overview, row, &papers)).collect();
    let unit = group.rows[0].unit;
    let subtitle = subtitle(group, unit, &panels);
    let panels = Panels { unit, value_label: group.value_label(), series, panels };
    Figure {
        chart: "bars",
        stem: format!("bars-{}", group.key),
        about: About::Report,
        title: title(group),
        subtitle,
        notes: group.metric_note().into_iter().chain(group.paper_notes()).collect(),
        partial: overview.partial,
        legend: panels.legend(false),
        plot: Arc::new(Groups(panels)),
    }
}

fn title(group: &AxisGroup) -> String {
    match group.rows.as_slice() {
        [row] => format!("{} on {}", group.heading(), row.label),
        rows => format!("{} on {} tasks", group.heading(), rows.len()),
    }
}

fn subtitle(group: &AxisGroup, unit: Unit, panels: &[Panel]) -> String {
    let direction = match group.rows[0].higher_is_better {
        Some(true) => "higher is better",
        Some(false) => "lower is better",
        None => "direction unknown",
    };
    let chance = if panels.iter().any(|p| p.chance.is_some()) { "; dashed: chance" } else { "" };
    let baseline = if unit == Unit::Perplexity { "; bars start at 1 on a log axis" } else { "" };
    format!("{}; {direction}; whiskers: 95 % intervals{chance}{baseline}", pick::shots(&group.rows))
}

fn with_papers(overview: &Overview, row: &Row, papers: &[(&'static str, &'static str, bool)]) -> Panel {
    let mut panel = pick::panel(overview, row);
    let first = overview.models.len();
    let marks = papers.iter().enumerate().filter_map(|(at, paper)| {
        let point = paper_value(row, *paper)?;
        let (n_params, value, source) = (point.n_params, point.value, point.provenance());
        Some(Mark { series: first + at, shots: row.shots, n_params, value, interval: None, n: None, source })
    });
    panel.marks.extend(marks);
    panel
}

fn paper_value(row: &Row, (paper, model, _): (&str, &str, bool)) -> Option<paper::Point> {
    let points = paper::points(row);
    points.into_iter().find(|p| p.paper == paper && p.model == model)
}

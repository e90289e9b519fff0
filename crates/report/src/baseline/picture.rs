//! A timeline as a figure.

use super::lines::band_note;
use super::timeline::{Timeline, TimelinePoint, TimelineState, short_time, stem};
use crate::charts::{self, About, Figure, Key, LegendEntry, Plot};
use crate::compare::Verdict;
use crate::draw::axis::{self, Axis};
use crate::draw::page::{MARGIN, Page, push_verdict, push_whisker};
use crate::draw::palette::{self, Color, GRID, INK, LINK, MUTED};
use crate::draw::{Anchor, Font, Line, Marker, Scene};
use crate::number::{Unit, metric_name};
use crate::{Artifact, ReportError};
use polars::prelude::Column;
use std::sync::Arc;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const PLOT: f64 = 300.0;
/// Below the plot: numbers and dates.
const FOOT: f64 = 48.0;
const BAND: Color = Color(0xd9, 0xe8, 0xf3);
const TEXT: Font = Font::new(12.0);
const SMALL: Font = Font::new(11.0).color(MUTED);

/// The timeline of a baseline's saves as CSV, SVG and PNG: `timeline-<task>-<metric>.<ext>`.
///
/// # Errors
/// A table or picture that cannot be encoded.
pub fn timeline_artifacts(timeline: &Timeline) -> Result<Vec<Artifact>, ReportError> {
    charts::files(&figure(timeline, "save"), true)
}

/// The figure of a timeline; `what` its points are: saves, or runs.
pub(crate) fn figure(timeline: &Timeline, what: &'static str) -> Figure {
    let unit = Unit::of(&timeline.metric);
    let direction = if timeline.higher_is_better { "higher is better" } else { "lower is better" };
    let n = timeline.points.iter().map(|point| point.estimate.n).max().unwrap_or(0);
    Figure {
        chart: "timeline",
        stem: stem(timeline),
        about: About::Report,
        title: format!("{} over the {what}s of {}", timeline.task, timeline.name),
        subtitle: format!(
            "{}{}; {direction}; whiskers: 95 % intervals; n = {}",
            metric_name(&timeline.metric),
            if unit == Unit::Percent { " (%)" } else { "" },
            crate::number::count(n)
        ),
        notes: vec![
            band_note(timeline, what),
            "The vertical axis need not start at zero. Points are in the order of time, not at its distances."
                .to_owned(),
        ],
        partial: false,
        legend: legend(timeline, what),
        plot: Arc::new(Saves { timeline: timeline.clone(), what }),
    }
}

fn legend(timeline: &Timeline, what: &str) -> Vec<LegendEntry> {
    let entry = |key: Key, label: String| LegendEntry { key, label };
    let has = |state: TimelineState| timeline.points.iter().any(|point| point.state == state);
    let verdict = |state: TimelineState, verdict: Verdict, label: &str| {
        has(state).then(|| entry(Key::Verdict(verdict), label.to_owned()))
    };
    [
        Some(entry(Key::Dashed, format!("{what} {}, the reference", timeline.against))),
        Some(entry(Key::Shade(BAND), "band of an unchanged model".to_owned())),
        Some(entry(Key::Dot(0), "inside, or the reference".to_owned())),
        verdict(TimelineState::Better, Verdict::Better, "outside, better"),
        verdict(TimelineState::Worse, Verdict::Worse, "outside, worse"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What is drawn.
#[derive(Debug)]
struct Saves {
    timeline: Timeline,
    what: &'static str,
}

impl Plot for Saves {
    fn table(&self) -> Vec<Column> {
        table(&self.timeline, self.what)
    }

    fn scene(&self, figure: &Figure) -> Scene {
        scene(figure, &self.timeline)
    }

    fn extent(&self) -> String {
        let outside = |state: TimelineState| self.timeline.points.iter().filter(|point| point.state == state).count();
        let (better, worse) = (outside(TimelineState::Better), outside(TimelineState::Worse));
        format!("{} {}s, {better} better, {worse} worse", self.timeline.points.len(), self.what)
    }
}

fn table(timeline: &Timeline, what: &str) -> Vec<Column> {
    let points = &timeline.points;
    let texts = |name: &str, of: &dyn Fn(&TimelinePoint) -> String| {
        Column::new(name.into(), points.iter().map(of).collect::<Vec<_>>())
    };
    let floats = |name: &str, of: &dyn Fn(&TimelinePoint) -> Option<f64>| {
        Column::new(name.into(), points.iter().map(of).collect::<Vec<_>>())
    };
    vec![
        Column::new(what.into(), points.iter().map(|p| p.save as u64).collect::<Vec<_>>()),
        texts("time", &|p| p.time.clone()),
        texts("model", &|p| p.model.clone()),
        texts("weights_sha256", &|p| p.weights_sha256.clone()),
        texts("task", &|_| timeline.task.clone()),
        texts("metric", &|_| timeline.metric.clone()),
        floats("value", &|p| Some(p.estimate.value)),
        floats("low", &|p| p.estimate.low),
        floats("high", &|p| p.estimate.high),
        floats("difference", &|p| p.difference),
        floats("p", &|p| p.p),
        floats("band_low", &|p| p.band.map(|band| band.0)),
        floats("band_high", &|p| p.band.map(|band| band.1)),
        texts("state", &|p| state(p.state).to_owned()),
    ]
}

const fn state(state: TimelineState) -> &'static str {
    match state {
        TimelineState::Reference => "reference",
        TimelineState::Inside => "inside",
        TimelineState::Better => "better",
        TimelineState::Worse => "worse",
    }
}

/// Points from left to right, the band behind them.
fn scene(figure: &Figure, timeline: &Timeline) -> Scene {
    let unit = Unit::of(&timeline.metric);
    let page = Page::new(figure, WIDTH);
    let mut scene = page.scene(PLOT + FOOT);
    let top = page.top();
    let y = value_axis(timeline, top);
    let x = |save: usize| {
        let n = timeline.points.len() as f64;
        LEFT + (WIDTH - LEFT - RIGHT) * (save as f64 - 0.5) / n
    };
    scene.upright_text((MARGIN + 6.0, top + PLOT / 2.0), &timeline.metric, SMALL);
    for tick in y.ticks(6) {
        scene.line((LEFT, y.at(tick)), (WIDTH - RIGHT, y.at(tick)), Line(1.0, GRID));
        scene.text((LEFT - 8.0, y.at(tick) + 4.0), &axis::label(unit, tick), SMALL, Anchor::End);
    }
    let half = (WIDTH - LEFT - RIGHT) / timeline.points.len() as f64 / 2.0;
    for point in &timeline.points {
        if let Some((low, high)) = point.band {
            scene.rect((x(point.save) - half, y.at(high)), (x(point.save) + half, y.at(low)), BAND);
        }
    }
    if let Some(reference) = timeline.points.get(timeline.against - 1) {
        let level = y.at(reference.estimate.value);
        scene.dashed((LEFT, level), (WIDTH - RIGHT, level), 4.0, Line(1.2, INK));
    }
    for pair in timeline.points.windows(2) {
        let at = |point: &TimelinePoint| (x(point.save), y.at(point.estimate.value));
        scene.line(at(&pair[0]), at(&pair[1]), Line(1.2, LINK));
    }
    timeline.points.iter().for_each(|point| draw_point(&mut scene, &y, (x(point.save), top + PLOT), half, point));
    scene
}

fn draw_point(scene: &mut Scene, y: &Axis, (x, bottom): (f64, f64), half: f64, point: &TimelinePoint) {
    let verdict = match point.state {
        TimelineState::Worse => Some(Verdict::Worse),
        TimelineState::Better => Some(Verdict::Better),
        TimelineState::Reference | TimelineState::Inside => None,
    };
    let color = verdict.map_or_else(|| palette::series(0), palette::verdict);
    if let Some(ends) = point.estimate.low.zip(point.estimate.high) {
        push_whisker(scene, x, (y.at(ends.0), y.at(ends.1)), 4.0, Line(1.5, color));
    }
    let at = (x, y.at(point.estimate.value));
    match verdict {
        Some(verdict) => push_verdict(scene, at, verdict),
        None => scene.mark(at, Marker::Dot, 5.0, color),
    }
    let number = point.save.to_string();
    if TEXT.width(&number) <= 2.0 * half - 4.0 {
        scene.text((x, bottom + 18.0), &number, TEXT, Anchor::Middle);
    }
    let time = short_time(&point.time);
    let day: String = time.chars().take(10).collect();
    let date = if SMALL.width(&time) <= 2.0 * half - 6.0 { time } else { day };
    if SMALL.width(&date) <= 2.0 * half - 6.0 {
        scene.text((x, bottom + 34.0), &date, SMALL, Anchor::Middle);
    }
}

/// From a little below the lowest to a little above the highest of values, intervals and bands.
fn value_axis(timeline: &Timeline, top: f64) -> Axis {
    let (low, high) = timeline.extent();
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
    let room = (0.06 * (high - low)).max(1e-3 * high.abs()).max(1e-9);
    Axis::linear((low - room, high + room), (top + PLOT, top))
}

//! A timeline as pictures and CSV.

use super::lines::band_note;
use super::timeline::{Timeline, TimelinePoint, TimelineState, short_time, stem};
use crate::draw::axis::{self, Axis};
use crate::draw::page::push_whisker;
use crate::draw::palette::{self, ALERT, Color, GRID, INK, LINK, MUTED};
use crate::draw::{self, Anchor, Font, Line, Marker, Scene};
use crate::frame::csv;
use crate::number::{Unit, metric_name};
use crate::text::{visible, wrap};
use crate::{Artifact, ReportError};
use polars::prelude::Column;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 78.0;
const PLOT: f64 = 300.0;
const BAND: Color = Color(0xd9, 0xe8, 0xf3);
const TITLE: Font = Font::new(20.0).bold();
const TEXT: Font = Font::new(12.0);
const SMALL: Font = Font::new(11.0).color(MUTED);

/// The timeline as CSV, SVG and PNG: `timeline-<task>-<metric>.<ext>`.
///
/// # Errors
/// A table or picture that cannot be encoded.
pub fn timeline_artifacts(timeline: &Timeline) -> Result<Vec<Artifact>, ReportError> {
    let stem = stem(timeline);
    let file = |ext: &str, bytes| Artifact { path: format!("{stem}.{ext}"), bytes };
    let scene = scene(timeline);
    let failed = |reason| ReportError::Draw { figure: stem.clone(), reason };
    Ok(vec![
        file("csv", table(timeline)?),
        file("svg", draw::svg(&scene).map_err(failed)?),
        file("png", draw::png(&scene).map_err(failed)?),
    ])
}

fn table(timeline: &Timeline) -> Result<Vec<u8>, ReportError> {
    let points = &timeline.points;
    let texts = |name: &str, of: &dyn Fn(&TimelinePoint) -> String| {
        Column::new(name.into(), points.iter().map(of).collect::<Vec<_>>())
    };
    let floats = |name: &str, of: &dyn Fn(&TimelinePoint) -> Option<f64>| {
        Column::new(name.into(), points.iter().map(of).collect::<Vec<_>>())
    };
    let columns = vec![
        Column::new("save".into(), points.iter().map(|p| p.save as u64).collect::<Vec<_>>()),
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
    ];
    csv(&stem(timeline), columns)
}

const fn state(state: TimelineState) -> &'static str {
    match state {
        TimelineState::Reference => "reference",
        TimelineState::Inside => "inside",
        TimelineState::Better => "better",
        TimelineState::Worse => "worse",
    }
}

/// The picture: saves from left to right, the band behind them.
pub(super) fn scene(timeline: &Timeline) -> Scene {
    let unit = Unit::of(&timeline.metric);
    let fits = |font: Font| move |line: &str| font.width(line) <= WIDTH - 48.0;
    let note = format!(
        "Dots: values with their own 95 % intervals. Dashed: save {}. Shaded: its band. {}",
        timeline.against,
        band_note(timeline)
    );
    let notes = wrap(&note, 6, fits(SMALL));
    let mut scene = Scene::new(WIDTH, TOP + PLOT + 62.0 + 16.0 * notes.len() as f64);
    let title = wrap(&visible(&format!("{} over the saves of {}", timeline.task, timeline.name)), 1, fits(TITLE));
    scene.text((24.0, 36.0), &title.concat(), TITLE, Anchor::Start);
    let direction = if timeline.higher_is_better { "higher is better" } else { "lower is better" };
    let percent = if unit == Unit::Percent { " (%)" } else { "" };
    let subtitle = format!("{}{percent}; {direction}", metric_name(&timeline.metric));
    scene.text((24.0, 58.0), &visible(&subtitle), TEXT.color(MUTED), Anchor::Start);
    let y = value_axis(timeline);
    let x = |save: usize| {
        let n = timeline.points.len() as f64;
        LEFT + (WIDTH - LEFT - RIGHT) * (save as f64 - 0.5) / n
    };
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
    timeline.points.iter().for_each(|point| draw_point(&mut scene, &y, x(point.save), half, point));
    for (at, note) in notes.iter().enumerate() {
        scene.text((24.0, TOP + PLOT + 62.0 + 16.0 * at as f64), note, SMALL, Anchor::Start);
    }
    scene
}

fn draw_point(scene: &mut Scene, y: &Axis, x: f64, half: f64, point: &TimelinePoint) {
    let color = match point.state {
        TimelineState::Worse => ALERT,
        TimelineState::Better => palette::series(2),
        TimelineState::Reference | TimelineState::Inside => palette::series(0),
    };
    if let Some(ends) = point.estimate.low.zip(point.estimate.high) {
        push_whisker(scene, x, (y.at(ends.0), y.at(ends.1)), 4.0, Line(1.5, color));
    }
    scene.mark((x, y.at(point.estimate.value)), Marker::Dot, 5.0, color);
    scene.text((x, TOP + PLOT + 18.0), &point.save.to_string(), TEXT, Anchor::Middle);
    let date: String = short_time(&point.time).chars().take(10).collect();
    if SMALL.width(&date) <= 2.0 * half - 6.0 {
        scene.text((x, TOP + PLOT + 34.0), &date, SMALL, Anchor::Middle);
    }
}

/// From a little below the lowest to a little above the highest of values, intervals and bands.
fn value_axis(timeline: &Timeline) -> Axis {
    let (low, high) = timeline.extent();
    let (low, high) = if low.is_finite() && high.is_finite() { (low, high) } else { (0.0, 1.0) };
    let room = (0.06 * (high - low)).max(1e-3 * high.abs()).max(1e-9);
    Axis::linear((low - room, high + room), (TOP + PLOT, TOP))
}

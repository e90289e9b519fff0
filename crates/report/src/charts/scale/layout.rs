//! Where the points go.

use super::spread;
use crate::charts::{Figure, Mark, Panel, Panels, Scene, SeriesKind};
use crate::draw::axis::{self, Axis};
use crate::draw::page::{MARGIN, Page, push_kind, push_link, push_whisker};
use crate::draw::palette::{self, GRID, INK, MUTED, PAPER};
use crate::draw::{Anchor, Font, Line, Marker, whole};
use crate::number::{Unit, count};
use crate::text::{visible, wrap};
use std::collections::BTreeMap;

const LEFT: f64 = 52.0;
const TICK: Font = Font::new(10.5).color(MUTED);
const TASK: Font = Font::new(12.0).bold();
/// Above a plot: its task in as many lines as need be, metric and documents.
const HEAD: f64 = 25.0;
const TASK_LINE: f64 = 15.0;
const TASK_LINES: usize = 3;
/// Below a plot: tick labels, and room to the next.
const FOOT: f64 = 38.0;
const RIGHT: f64 = 18.0;
const AXIS_TITLE: f64 = 18.0;
/// Radius of a model's dot, and of the rim that keeps it apart from what lies behind it.
const DOT: f64 = 5.0;
const RIM: f64 = DOT + 1.0;
/// Between the middles of models of the same size: neither dots nor caps of whiskers touch.
const GAP: f64 = 2.0 * RIM + 1.0;
/// Half of a whisker's cap.
const CAP: f64 = 3.0;

/// A rectangle in pixels with its two axes.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    x: Axis,
    y: Axis,
    /// Where the models stand from left to right, by series.
    models: BTreeMap<usize, f64>,
}

/// Draws a figure of small plots.
pub(super) fn scene(figure: &Figure, data: &Panels) -> Scene {
    let columns = data.panels.len().clamp(1, 4);
    let (width, plot_height) = [(760.0, 380.0), (1000.0, 260.0), (1200.0, 220.0), (1200.0, 180.0)][columns - 1];
    let page = Page::new(figure, width);
    let column = (width - 2.0 * MARGIN - AXIS_TITLE) / columns as f64;
    let lines = data.panels.iter().map(|p| task_lines(p, column - LEFT - RIGHT).len()).max().unwrap_or(1);
    let head = HEAD + TASK_LINE * lines as f64;
    let cell = (column, head + plot_height + FOOT);
    let n_rows = data.panels.len().div_ceil(columns);
    let mut scene = page.scene(cell.1 * n_rows as f64 + AXIS_TITLE);
    let sizes = sizes(data);
    for (at, panel) in data.panels.iter().enumerate() {
        let left = MARGIN + AXIS_TITLE + cell.0 * (at % columns) as f64;
        let top = page.top() + cell.1 * (at / columns) as f64;
        let inner = (left + LEFT, left + cell.0 - RIGHT, top + head, top + head + plot_height);
        Plot::new(data, panel, sizes, inner).push(&mut scene, data, panel);
    }
    push_axis_titles(&mut scene, data, page.top(), cell.1 * n_rows as f64, width);
    scene
}

fn push_axis_titles(scene: &mut Scene, data: &Panels, top: f64, height: f64, width: f64) {
    scene.text((width / 2.0, top + height + 4.0), "parameters", TICK, Anchor::Middle);
    scene.upright_text((MARGIN + 6.0, top + height / 2.0), &data.value_label, TICK);
}

/// Where the models of a figure stand, by series: the same in each of its plots, whoever is missing there.
fn places(data: &Panels, x: &Axis, (left, right): (f64, f64)) -> BTreeMap<usize, f64> {
    let marks = || data.panels.iter().flat_map(|p| &p.marks);
    let models: BTreeMap<usize, f64> = marks()
        .filter(|m| matches!(data.series[m.series].kind, SeriesKind::Model { .. }))
        .map(|m| (m.series, x.at(m.n_params.max(1.0))))
        .collect();
    let wanted: Vec<f64> = models.values().copied().collect();
    models.into_keys().zip(spread::apart(&wanted, GAP, (left + RIM, right - RIM))).collect()
}

/// Smallest and largest model of the data, with room on both sides.
fn sizes(data: &Panels) -> (f64, f64) {
    let all = || data.panels.iter().flat_map(|p| &p.marks).map(|m| m.n_params.max(1.0));
    let (low, high) = all().fold((f64::INFINITY, 1.0_f64), |(low, high), n| (low.min(n), high.max(n)));
    let room = if high > 100.0 * low { 2.0 } else { 1.3 };
    if low.is_finite() { (low / room, high * room) } else { (1.0, 10.0) }
}

impl Plot {
    fn new(data: &Panels, panel: &Panel, sizes: (f64, f64), (left, right, top, bottom): (f64, f64, f64, f64)) -> Self {
        let x = Axis::log(sizes, (left, right));
        let models = places(data, &x, (left, right));
        Self { left, right, top, bottom, x, y: value_axis(data.unit, panel, (bottom, top)), models }
    }

    fn push(&self, scene: &mut Scene, data: &Panels, panel: &Panel) {
        self.push_frame(scene, data.unit, panel);
        // A chance of nothing is the axis itself.
        if let Some(chance) = panel.chance.filter(|&chance| chance > 0.0) {
            let y = self.y.at(chance);
            scene.dashed((self.left, y), (self.right, y), 4.0, Line(1.2, INK));
        }
        self.push_links(scene, data, panel);
        for mark in &panel.marks {
            self.push_mark(scene, &data.series[mark.series].kind, mark);
        }
    }

    fn push_frame(&self, scene: &mut Scene, unit: Unit, panel: &Panel) {
        for tick in self.y.ticks(5) {
            let y = self.y.at(tick);
            scene.line((self.left, y), (self.right, y), Line(1.0, GRID));
            scene.text((self.left - 6.0, y + 0.36 * TICK.px), &axis::label(unit, tick), TICK, Anchor::End);
        }
        scene.line((self.left, self.bottom), (self.right, self.bottom), Line(1.2, MUTED));
        for tick in self.x.ticks(whole((self.right - self.left) / 44.0) as usize) {
            let x = self.x.at(tick);
            scene.line((x, self.bottom), (x, self.bottom + 4.0), Line(1.0, MUTED));
            scene.text((x, self.bottom + 6.0 + TICK.px), &axis::size_label(tick), TICK, Anchor::Middle);
        }
        self.push_heading(scene, panel);
    }

    /// Task in bold, metric and documents below it in grey.
    fn push_heading(&self, scene: &mut Scene, panel: &Panel) {
        let room = self.right - self.left;
        let detail = wrap(&visible(&details(panel)), 1, |line| TICK.width(line) <= room).concat();
        scene.text((self.left, self.top - 10.0), &detail, TICK, Anchor::Start);
        for (above, line) in task_lines(panel, room).iter().rev().enumerate() {
            let y = self.top - HEAD - TASK_LINE * above as f64;
            scene.text((self.left, y), line, TASK, Anchor::Start);
        }
    }

    /// Joins the models of a family, and a paper's, from small to large.
    fn push_links(&self, scene: &mut Scene, data: &Panels, panel: &Panel) {
        let mut marks: Vec<&Mark> = panel.marks.iter().collect();
        marks.sort_by(|a, b| self.point(a).0.total_cmp(&self.point(b).0));
        let family = |mark: &Mark| match &data.series[mark.series].kind {
            SeriesKind::Model { family, .. } => ("model", family.as_str()),
            SeriesKind::Paper { paper, .. } => ("paper", *paper),
        };
        for (at, mark) in marks.iter().enumerate() {
            if let Some(next) = marks[at + 1..].iter().find(|next| family(next) == family(mark)) {
                push_link(scene, self.point(mark), self.point(next));
            }
        }
    }

    fn push_mark(&self, scene: &mut Scene, kind: &SeriesKind, mark: &Mark) {
        let at = self.point(mark);
        let SeriesKind::Model { column, .. } = kind else { return push_kind(scene, at, kind) };
        let color = palette::series(*column);
        if let Some((low, high)) = mark.interval.filter(|_| mark.value.is_finite()) {
            push_whisker(scene, at.0, (self.y.at(low), self.y.at(high)), CAP, Line(1.6, color));
        }
        scene.mark(at, Marker::Dot, RIM, PAPER);
        scene.mark(at, Marker::Dot, DOT, color);
    }

    fn point(&self, mark: &Mark) -> (f64, f64) {
        let x = self.models.get(&mark.series).copied();
        (x.unwrap_or_else(|| self.x.at(mark.n_params.max(1.0))), self.y.at(mark.value))
    }
}

fn task_lines(panel: &Panel, room: f64) -> Vec<String> {
    wrap(&visible(&panel.label), TASK_LINES, |line| TASK.width(line) <= room)
}

fn details(panel: &Panel) -> String {
    let mean = if panel.members == 0 { String::new() } else { format!(", mean of {} tasks", panel.members) };
    format!("{}{mean}, {}", panel.metric, documents(panel))
}

fn documents(panel: &Panel) -> String {
    match panel.n {
        Some((low, high)) if low != high => format!("n = {} to {}", count(low), count(high)),
        n => format!("n = {}", count(n.map_or(0, |n| n.0))),
    }
}

/// What the panel's values, intervals and chance need, with some room.
fn value_axis(unit: Unit, panel: &Panel, pixels: (f64, f64)) -> Axis {
    let (low, high) = Panels::ends([panel]).unwrap_or((0.0, 1.0));
    match unit {
        Unit::Perplexity => Axis::log(((low / 1.5).max(1.0), high.max(1.0) * 1.5), pixels),
        Unit::Percent => {
            let (low, high) = padded(low, high, 0.1);
            Axis::linear((low.max(0.0), high.min(1.0)), pixels)
        }
        Unit::Bits | Unit::Plain => Axis::linear(padded(low, high, 0.05 * high.abs().max(1e-9)), pixels),
    }
}

/// A twelfth of the span on both sides, and a span of at least `least`.
fn padded(low: f64, high: f64, least: f64) -> (f64, f64) {
    let half = ((high - low) * 7.0 / 12.0).max(least / 2.0);
    let middle = f64::midpoint(low, high);
    (middle - half, middle + half)
}

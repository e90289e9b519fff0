//! Where dots and counts go.

use super::{Diagram, Panel};
use crate::charts::{Figure, Scene};
use crate::draw::axis::Axis;
use crate::draw::page::{MARGIN, Page, push_link, push_whisker};
use crate::draw::palette::{self, Color, GRID, INK, MUTED, PAPER};
use crate::draw::{Anchor, Font, Line, Marker};
use crate::number::count;
use crate::text::{visible, wrap};

/// Bars of the documents in each bin.
pub(super) const STRIP: Color = Color(0xb8, 0xb8, 0xb8);
const PER_ROW: usize = 4;
const PLOT: f64 = 216.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 22.0;
const LINE: f64 = 15.0;
const NAME: Font = Font::new(12.0).bold();
const DETAIL: Font = Font::new(10.5).color(MUTED);
const TICK: Font = Font::new(10.5).color(MUTED);
const COUNT: Font = Font::new(8.5).color(MUTED);
const NAME_LINES: usize = 3;
/// Below a plot: ticks, bars, counts, and room to the next.
const TICKS: f64 = 20.0;
const BARS: f64 = 30.0;
const AXIS: f64 = 34.0;

/// Draws a plot a model.
pub(super) fn scene(figure: &Figure, data: &Diagram) -> Scene {
    let columns = data.panels.len().min(PER_ROW);
    let cell = LEFT + PLOT + RIGHT;
    let page = Page::new(figure, (2.0 * MARGIN + cell * columns as f64).max(640.0));
    let names = data.panels.iter().map(|panel| name(panel).len()).max().unwrap_or(1);
    let head = LINE * names as f64 + 2.0 * 14.0 + 12.0;
    let counts = data.panels.iter().flat_map(|panel| &panel.bins).map(|bin| COUNT.width(&count(bin.n)));
    let counts = counts.fold(0.0, f64::max) + 6.0;
    let height = head + PLOT + TICKS + BARS + counts + AXIS;
    let mut scene = page.scene(height * data.panels.len().div_ceil(PER_ROW) as f64);
    for (at, panel) in data.panels.iter().enumerate() {
        let left = MARGIN + cell * (at % PER_ROW) as f64 + LEFT;
        let top = page.top() + height * (at / PER_ROW) as f64;
        push_head(&mut scene, panel, (left, top));
        let x = Axis::linear((0.0, 1.0), (left, left + PLOT));
        let y = Axis::linear((0.0, 1.0), (top + head + PLOT, top + head));
        push_frame(&mut scene, &x, &y, (left, top + head));
        push_dots(&mut scene, panel, &x, &y);
        push_counts(&mut scene, panel, &x, top + head + PLOT + TICKS);
        let below = top + head + PLOT + TICKS + BARS + counts + 13.0;
        scene.text((left + PLOT / 2.0, below), "confidence (%)", TICK, Anchor::Middle);
    }
    scene
}

fn name(panel: &Panel) -> Vec<String> {
    wrap(&visible(&panel.label), NAME_LINES, |line| NAME.width(line) <= PLOT)
}

fn push_head(scene: &mut Scene, panel: &Panel, (left, top): (f64, f64)) {
    let mut y = top;
    for line in name(panel) {
        y += LINE;
        scene.text((left, y), &line, NAME, Anchor::Start);
    }
    let percent = |x: f64| format!("{:.1}", 100.0 * x);
    let ends = panel.ece.low.zip(panel.ece.high);
    let ends = ends.map_or_else(String::new, |(low, high)| format!(" ({} to {})", percent(low), percent(high)));
    let error = format!("ECE {} %{ends}, n = {}", percent(panel.ece.value), count(panel.n));
    let means = format!("sure {} %, right {} %", percent(panel.confidence), percent(panel.right));
    for line in [error, means] {
        y += 14.0;
        let fitting = wrap(&line, 1, |line| DETAIL.width(line) <= PLOT + RIGHT).concat();
        scene.text((left, y), &fitting, DETAIL, Anchor::Start);
    }
}

fn push_frame(scene: &mut Scene, x: &Axis, y: &Axis, (left, top): (f64, f64)) {
    for tick in y.ticks(6) {
        scene.line((left, y.at(tick)), (left + PLOT, y.at(tick)), Line(1.0, GRID));
        scene.line((x.at(tick), top), (x.at(tick), top + PLOT), Line(1.0, GRID));
        let label = format!("{:.0}", 100.0 * tick);
        scene.text((left - 6.0, y.at(tick) + 0.36 * TICK.px), &label, TICK, Anchor::End);
        scene.text((x.at(tick), top + PLOT + 15.0), &label, TICK, Anchor::Middle);
    }
    scene.upright_text((left - 32.0, top + PLOT / 2.0), "right (%)", TICK);
    scene.dashed((x.at(0.0), y.at(0.0)), (x.at(1.0), y.at(1.0)), 4.0, Line(1.2, INK));
}

fn push_dots(scene: &mut Scene, panel: &Panel, x: &Axis, y: &Axis) {
    let color = palette::series(panel.column);
    for pair in panel.bins.windows(2) {
        let at = |bin: &yardstick_stats::CalibrationBin| (x.at(bin.confidence), y.at(bin.right));
        push_link(scene, at(&pair[0]), at(&pair[1]));
    }
    for bin in &panel.bins {
        let at = (x.at(bin.confidence), y.at(bin.right));
        push_whisker(scene, at.0, (y.at(bin.interval.low), y.at(bin.interval.high)), 3.0, Line(1.5, color));
        scene.mark(at, Marker::Dot, 5.5, PAPER);
        scene.mark(at, Marker::Dot, 4.5, color);
    }
}

/// Bars from nothing up to the fullest bin, and the number in each.
fn push_counts(scene: &mut Scene, panel: &Panel, x: &Axis, top: f64) {
    let most = panel.bins.iter().map(|bin| bin.n).max().unwrap_or(1).max(1) as f64;
    let base = top + BARS;
    for bin in &panel.bins {
        let (from, to) = (x.at(bin.from), x.at(bin.to));
        scene.rect((from + 1.0, base - BARS * bin.n as f64 / most), (to - 1.0, base), STRIP);
        let text = count(bin.n);
        let middle = base + 5.0 + COUNT.width(&text) / 2.0;
        scene.upright_text((f64::midpoint(from, to) + 0.3 * COUNT.px, middle), &text, COUNT);
    }
    scene.line((x.at(0.0), base), (x.at(1.0), base), Line(1.0, MUTED));
}

//! A grid of small plots with axes of their own: what charts that show a plot a task have in common.

use crate::draw::axis::{self, Axis};
use crate::draw::page::{MARGIN, Page};
use crate::draw::palette::{GRID, MUTED};
use crate::draw::{Anchor, Font, Line, Scene};
use crate::number::Unit;
use crate::text::{visible, wrap};

const LEFT: f64 = 52.0;
pub(super) const TICK: Font = Font::new(10.5).color(MUTED);
const NAME: Font = Font::new(12.0).bold();
/// Above a plot: its name in as many lines as need be, and a line of details.
const HEAD: f64 = 25.0;
const NAME_LINE: f64 = 15.0;
const NAME_LINES: usize = 3;
/// Below a plot: tick labels, and room to the next.
const FOOT: f64 = 38.0;
const RIGHT: f64 = 18.0;
const AXIS_TITLE: f64 = 18.0;
/// Least pixels between two tick labels.
const TICK_GAP: f64 = 8.0;

/// Where the plots of a figure stand.
pub(super) struct Grid {
    pub(super) width: f64,
    n_rows: usize,
    columns: usize,
    /// Width and height of a plot with all that belongs to it.
    cell: (f64, f64),
    head: f64,
    plot_height: f64,
}

/// The inside of a plot, pixels.
#[derive(Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Grid {
    /// A grid for plots of these names, at most so many (up to four) beside each other.
    pub(super) fn new<'a>(names: impl ExactSizeIterator<Item = &'a str>, most: usize) -> Self {
        let n = names.len();
        let columns = n.clamp(1, most.min(4));
        let (width, plot_height) = [(760.0, 380.0), (1000.0, 260.0), (1200.0, 220.0), (1200.0, 180.0)][columns - 1];
        let column = (width - 2.0 * MARGIN - AXIS_TITLE) / columns as f64;
        let lines = names.map(|name| name_lines(name, column - LEFT - RIGHT).len()).max().unwrap_or(1);
        let head = HEAD + NAME_LINE * lines as f64;
        let cell = (column, head + plot_height + FOOT);
        Self { width, n_rows: n.div_ceil(columns), columns, cell, head, plot_height }
    }

    /// An empty page for the plots, with the names of their axes.
    pub(super) fn scene(&self, page: &Page, across: &str, up: &str) -> Scene {
        let height = self.cell.1 * self.n_rows as f64;
        let mut scene = page.scene(height + AXIS_TITLE);
        scene.text((self.width / 2.0, page.top() + height + 4.0), across, TICK, Anchor::Middle);
        scene.upright_text((MARGIN + 6.0, page.top() + height / 2.0), up, TICK);
        scene
    }

    /// The inside of the plot at an index.
    pub(super) fn area(&self, page: &Page, at: usize) -> Area {
        let left = MARGIN + AXIS_TITLE + self.cell.0 * (at % self.columns) as f64;
        let top = page.top() + self.cell.1 * (at / self.columns) as f64 + self.head;
        Area { left: left + LEFT, right: left + self.cell.0 - RIGHT, top, bottom: top + self.plot_height }
    }
}

impl Area {
    /// Left and right end.
    pub(super) const fn across(&self) -> (f64, f64) {
        (self.left, self.right)
    }

    /// Bottom and top: values grow upwards.
    pub(super) const fn up(&self) -> (f64, f64) {
        (self.bottom, self.top)
    }

    /// Name in bold, details below it in grey.
    pub(super) fn push_heading(&self, scene: &mut Scene, name: &str, details: &str) {
        let room = self.right - self.left;
        let detail = wrap(&visible(details), 1, |line| TICK.width(line) <= room).concat();
        scene.text((self.left, self.top - 10.0), &detail, TICK, Anchor::Start);
        for (above, line) in name_lines(name, room).iter().rev().enumerate() {
            let y = self.top - HEAD - NAME_LINE * above as f64;
            scene.text((self.left, y), line, NAME, Anchor::Start);
        }
    }

    /// Lines of the grid with their values, and the line below.
    pub(super) fn push_values(&self, scene: &mut Scene, unit: Unit, axis: &Axis) {
        for tick in axis.ticks(5) {
            let y = axis.at(tick);
            scene.line((self.left, y), (self.right, y), Line(1.0, GRID));
            scene.text((self.left - 6.0, y + 0.36 * TICK.px), &axis::label(unit, tick), TICK, Anchor::End);
        }
        scene.line((self.left, self.bottom), (self.right, self.bottom), Line(1.2, MUTED));
    }

    /// Ticks of the horizontal axis; those whose labels would touch the one before have none.
    pub(super) fn push_ticks(&self, scene: &mut Scene, ticks: impl Iterator<Item = (f64, String)>) {
        let mut end = f64::NEG_INFINITY;
        for (x, label) in ticks {
            scene.line((x, self.bottom), (x, self.bottom + 4.0), Line(1.0, MUTED));
            let half = TICK.width(&label) / 2.0;
            if x - half >= end + TICK_GAP {
                scene.text((x, self.bottom + 6.0 + TICK.px), &label, TICK, Anchor::Middle);
                end = x + half;
            }
        }
    }
}

fn name_lines(name: &str, room: f64) -> Vec<String> {
    wrap(&visible(name), NAME_LINES, |line| NAME.width(line) <= room)
}

/// An axis that holds these ends with some room: not from zero, since marks and lines need no zero as bars do.
pub(super) fn value_axis(unit: Unit, (low, high): (f64, f64), pixels: (f64, f64)) -> Axis {
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

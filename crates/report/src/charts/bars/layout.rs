//! Where the bars go.

use crate::charts::{Figure, Mark, Panel, Panels, Scene, SeriesKind};
use crate::draw::axis::{self, Axis};
use crate::draw::page::{MARGIN, Page, push_kind, push_whisker};
use crate::draw::palette::{self, GRID, INK, MUTED};
use crate::draw::{Anchor, Font, Line, whole};
use crate::number::{Unit, count};
use crate::text::{visible, wrap};

const FULL_WIDTH: f64 = 1200.0;
/// Room for the axis's name and its longest label.
const LEFT: f64 = 76.0;
const NAME: f64 = 18.0;
const TICK: Font = Font::new(11.0).color(MUTED);
const TASK: Font = Font::new(12.0);
const DETAIL: Font = Font::new(10.5).color(MUTED);
const VALUE: Font = Font::new(10.0);
const LABEL_LINES: usize = 3;
/// Narrowest slot in which a value can stand above its bar.
const VALUE_SLOT: f64 = 32.0;
const MAX_SLOT: f64 = 52.0;
const MIN_SLOT: f64 = 9.0;

/// Sizes shared by all rows of panels.
struct Grid {
    width: f64,
    per_row: usize,
    group: f64,
    slot: f64,
    plot_height: f64,
    label_height: f64,
    /// Slots of a group: the models, and one for the papers' symbols.
    n_models: usize,
    papers: bool,
}

/// Draws a figure of bars.
pub(super) fn scene(figure: &Figure, data: &Panels) -> Scene {
    let grid = Grid::new(data);
    let page = Page::new(figure, grid.width);
    let rows: Vec<&[Panel]> = data.panels.chunks(grid.per_row).collect();
    let row_height = grid.plot_height + grid.label_height;
    let mut scene = page.scene(row_height * rows.len() as f64);
    for (at, panels) in rows.into_iter().enumerate() {
        let top = page.top() + row_height * at as f64;
        let axis = value_axis(data, (top + grid.plot_height, top + 8.0));
        push_axis(&mut scene, data, &axis, LEFT + grid.group * panels.len() as f64);
        scene.upright_text((NAME, top + grid.plot_height / 2.0), &data.value_label, TICK);
        for (column, panel) in panels.iter().enumerate() {
            grid.push_panel(&mut scene, data, panel, &axis, LEFT + grid.group * column as f64);
        }
    }
    scene
}

impl Grid {
    fn new(data: &Panels) -> Self {
        let n_models = data.series.iter().filter(|s| matches!(s.kind, SeriesKind::Model { .. })).count();
        let papers = n_models < data.series.len();
        let slots = (n_models + usize::from(papers)).max(1) as f64;
        let room = FULL_WIDTH - LEFT - MARGIN;
        // At most eight tasks a row, fewer when the bars would be too thin; rows of equal length.
        let fitting = whole(room / (1.25 * slots * MIN_SLOT)).clamp(1, 8) as usize;
        let n_rows = data.panels.len().div_ceil(fitting).max(1);
        let per_row = data.panels.len().div_ceil(n_rows).max(1);
        let group = (room / per_row as f64).min((slots + 1.2) * MAX_SLOT).max(112.0);
        let width = (LEFT + group * per_row as f64 + MARGIN).max(640.0);
        let group = if per_row == 1 { width - LEFT - MARGIN } else { group };
        let slot = (group / (slots + slots.mul_add(0.12, 0.5))).min(MAX_SLOT);
        let plot_height = [360.0, 240.0, 190.0][(n_rows - 1).min(2)];
        let lines = data.panels.iter().map(|p| task_lines(p, group).len()).max().unwrap_or(1);
        let label_height = lines as f64 * TASK.px * 1.25 + 2.0 * DETAIL.px * 1.3 + 26.0;
        Self { width, per_row, group, slot, plot_height, label_height, n_models, papers }
    }

    fn push_panel(&self, scene: &mut Scene, data: &Panels, panel: &Panel, axis: &Axis, left: f64) {
        let middle = left + self.group / 2.0;
        let slots = self.n_models + usize::from(self.papers);
        let first = middle - self.slot * slots as f64 / 2.0;
        let slot_middle = |at: usize| first + self.slot * (at as f64 + 0.5);
        let bars = || panel.marks.iter().filter(|mark| mark.series < self.n_models);
        for mark in bars() {
            self.push_bar(scene, mark, axis, slot_middle(mark.series));
        }
        // A chance of nothing is the axis itself.
        if let Some(chance) = panel.chance.filter(|&chance| chance > 0.0) {
            let (y, half) = (axis.at(chance), self.slot * slots as f64 / 2.0 + 4.0);
            scene.dashed((middle - half, y), (middle + half, y), 4.0, Line(1.5, INK));
        }
        for mark in &panel.marks {
            push_kind(scene, (slot_middle(self.n_models), axis.at(mark.value)), &data.series[mark.series].kind);
        }
        // Last, lest a line strike them through.
        for mark in bars().filter(|mark| self.slot >= VALUE_SLOT || !mark.value.is_finite()) {
            let above = axis.at(interval(mark).map_or(mark.value, |(_, high)| high));
            let at = (slot_middle(mark.series), above - 4.0);
            scene.text_on_paper(at, &data.unit.value(mark.value), VALUE, Anchor::Middle);
        }
        self.push_label(scene, panel, middle, axis.at(f64::MIN));
    }

    fn push_bar(&self, scene: &mut Scene, mark: &Mark, axis: &Axis, x: f64) {
        let half = (self.slot * 0.41).max(1.5);
        let (base, top) = (axis.at(f64::MIN), axis.at(mark.value));
        scene.rect((x - half, top), (x + half, base), palette::series(mark.series));
        if let Some((low, high)) = interval(mark) {
            push_whisker(scene, x, (axis.at(low), axis.at(high)), (half * 0.5).min(5.0), Line(1.2, INK));
        }
    }

    /// Task, metric and number of documents under a group.
    fn push_label(&self, scene: &mut Scene, panel: &Panel, middle: f64, base: f64) {
        let mut y = base + 4.0;
        for line in task_lines(panel, self.group) {
            y += TASK.px * 1.25;
            scene.text((middle, y), &line, TASK, Anchor::Middle);
        }
        for detail in [metric(panel), documents(panel)] {
            y += DETAIL.px * 1.3;
            let fitting = wrap(&visible(&detail), 1, |line| DETAIL.width(line) <= self.group - 8.0).concat();
            scene.text((middle, y), &fitting, DETAIL, Anchor::Middle);
        }
    }
}

/// Around an endless value an interval has no place.
fn interval(mark: &Mark) -> Option<(f64, f64)> {
    mark.interval.filter(|_| mark.value.is_finite())
}

fn task_lines(panel: &Panel, group: f64) -> Vec<String> {
    wrap(&visible(&panel.label), LABEL_LINES, |line| TASK.width(line) <= group - 8.0)
}

/// The metric, and over how many tasks it is averaged.
fn metric(panel: &Panel) -> String {
    match panel.members {
        0 => panel.metric.clone(),
        members => format!("{}, mean of {members} tasks", panel.metric),
    }
}

fn documents(panel: &Panel) -> String {
    match panel.n {
        None => "no results".to_owned(),
        Some((low, high)) if low == high => format!("n = {}", count(low)),
        Some((low, high)) => format!("n = {} to {}", count(low), count(high)),
    }
}

/// Bars start at nothing: 0, or perplexity 1 on a log axis.
fn value_axis(data: &Panels, pixels: (f64, f64)) -> Axis {
    let highest = Panels::ends(&data.panels).map_or(1.0, |(_, high)| high);
    match data.unit {
        Unit::Percent => Axis::linear((0.0, 1.0), pixels),
        Unit::Perplexity => Axis::log((1.0, 10f64.powf(highest.max(2.0).log10().ceil())), pixels),
        Unit::Bits | Unit::Plain => {
            let lowest = Panels::ends(&data.panels).map_or(0.0, |(low, _)| low.min(0.0));
            Axis::linear((lowest, axis::round_up(highest.max(1e-9))), pixels)
        }
    }
}

fn push_axis(scene: &mut Scene, data: &Panels, axis: &Axis, right: f64) {
    for tick in axis.ticks(7) {
        let y = axis.at(tick);
        scene.line((LEFT, y), (right, y), Line(1.0, GRID));
        scene.text((LEFT - 7.0, y + 0.36 * TICK.px), &axis::label(data.unit, tick), TICK, Anchor::End);
    }
    let base = axis.at(f64::MIN);
    scene.line((LEFT, base), (right, base), Line(1.2, MUTED));
}

//! A table with a plot in it: a line a row, its name at the left, marks in the middle, numbers at the right.

use crate::draw::axis::Axis;
use crate::draw::page::MARGIN;
use crate::draw::palette::{Color, GRID, INK, MUTED};
use crate::draw::{Anchor, Font, Line, Scene};
use crate::text::{visible, wrap};

const NAME: Font = Font::new(12.0);
const DETAIL: Font = Font::new(10.5).color(MUTED);
const CELL: Font = Font::new(11.5);
const HEAD: Font = Font::new(10.5).color(MUTED);
const TICK: Font = Font::new(10.5).color(MUTED);
const LINE: f64 = 15.0;
/// Widest name, and narrowest plot and page.
const NAME_WIDTH: f64 = 240.0;
const PLOT: f64 = 340.0;
const PAGE: f64 = 900.0;
const GAP: f64 = 18.0;
/// Above the rows of a section: headings of two lines. Below: ticks and the axis's name.
const TOP: f64 = 40.0;
const FOOT: f64 = 52.0;
/// The same where there is no axis.
const NO_AXIS: f64 = 14.0;

/// A row: its name, what is said below it, and a text for each column.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) detail: String,
    pub(super) cells: Vec<(String, Color)>,
}

/// Sections of rows with common columns.
pub(super) struct Ledger {
    heads: Vec<Vec<String>>,
    sections: Vec<Vec<Laid>>,
    name: f64,
    cells: Vec<f64>,
    plot: f64,
    foot: f64,
}

struct Laid {
    name: Vec<String>,
    detail: String,
    cells: Vec<(String, Color)>,
    height: f64,
}

/// Where the plot of a section is.
pub(super) struct Place {
    pub(super) top: f64,
    pub(super) bottom: f64,
    /// The middle of each row.
    pub(super) rows: Vec<f64>,
    /// Half of the height that a mark may have in any row.
    pub(super) half: f64,
}

impl Ledger {
    /// `heads` are the headings of the columns, their lines apart by `\n`.
    pub(super) fn new(heads: &[&str], sections: Vec<Vec<Row>>) -> Self {
        let heads: Vec<Vec<String>> = heads.iter().map(|head| head.lines().map(str::to_owned).collect()).collect();
        let rows = || sections.iter().flatten();
        let names = rows().flat_map(|row| [NAME.width(&visible(&row.name)), DETAIL.width(&visible(&row.detail))]);
        let name = names.fold(60.0, f64::max).min(NAME_WIDTH);
        let column = |at: usize| {
            let cells = rows().filter_map(|row| row.cells.get(at)).map(|cell| CELL.width(&cell.0));
            let heads = heads[at].iter().map(|line| HEAD.width(line));
            cells.chain(heads).fold(0.0, f64::max)
        };
        let cells: Vec<f64> = (0..heads.len()).map(column).collect();
        let taken = 2.0 * MARGIN + name + GAP + cells.iter().map(|width| width + GAP).sum::<f64>();
        let sections = sections.into_iter().map(|rows| rows.into_iter().map(|row| Laid::new(row, name)).collect());
        Self { heads, sections: sections.collect(), name, cells, plot: PLOT.max(PAGE - taken), foot: FOOT }
    }

    /// The same without room for an axis.
    pub(super) fn without_axis(self) -> Self {
        Self { foot: NO_AXIS, ..self }
    }

    /// Width of the whole picture.
    pub(super) fn width(&self) -> f64 {
        self.plot().1 + self.cells.iter().map(|width| width + GAP).sum::<f64>() + MARGIN
    }

    /// Height of all sections.
    pub(super) fn height(&self) -> f64 {
        let rows = self.sections.iter().flatten().map(|row| row.height).sum::<f64>();
        rows + (TOP + self.foot) * self.sections.len() as f64
    }

    /// Left and right end of the plots.
    pub(super) fn plot(&self) -> (f64, f64) {
        let left = MARGIN + self.name + GAP;
        (left, left + self.plot)
    }

    /// Writes names, headings and cells from `y` on, and says where the plots are.
    pub(super) fn push(&self, scene: &mut Scene, mut y: f64) -> Vec<Place> {
        let mut places = Vec::new();
        for rows in &self.sections {
            self.push_heads(scene, y + TOP);
            y += TOP;
            let top = y;
            let mut middles = Vec::new();
            for row in rows {
                middles.push(y + row.height / 2.0);
                self.push_row(scene, row, y);
                y += row.height;
            }
            let least = rows.iter().map(|row| row.height).fold(40.0, f64::min);
            places.push(Place { top, bottom: y, rows: middles, half: least / 2.0 - 2.0 });
            y += self.foot;
        }
        places
    }

    fn push_heads(&self, scene: &mut Scene, bottom: f64) {
        let mut x = self.plot().1;
        for (lines, width) in self.heads.iter().zip(&self.cells) {
            x += GAP + width;
            for (above, line) in lines.iter().rev().enumerate() {
                scene.text((x, bottom - 7.0 - 13.0 * above as f64), line, HEAD, Anchor::End);
            }
        }
    }

    fn push_row(&self, scene: &mut Scene, row: &Laid, top: f64) {
        let mut y = top + 1.0;
        for line in &row.name {
            y += LINE;
            scene.text((MARGIN, y - 2.0), line, NAME, Anchor::Start);
        }
        if !row.detail.is_empty() {
            scene.text((MARGIN, y + LINE - 3.0), &row.detail, DETAIL, Anchor::Start);
        }
        let mut x = self.plot().1;
        for ((text, color), width) in row.cells.iter().zip(&self.cells) {
            x += GAP + width;
            let at = (x, top + row.height / 2.0 + 0.36 * CELL.px);
            scene.text(at, text, CELL.color(*color), Anchor::End);
        }
    }

    /// Grid lines with their labels below a plot, and the axis's name.
    pub(super) fn push_axis(
        &self,
        scene: &mut Scene,
        place: &Place,
        axis: &Axis,
        label: impl Fn(f64) -> String,
        name: &str,
    ) {
        let (left, right) = self.plot();
        scene.line((left, place.bottom), (right, place.bottom), Line(1.2, MUTED));
        let mut free = f64::NEG_INFINITY;
        for tick in axis.ticks(8) {
            let (x, text) = (axis.at(tick), label(tick));
            scene.line((x, place.top), (x, place.bottom), Line(1.0, GRID));
            let half = TICK.width(&text) / 2.0;
            if x - half > free {
                scene.text((x, place.bottom + 15.0), &text, TICK, Anchor::Middle);
                free = x + half + 4.0;
            }
        }
        let fitting = wrap(name, 1, |line| TICK.width(line) <= right - left).concat();
        scene.text((f64::midpoint(left, right), place.bottom + 31.0), &fitting, TICK, Anchor::Middle);
    }
}

impl Laid {
    fn new(row: Row, width: f64) -> Self {
        let name = wrap(&visible(&row.name), 2, |line| NAME.width(line) <= width);
        let detail = wrap(&visible(&row.detail), 1, |line| DETAIL.width(line) <= width).concat();
        let lines = name.len() + usize::from(!detail.is_empty());
        Self { name, detail, cells: row.cells, height: (LINE * lines as f64 + 5.0).max(24.0) }
    }
}

/// A cell in ink.
pub(super) fn plain(text: impl Into<String>) -> (String, Color) {
    (text.into(), INK)
}

/// `+2.1`, `−0.3`, `0.0`: with as many decimals as tell numbers of this span apart.
pub(super) fn signed(value: f64, span: f64) -> String {
    let text = unsigned(value.abs(), span);
    if text.chars().all(|c| "0.".contains(c)) {
        return text;
    }
    format!("{}{text}", if value < 0.0 { '−' } else { '+' })
}

/// The same without a sign.
#[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "from 0 to 6")]
pub(super) fn unsigned(value: f64, span: f64) -> String {
    let decimals = if span > 0.0 && span.is_finite() { (2.0 - span.log10().floor()).clamp(0.0, 6.0) } else { 1.0 };
    format!("{value:.*}", decimals as usize)
}

//! What every figure has around its plots: heading, legend, notes.

use super::palette::{self, ALERT, INK, LINK, MUTED, PAPER};
use super::{Anchor, Font, Line, Marker, Scene};
use crate::charts::{Figure, Key, SeriesKind};
use crate::compare::Verdict;
use crate::text::{visible, wrap};

pub(crate) const MARGIN: f64 = 24.0;
const TITLE: Font = Font::new(20.0).bold();
const SUBTITLE: Font = Font::new(12.5).color(MUTED);
const LEGEND: Font = Font::new(12.0);
const NOTE: Font = Font::new(11.0).color(MUTED);
/// Height of a line over the em.
const LEADING: f64 = 1.45;
const SWATCH: f64 = 13.0;
const LEGEND_GAP: f64 = 20.0;

/// A figure's heading, legend and notes, broken into lines for a width.
pub(crate) struct Page<'a> {
    figure: &'a Figure,
    width: f64,
    title: Vec<String>,
    subtitle: Vec<String>,
    legend: Vec<Vec<Entry>>,
    notes: Vec<String>,
}

struct Entry {
    key: Key,
    label: String,
    x: f64,
}

impl<'a> Page<'a> {
    pub(crate) fn new(figure: &'a Figure, width: f64) -> Self {
        let room = width - 2.0 * MARGIN;
        let lines = |text: &str, font: Font, most| wrap(&visible(text), most, |line| font.width(line) <= room);
        let title = if figure.partial { format!("PARTIAL RUN: {}", figure.title) } else { figure.title.clone() };
        Self {
            figure,
            width,
            title: lines(&title, TITLE, 2),
            subtitle: lines(&figure.subtitle, SUBTITLE, 3),
            legend: legend(figure, room),
            notes: figure.notes.iter().flat_map(|note| lines(note, NOTE, 4)).collect(),
        }
    }

    /// Pixels above the plots.
    pub(crate) fn top(&self) -> f64 {
        let text = self.title.len() as f64 * TITLE.px + self.subtitle.len() as f64 * SUBTITLE.px;
        MARGIN + LEADING * (text + self.legend.len() as f64 * (LEGEND.px + 2.0)) + 14.0
    }

    /// Pixels below the plots.
    pub(crate) fn bottom(&self) -> f64 {
        MARGIN + self.notes.len() as f64 * NOTE.px * LEADING
    }

    /// An empty page with its heading, legend and notes, `body` pixels between them.
    pub(crate) fn scene(&self, body: f64) -> Scene {
        let mut scene = Scene::new(self.width, (self.top() + body + self.bottom()).round());
        let title = if self.figure.partial { TITLE.color(ALERT) } else { TITLE };
        let mut y = push_lines(&mut scene, MARGIN - 4.0, &self.title, title);
        y = push_lines(&mut scene, y, &self.subtitle, SUBTITLE);
        for row in &self.legend {
            y += (LEGEND.px + 2.0) * LEADING;
            for entry in row {
                push_key(&mut scene, entry.key, MARGIN + entry.x, y - 0.36 * LEGEND.px);
                scene.text((MARGIN + entry.x + SWATCH + 6.0, y), &entry.label, LEGEND, Anchor::Start);
            }
        }
        push_lines(&mut scene, self.top() + body + 6.0, &self.notes, NOTE);
        scene
    }
}

/// How something is drawn in a legend, from `x` on.
fn push_key(scene: &mut Scene, key: Key, x: f64, middle: f64) {
    let (half, ends) = (SWATCH / 2.0, [(x - 3.0, middle), (x + SWATCH + 2.0, middle)]);
    match key {
        Key::Dashed => scene.dashed(ends[0], ends[1], 4.0, Line(1.5, INK)),
        Key::Dotted => scene.dashed(ends[0], ends[1], 2.0, Line(1.5, MUTED)),
        Key::Line(series) => scene.line(ends[0], ends[1], Line(2.5, palette::series(series))),
        Key::Dot(column) => scene.mark((x + half, middle), Marker::Dot, 5.0, palette::series(column)),
        Key::Area(column) => scene.rect((x, middle - half), (x + SWATCH, middle + half), palette::series(column)),
        Key::Mean => scene.line(ends[0], ends[1], Line(3.0, INK)),
        Key::Faint => scene.line(ends[0], ends[1], Line(1.2, LINK)),
        Key::Family(index) => scene.mark((x + half, middle), family_marker(index), 5.0, MUTED),
        Key::Shade(color) => scene.rect((x, middle - half), (x + SWATCH, middle + half), color),
        Key::Paper(paper, filled) => push_paper(scene, (x + half, middle), paper, filled),
        Key::Mark(marker, color) => scene.mark((x + half, middle), marker, 5.0, color),
        Key::Verdict(verdict) => push_verdict(scene, (x + half, middle), verdict),
    }
}

/// The symbol of a family of models where colours stand for something else; they come again from the sixth family on.
pub(crate) const fn family_marker(index: usize) -> Marker {
    [Marker::Dot, Marker::Square, Marker::Diamond, Marker::Triangle, Marker::TriangleDown][index % 5]
}

/// The symbol of a paper's series; a model's has none.
pub(crate) fn push_kind(scene: &mut Scene, at: (f64, f64), kind: &SeriesKind) {
    if let SeriesKind::Paper { paper, filled } = kind {
        push_paper(scene, at, paper, *filled);
    }
}

/// A paper's symbol.
pub(crate) fn push_paper(scene: &mut Scene, at: (f64, f64), paper: &str, filled: bool) {
    let marker = match (paper, filled) {
        ("GPT-2", true) => Marker::Triangle,
        ("GPT-2", false) => Marker::HollowTriangle,
        (_, true) => Marker::Diamond,
        (_, false) => Marker::HollowDiamond,
    };
    // A rim keeps the symbol apart from what lies behind it.
    if filled {
        scene.mark(at, marker, 7.0, PAPER);
    }
    scene.mark(at, marker, 5.0, MUTED);
}

/// What is said of a difference: a symbol and a colour of its own each.
pub(crate) fn push_verdict(scene: &mut Scene, at: (f64, f64), verdict: Verdict) {
    let marker = match verdict {
        Verdict::Better => Marker::Triangle,
        Verdict::Worse => Marker::TriangleDown,
        Verdict::Identical => Marker::HollowDiamond,
        Verdict::NotShown | Verdict::NotJudged => Marker::HollowDot,
    };
    scene.mark(at, marker, 6.0, palette::verdict(verdict));
}

/// A link between two models of a kind.
pub(crate) fn push_link(scene: &mut Scene, from: (f64, f64), to: (f64, f64)) {
    scene.line(from, to, Line(1.2, LINK));
}

/// An interval with caps of `cap` pixels to both sides.
pub(crate) fn push_whisker(scene: &mut Scene, x: f64, (low, high): (f64, f64), cap: f64, line: Line) {
    scene.line((x, low), (x, high), line);
    for y in [low, high] {
        scene.line((x - cap, y), (x + cap, y), line);
    }
}

fn push_lines(scene: &mut Scene, mut y: f64, lines: &[String], font: Font) -> f64 {
    for line in lines {
        y += font.px * LEADING;
        scene.text((MARGIN, y), line, font, Anchor::Start);
    }
    y
}

/// Entries in rows that fit `room` pixels.
fn legend(figure: &Figure, room: f64) -> Vec<Vec<Entry>> {
    let mut rows: Vec<Vec<Entry>> = vec![Vec::new()];
    let mut x = 0.0;
    for entry in &figure.legend {
        let key = entry.key;
        let label = wrap(&visible(&entry.label), 1, |line| LEGEND.width(line) <= room / 2.0).concat();
        let width = SWATCH + 6.0 + LEGEND.width(&label) + LEGEND_GAP;
        if x > 0.0 && x + width - LEGEND_GAP > room {
            rows.push(Vec::new());
            x = 0.0;
        }
        if let Some(row) = rows.last_mut() {
            row.push(Entry { key, label, x });
        }
        x += width;
    }
    rows
}

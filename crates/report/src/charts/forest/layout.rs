//! Where the differences go.

use super::{Differences, Entry, Scale, Section};
use crate::charts::ledger::{Ledger, Place, Row, plain, signed, unsigned};
use crate::charts::{Figure, Scene};
use crate::compare::word;
use crate::draw::Line;
use crate::draw::axis::Axis;
use crate::draw::page::{Page, push_verdict};
use crate::draw::palette::{self, Color, INK, MUTED};
use crate::number::count;

/// Behind what could not have been seen.
pub(super) const UNSEEN: Color = Color(0xea, 0xea, 0xea);
/// Half of a whisker's cap.
const CAP: f64 = 4.0;

/// Draws a forest plot.
pub(super) fn scene(figure: &Figure, data: &Differences) -> Scene {
    let heads = format!("difference\n({} interval)", data.level);
    let heads = [heads.as_str(), "could\nsee", "p\n(Holm)", "n", "verdict"];
    let rows = |section: &Section| {
        let span = span(section);
        section.lines.iter().map(|line| row(line, span)).collect()
    };
    let ledger = Ledger::new(&heads, data.sections.iter().map(rows).collect());
    let page = Page::new(figure, ledger.width());
    let mut scene = page.scene(ledger.height());
    let places = ledger.push(&mut scene, page.top());
    for (section, place) in data.sections.iter().zip(&places) {
        push_section(&mut scene, &ledger, place, section);
    }
    scene
}

fn row(line: &Entry, span: f64) -> Row {
    let interval = line
        .interval
        .map_or_else(String::new, |(low, high)| format!(" ({} to {})", signed(low, span), signed(high, span)));
    let seen = line.detectable.map_or_else(|| "–".to_owned(), |size| format!("±{}", unsigned(size, span)));
    Row {
        name: line.task.clone(),
        detail: format!("{}{}", line.metric, if line.higher_is_better { "" } else { ", lower is better" }),
        cells: vec![
            plain(format!("{}{interval}", signed(line.gain, span))),
            (seen, MUTED),
            plain(line.holm.map_or_else(|| "–".to_owned(), p_value)),
            (count(line.n), MUTED),
            (word(line.verdict).to_owned(), palette::verdict(line.verdict)),
        ],
    }
}

fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// The largest number that is written of a section.
fn span(section: &Section) -> f64 {
    ends(section).0.abs().max(ends(section).1.abs())
}

/// Lowest and highest of differences and intervals; 0 is among them.
fn ends(section: &Section) -> (f64, f64) {
    let all = section.lines.iter().flat_map(|line| {
        [Some(line.gain), line.interval.map(|i| i.0), line.interval.map(|i| i.1)].into_iter().flatten()
    });
    all.fold((0.0, 0.0), |(low, high), x| (low.min(x), high.max(x)))
}

fn push_section(scene: &mut Scene, ledger: &Ledger, place: &Place, section: &Section) {
    let (low, high) = ends(section);
    // Something to see even where nothing differs: then what could have been seen is the scale.
    let seen = section.lines.iter().filter_map(|line| line.detectable).fold(0.0, f64::max);
    let room = 0.06 * (high - low).max(if seen > 0.0 { seen } else { 1.0 });
    let axis = Axis::linear((low - room, high + room), ledger.plot());
    for (line, y) in section.lines.iter().zip(&place.rows) {
        if let Some(size) = line.detectable {
            scene.rect((axis.at(-size), y - place.half), (axis.at(size), y + place.half), UNSEEN);
        }
    }
    let span = span(section);
    let name = match section.scale {
        Scale::Points => "points; right of zero the candidate is better",
        Scale::Relative => "% of the base's value; right of zero: better",
    };
    ledger.push_axis(scene, place, &axis, |tick| signed(tick, 10.0 * span), name);
    scene.line((axis.at(0.0), place.top), (axis.at(0.0), place.bottom), Line(1.4, INK));
    for (line, y) in section.lines.iter().zip(&place.rows) {
        push_line(scene, &axis, *y, line);
    }
}

fn push_line(scene: &mut Scene, axis: &Axis, y: f64, line: &Entry) {
    let stroke = Line(1.8, palette::verdict(line.verdict));
    if let Some((low, high)) = line.interval {
        scene.line((axis.at(low), y), (axis.at(high), y), stroke);
        for x in [axis.at(low), axis.at(high)] {
            scene.line((x, y - CAP), (x, y + CAP), stroke);
        }
    }
    push_verdict(scene, (axis.at(line.gain), y), line.verdict);
}

//! Where spokes, rings and profiles go.

use super::{Profile, Spoke, Wheel};
use crate::charts::{Figure, Scene};
use crate::draw::page::{MARGIN, Page};
use crate::draw::palette::{self, GRID, LINK, MUTED, PAPER};
use crate::draw::{Anchor, Font, Line, Marker};
use crate::text::{visible, wrap};

const WIDTH: f64 = 760.0;
const RADIUS: f64 = 200.0;
/// Above and below the rim: labels.
const ROOM: f64 = 66.0;
/// Between the rim and a label.
const AWAY: f64 = 14.0;
const LABEL: Font = Font::new(12.0);
const DETAIL: Font = Font::new(10.5).color(MUTED);
const TICK: Font = Font::new(10.0).color(MUTED);
const LINE: f64 = 15.0;
const LABEL_LINES: usize = 2;
const DOT: f64 = 3.5;
/// Between the dots of two models on a spoke.
const GAP: f64 = 6.0;
const RINGS: usize = 4;

/// The middle, and how many spokes there are.
#[derive(Clone, Copy)]
struct Web {
    centre: (f64, f64),
    n_spokes: usize,
}

/// Draws a radar.
pub(super) fn scene(figure: &Figure, data: &Wheel) -> Scene {
    let page = Page::new(figure, WIDTH);
    let mut scene = page.scene(2.0 * (RADIUS + ROOM));
    let web = Web { centre: (WIDTH / 2.0, page.top() + RADIUS + ROOM), n_spokes: data.spokes.len() };
    web.push_web(&mut scene);
    for profile in &data.profiles {
        web.push_outline(&mut scene, data, profile);
    }
    for profile in &data.profiles {
        web.push_values(&mut scene, data, profile);
    }
    web.push_rings_values(&mut scene, data.rim);
    for (at, spoke) in data.spokes.iter().enumerate() {
        web.push_label(&mut scene, at, spoke);
    }
    scene
}

impl Web {
    /// Sine and cosine of a spoke's angle, clockwise from the top.
    fn direction(self, spoke: f64) -> (f64, f64) {
        (std::f64::consts::TAU * spoke / self.n_spokes as f64).sin_cos()
    }

    /// The point so far out on a spoke and so far to its side, pixels.
    fn point(self, spoke: usize, out: f64, aside: f64) -> (f64, f64) {
        let (sin, cos) = self.direction(spoke as f64);
        (self.centre.0 + out * sin + aside * cos, self.centre.1 - out * cos + aside * sin)
    }

    fn push_web(self, scene: &mut Scene) {
        for ring in 1..=RINGS {
            let out = RADIUS * ring as f64 / RINGS as f64;
            let color = if ring == RINGS { LINK } else { GRID };
            for spoke in 0..self.n_spokes {
                let next = (spoke + 1) % self.n_spokes;
                scene.line(self.point(spoke, out, 0.0), self.point(next, out, 0.0), Line(1.0, color));
            }
        }
        for spoke in 0..self.n_spokes {
            scene.line(self.centre, self.point(spoke, RADIUS, 0.0), Line(1.0, GRID));
        }
    }

    /// Where a value is: below chance it is at the centre.
    fn value_at(self, data: &Wheel, spoke: usize, value: f64, aside: f64) -> (f64, f64) {
        self.point(spoke, RADIUS * (value / data.rim).clamp(0.0, 1.0), aside)
    }

    fn push_outline(self, scene: &mut Scene, data: &Wheel, profile: &Profile) {
        let (color, aside) = (palette::series(profile.column), aside(data, profile));
        let at = |spoke: usize| self.value_at(data, spoke, profile.values[spoke].value, aside);
        for spoke in 0..self.n_spokes {
            scene.line(at(spoke), at((spoke + 1) % self.n_spokes), Line(1.6, color));
        }
    }

    fn push_values(self, scene: &mut Scene, data: &Wheel, profile: &Profile) {
        let (color, aside) = (palette::series(profile.column), aside(data, profile));
        for (spoke, above) in profile.values.iter().enumerate() {
            if let Some((low, high)) = above.interval {
                let ends = [low, high].map(|end| self.value_at(data, spoke, end, aside));
                scene.line(ends[0], ends[1], Line(1.2, color));
            }
            let at = self.value_at(data, spoke, above.value, aside);
            scene.mark(at, Marker::Dot, DOT + 1.0, PAPER);
            scene.mark(at, Marker::Dot, DOT, color);
        }
    }

    /// What the rings stand for, in the middle between the last spoke and the first.
    fn push_rings_values(self, scene: &mut Scene, rim: f64) {
        let (sin, cos) = self.direction(self.n_spokes as f64 - 0.5);
        let chord = (std::f64::consts::PI / self.n_spokes as f64).cos();
        for ring in 1..=RINGS {
            let share = ring as f64 / RINGS as f64;
            let out = RADIUS * share * chord;
            let at = (self.centre.0 + out * sin, self.centre.1 - out * cos + 0.36 * TICK.px);
            scene.text_on_paper(at, &format!("{}", rim * share), TICK, Anchor::Middle);
        }
    }

    /// Name and details beyond the end of a spoke.
    fn push_label(self, scene: &mut Scene, at: usize, spoke: &Spoke) {
        let (sin, cos) = self.direction(at as f64);
        let (x, y) = self.point(at, RADIUS + AWAY, 0.0);
        let (anchor, room) = match sin {
            s if s.abs() < 0.2 => (Anchor::Middle, 2.0 * RADIUS * 0.6),
            s if s > 0.0 => (Anchor::Start, WIDTH - MARGIN - x),
            _ => (Anchor::End, x - MARGIN),
        };
        let mut lines: Vec<(String, Font)> =
            wrap(&visible(&spoke.label), LABEL_LINES, |line| LABEL.width(line) <= room)
                .into_iter()
                .map(|line| (line, LABEL))
                .collect();
        lines.push((wrap(&visible(&spoke.details), 1, |line| DETAIL.width(line) <= room).concat(), DETAIL));
        let height = LINE * lines.len() as f64;
        // The block of lines touches the rim with the side that faces it.
        let mut baseline = y - height / 2.0 - cos * height / 2.0;
        for (line, font) in lines {
            baseline += LINE;
            scene.text((x, baseline - 3.0), &line, font, anchor);
        }
    }
}

/// How far to the side of its spokes a model's dots are, pixels.
fn aside(data: &Wheel, profile: &Profile) -> f64 {
    let at = data.profiles.iter().position(|other| other.column == profile.column).unwrap_or(0);
    (at as f64 - (data.profiles.len() as f64 - 1.0) / 2.0) * GAP
}

//! A picture as a list of shapes in pixels, y downwards.

use super::palette::{Color, INK, PAPER};

/// The nearest whole number from 0 on: pixels, or how many of something fit.
#[allow(clippy::cast_sign_loss, reason = "clamped to 0 and above; a float cast saturates above")]
pub(crate) const fn whole(x: f64) -> u32 {
    x.round().max(0.0) as u32
}

/// A laid-out picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) shapes: Vec<Shape>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Line { from: (f64, f64), to: (f64, f64), width: f64, color: Color },
    Rect { from: (f64, f64), to: (f64, f64), color: Color },
    Mark { at: (f64, f64), marker: Marker, radius: f64, color: Color },
    Text { at: (f64, f64), text: String, font: Font, anchor: Anchor, upright: bool },
}

/// A symbol at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// Filled circle.
    Dot,
    /// Circle's outline.
    HollowDot,
    /// Filled diamond.
    Diamond,
    /// Diamond's outline.
    HollowDiamond,
    /// Filled triangle, point up.
    Triangle,
    /// Triangle's outline.
    HollowTriangle,
    /// Filled square.
    Square,
    /// Filled triangle, point down.
    TriangleDown,
}

/// Size in pixels of the em, weight and colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Font {
    pub(crate) px: f64,
    pub(crate) bold: bool,
    pub(crate) color: Color,
}

impl Font {
    /// Regular ink.
    pub(crate) const fn new(px: f64) -> Self {
        Self { px, bold: false, color: INK }
    }

    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn color(self, color: Color) -> Self {
        Self { color, ..self }
    }

    /// Width of `text`, pixels.
    pub(crate) fn width(self, text: &str) -> f64 {
        super::width(text, self.px, self.bold)
    }
}

/// Where a text's point is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// Stroke width in pixels, and colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Line(pub(crate) f64, pub(crate) Color);

impl Scene {
    /// An empty picture.
    pub(crate) const fn new(width: f64, height: f64) -> Self {
        Self { width, height, shapes: Vec::new() }
    }

    /// Width and height, pixels.
    pub fn size(&self) -> (u32, u32) {
        (whole(self.width), whole(self.height))
    }

    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), Line(width, color): Line) {
        self.shapes.push(Shape::Line { from, to, width, color });
    }

    /// A line of `dash` pixels drawn and as many left out, ending with a drawn one where it can.
    pub(crate) fn dashed(&mut self, from: (f64, f64), to: (f64, f64), dash: f64, line: Line) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.hypot(dy);
        let point = |at: f64| (from.0 + dx * at / length, from.1 + dy * at / length);
        for i in 0..whole((length / (2.0 * dash)).ceil()) {
            let start = 2.0 * dash * f64::from(i);
            self.line(point(start), point((start + dash).min(length)), line);
        }
    }

    pub(crate) fn rect(&mut self, from: (f64, f64), to: (f64, f64), color: Color) {
        self.shapes.push(Shape::Rect { from, to, color });
    }

    pub(crate) fn mark(&mut self, at: (f64, f64), marker: Marker, radius: f64, color: Color) {
        self.shapes.push(Shape::Mark { at, marker, radius, color });
    }

    /// Text whose baseline begins, is centred or ends at `at`.
    pub(crate) fn text(&mut self, at: (f64, f64), text: &str, font: Font, anchor: Anchor) {
        self.shapes.push(Shape::Text { at, text: text.to_owned(), font, anchor, upright: false });
    }

    /// [`Scene::text`] on a patch of paper, which hides what lies behind.
    pub(crate) fn text_on_paper(&mut self, at: (f64, f64), text: &str, font: Font, anchor: Anchor) {
        let [left, top, right, bottom] = covered(at, text, font, anchor);
        self.rect((left - 1.0, top - 1.0), (right + 1.0, bottom), PAPER);
        self.text(at, text, font, anchor);
    }

    /// Text that reads upwards, centred at `at`.
    pub(crate) fn upright_text(&mut self, at: (f64, f64), text: &str, font: Font) {
        let shape = Shape::Text { at, text: text.to_owned(), font, anchor: Anchor::Middle, upright: true };
        self.shapes.push(shape);
    }

    /// Texts with the boxes they cover (left, top, right, bottom): for tests of the layout.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<(&str, [f64; 4])> {
        self.shapes.iter().filter_map(text_box).collect()
    }

    /// Texts that a line crosses, unless a rectangle hides the line there: for tests of the layout.
    #[cfg(test)]
    pub(crate) fn struck(&self) -> Vec<&str> {
        let is_struck = |text_at: usize, text: &[f64; 4]| {
            (0..self.shapes.len()).any(|line_at| {
                let Shape::Line { from, to, .. } = self.shapes[line_at] else { return false };
                let Some(both) = inside(from, to, text) else { return false };
                let hides = |shape: &Shape| match *shape {
                    Shape::Rect { from, to, .. } => {
                        from.0 <= both[0] && from.1 <= both[1] && both[2] <= to.0 && both[3] <= to.1
                    }
                    _ => false,
                };
                let between = self.shapes.get(line_at..text_at).unwrap_or_default();
                !between.iter().any(hides)
            })
        };
        let texts = self.shapes.iter().enumerate().filter_map(|(at, shape)| Some((at, text_box(shape)?)));
        texts.filter(|(at, (_, covers))| is_struck(*at, covers)).map(|(_, (text, _))| text).collect()
    }

    /// Middle and colour of each dot: for tests of the layout.
    #[cfg(test)]
    pub(crate) fn dots(&self) -> Vec<((f64, f64), Color)> {
        let dot = |shape: &Shape| match *shape {
            Shape::Mark { at, marker: Marker::Dot, color, .. } => Some((at, color)),
            _ => None,
        };
        self.shapes.iter().filter_map(dot).collect()
    }

    /// Place, top, bottom and colour of each upright line: for tests of the layout.
    #[cfg(test)]
    pub(crate) fn upright_lines(&self) -> Vec<([f64; 3], Color)> {
        let line = |shape: &Shape| match *shape {
            Shape::Line { from, to, color, .. } if from.0.total_cmp(&to.0).is_eq() => {
                Some(([from.0, from.1.min(to.1), from.1.max(to.1)], color))
            }
            _ => None,
        };
        self.shapes.iter().filter_map(line).collect()
    }
}

/// The box (left, top, right, bottom) of a text, from the height of capitals to a descender.
fn covered((x, y): (f64, f64), text: &str, font: Font, anchor: Anchor) -> [f64; 4] {
    let width = font.width(text);
    let left = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - width / 2.0,
        Anchor::End => x - width,
    };
    [left, y - 0.75 * font.px, left + width, y + 0.2 * font.px]
}

#[cfg(test)]
fn text_box(shape: &Shape) -> Option<(&str, [f64; 4])> {
    let Shape::Text { at, text, font, anchor, upright } = shape else { return None };
    if !upright {
        return Some((text, covered(*at, text, *font, *anchor)));
    }
    let half = font.width(text) / 2.0;
    Some((text, [at.0 - 0.75 * font.px, at.1 - half, at.0 + 0.2 * font.px, at.1 + half]))
}

/// The box of the part of a line that is in a box, if there is one (Liang & Barsky 1984).
#[cfg(test)]
fn inside(from: (f64, f64), to: (f64, f64), [left, top, right, bottom]: &[f64; 4]) -> Option<[f64; 4]> {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut start, mut end) = (0.0_f64, 1.0_f64);
    for (along, room) in [(-dx, from.0 - left), (dx, right - from.0), (-dy, from.1 - top), (dy, bottom - from.1)] {
        if along.abs() < 1e-12 && room < 0.0 {
            return None;
        } else if along < -1e-12 {
            start = start.max(room / along);
        } else if along > 1e-12 {
            end = end.min(room / along);
        }
    }
    let at = |part: f64| (from.0 + part * dx, from.1 + part * dy);
    let (a, b) = (at(start), at(end));
    (start <= end).then(|| [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_a_box() {
        let of = |from, to| inside(from, to, &[10.0, 10.0, 20.0, 20.0]);
        assert_eq!(of((0.0, 15.0), (30.0, 15.0)), Some([10.0, 15.0, 20.0, 15.0]));
        assert_eq!(of((0.0, 0.0), (15.0, 15.0)), Some([10.0, 10.0, 15.0, 15.0]));
        assert_eq!(of((0.0, 0.0), (30.0, 5.0)), None);
        // Its own box holds the other one, and yet it passes by.
        assert_eq!(of((0.0, 15.0), (15.0, 30.0)), None);
    }
}

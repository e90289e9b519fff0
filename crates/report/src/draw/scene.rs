//! A picture as a list of shapes in pixels, y downwards.

use super::palette::{Color, INK};

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
pub(crate) enum Marker {
    /// Filled circle.
    Dot,
    /// Filled diamond.
    Diamond,
    /// Diamond's outline.
    HollowDiamond,
    /// Filled triangle, point up.
    Triangle,
    /// Triangle's outline.
    HollowTriangle,
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

    /// Text that reads upwards, centred at `at`.
    pub(crate) fn upright_text(&mut self, at: (f64, f64), text: &str, font: Font) {
        let shape = Shape::Text { at, text: text.to_owned(), font, anchor: Anchor::Middle, upright: true };
        self.shapes.push(shape);
    }

    /// Texts with the boxes they cover (left, top, right, bottom): for tests of the layout.
    #[cfg(test)]
    pub(crate) fn texts(&self) -> Vec<(&str, [f64; 4])> {
        self.shapes.iter().filter_map(covered).collect()
    }
}

/// A text's box, from the height of capitals to a descender.
#[cfg(test)]
fn covered(shape: &Shape) -> Option<(&str, [f64; 4])> {
    let Shape::Text { at: (x, y), text, font, anchor, upright } = shape else { return None };
    let (width, above, below) = (font.width(text), 0.75 * font.px, 0.2 * font.px);
    if *upright {
        return Some((text, [x - above, y - width / 2.0, x + below, y + width / 2.0]));
    }
    let left = match anchor {
        Anchor::Start => *x,
        Anchor::Middle => x - width / 2.0,
        Anchor::End => x - width,
    };
    Some((text, [left, y - above, left + width, y + below]))
}

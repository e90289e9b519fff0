//! Scene → SVG text and PNG bytes, through plotters' backends.

use super::fonts::{self, PNG_BOX, SVG_BOX};
use super::palette::{Color, PAPER};
use super::scene::{Anchor, Font, Marker, Scene, Shape, whole};
use plotters::prelude::{BitMapBackend, DrawingBackend, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color as _, FontTransform, RGBColor, ShapeStyle, TextStyle};

/// Pixels of a PNG for one of the scene: sharp on screens of high resolution and in print.
pub(crate) const PNG_SCALE: f64 = 2.0;

/// The scene as SVG.
pub(crate) fn svg(scene: &Scene) -> Result<Vec<u8>, String> {
    let mut text = String::new();
    let backend = SVGBackend::with_string(&mut text, scene.size());
    let mut to_text = Target { backend, scale: 1.0, text_box: SVG_BOX, baseline: 0.76 };
    to_text.rect((0.0, 0.0), (scene.width, scene.height), PAPER)?;
    to_text.draw(scene)?;
    Ok(text.into_bytes())
}

/// The scene as PNG, [`PNG_SCALE`] times as large.
pub(crate) fn png(scene: &Scene) -> Result<Vec<u8>, String> {
    let size = (whole(scene.width * PNG_SCALE), whole(scene.height * PNG_SCALE));
    // White already: to fill it again pixel by pixel would take most of the time.
    let mut pixels = vec![255; size.0 as usize * size.1 as usize * 3];
    let backend = BitMapBackend::with_buffer(&mut pixels, size);
    // The rasteriser puts the baseline half a text box below the top.
    let to_pixels = Target { backend, scale: PNG_SCALE, text_box: PNG_BOX, baseline: PNG_BOX / 2.0 };
    to_pixels.draw(scene)?;
    encode(&pixels, size).map_err(|e| e.to_string())
}

fn encode(pixels: &[u8], (width, height): (u32, u32)) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    // Flat colours: a filter would cost four times the time and save nothing.
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// A backend and how it places things.
struct Target<B> {
    backend: B,
    /// Pixels of the backend for one of the scene.
    scale: f64,
    /// Height of the backend's text box over the em.
    text_box: f64,
    /// Distance from the top of the text box to the baseline, in ems.
    baseline: f64,
}

impl<B: DrawingBackend> Target<B> {
    fn draw(mut self, scene: &Scene) -> Result<(), String> {
        fonts::register();
        for shape in &scene.shapes {
            self.shape(shape)?;
        }
        self.backend.present().map_err(|e| e.to_string())
    }

    fn shape(&mut self, shape: &Shape) -> Result<(), String> {
        match *shape {
            Shape::Line { from, to, width, color } => self.path(&[from, to], width, color),
            Shape::Rect { from, to, color } => self.rect(from, to, color),
            Shape::Mark { at, marker, radius, color } => self.mark(at, marker, radius, color),
            Shape::Text { at, ref text, font, anchor, upright } => self.text(at, text, font, anchor, upright),
        }
    }

    fn point(&self, (x, y): (f64, f64)) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn path(&mut self, points: &[(f64, f64)], width: f64, color: Color) -> Result<(), String> {
        let points: Vec<_> = points.iter().map(|&p| self.point(p)).collect();
        let style = ShapeStyle { color: rgb(color).to_rgba(), filled: false, stroke_width: self.stroke(width) };
        self.backend.draw_path(points, &style).map_err(|e| e.to_string())
    }

    fn stroke(&self, width: f64) -> u32 {
        whole(width * self.scale).max(1)
    }

    fn rect(&mut self, from: (f64, f64), to: (f64, f64), color: Color) -> Result<(), String> {
        let (from, to) = (self.point(from), self.point(to));
        self.backend.draw_rect(from, to, &rgb(color), true).map_err(|e| e.to_string())
    }

    fn mark(&mut self, (x, y): (f64, f64), marker: Marker, r: f64, color: Color) -> Result<(), String> {
        let diamond = [(x, y - r), (x + r, y), (x, y + r), (x - r, y), (x, y - r)];
        let triangle = [(x, y - r), (x + r, y + 0.8 * r), (x - r, y + 0.8 * r), (x, y - r)];
        let down = [(x, y + r), (x + r, y - 0.8 * r), (x - r, y - 0.8 * r), (x, y + r)];
        let side = 0.88 * r;
        match marker {
            Marker::Square => self.rect((x - side, y - side), (x + side, y + side), color),
            Marker::Dot => self.circle((x, y), r, color),
            Marker::HollowDot => {
                self.circle((x, y), r, color)?;
                self.circle((x, y), r - 1.5, PAPER)
            }
            Marker::TriangleDown => self.polygon(&down, color),
            Marker::Diamond => self.polygon(&diamond, color),
            Marker::Triangle => self.polygon(&triangle, color),
            Marker::HollowDiamond => self.outline(&diamond, color),
            Marker::HollowTriangle => self.outline(&triangle, color),
        }
    }

    fn circle(&mut self, centre: (f64, f64), radius: f64, color: Color) -> Result<(), String> {
        let (centre, radius) = (self.point(centre), whole(radius * self.scale));
        self.backend.draw_circle(centre, radius, &rgb(color), true).map_err(|e| e.to_string())
    }

    fn polygon(&mut self, points: &[(f64, f64)], color: Color) -> Result<(), String> {
        let points: Vec<_> = points.iter().map(|&p| self.point(p)).collect();
        self.backend.fill_polygon(points, &rgb(color)).map_err(|e| e.to_string())
    }

    fn outline(&mut self, points: &[(f64, f64)], color: Color) -> Result<(), String> {
        self.polygon(points, PAPER)?;
        self.path(points, 1.5, color)
    }

    fn text(
        &mut self,
        (x, y): (f64, f64),
        text: &str,
        font: Font,
        anchor: Anchor,
        upright: bool,
    ) -> Result<(), String> {
        let desc = fonts::desc(font.px * self.scale * self.text_box, font.bold);
        let desc = if upright { desc.transform(FontTransform::Rotate270) } else { desc };
        let h_pos = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let color = rgb(font.color);
        let style = TextStyle::from(desc).color(&color).pos(Pos::new(h_pos, VPos::Top));
        let down = font.px * self.baseline;
        let top = if upright { (x - down, y) } else { (x, y - down) };
        let at = self.point(top);
        self.backend.draw_text(text, &style, at).map_err(|e| e.to_string())
    }
}

const fn rgb(Color(red, green, blue): Color) -> RGBColor {
    RGBColor(red, green, blue)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::Line;
    use crate::draw::palette::INK;

    fn scene() -> Scene {
        let mut scene = Scene::new(200.0, 100.0);
        scene.text((100.0, 50.0), "a<b & \"c\"", Font::new(12.0), Anchor::Middle);
        scene.upright_text((20.0, 50.0), "up", Font::new(12.0).bold());
        scene.dashed((10.0, 90.0), (190.0, 90.0), 4.0, Line(1.0, INK));
        scene.mark((150.0, 70.0), Marker::HollowDiamond, 5.0, INK);
        scene
    }

    #[test]
    fn svg_escapes_text() {
        let text = String::from_utf8(svg(&scene()).expect("draws")).expect("UTF-8");
        assert!(text.starts_with("<svg width=\"200\" height=\"100\""), "{text}");
        assert!(text.contains("a&lt;b &amp; &quot;c&quot;") && text.trim_end().ends_with("</svg>"), "{text}");
    }

    #[test]
    fn png_decodes_to_ink_on_white() {
        let bytes = png(&scene()).expect("draws");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a header");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("decodes");
        assert_eq!((info.width, info.height, info.color_type), (400, 200, png::ColorType::Rgb));
        assert_eq!(&pixels[..3], [255, 255, 255]);
        // The dashed line begins at (10, 90) in the scene.
        let at = (180 * 400 + 22) * 3;
        assert!(pixels[at] < 60, "{:?}", &pixels[at..at + 3]);
        // Text is drawn: dark pixels around the middle.
        let row = |y: usize| pixels[y * 1200..(y + 1) * 1200].iter().filter(|&&v| v < 100).count();
        assert!((84..100).map(row).sum::<usize>() > 50);
    }
}

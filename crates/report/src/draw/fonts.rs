//! The embedded font: `DejaVu Sans`, regular and bold, cut to the glyphs that charts need.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::Once;

/// Verdana has the same widths, for viewers that lack the first.
pub(super) const FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

static REGULAR: &[u8] = include_bytes!("../../assets/DejaVuSans.ttf");
static BOLD: &[u8] = include_bytes!("../../assets/DejaVuSans-Bold.ttf");
static REGISTER: Once = Once::new();

/// Height of plotters' text box over the em: what SVG's `font-size` is divided by.
pub(super) const SVG_BOX: f64 = 1.24;
/// Ascent plus descent over the em in this font: what the rasteriser scales to.
pub(super) const PNG_BOX: f64 = 1.164;

/// Makes the font known to plotters; only the first call does anything.
pub(super) fn register() {
    REGISTER.call_once(|| {
        for (style, bytes) in [(FontStyle::Normal, REGULAR), (FontStyle::Bold, BOLD)] {
            // The bytes are part of the program, and a test measures text with both of them.
            assert!(register_font(FAMILY, style, bytes).is_ok(), "the embedded font is whole");
        }
    });
}

/// A plotters font whose text box is `size` pixels high.
pub(super) fn desc(size: f64, bold: bool) -> FontDesc<'static> {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    FontDesc::new(FontFamily::Name(FAMILY), size, style)
}

/// Text is measured at this em and scaled down, since plotters rounds to whole pixels.
const LARGE: f64 = 1000.0;

/// Width of `text` in pixels when its em is `px` pixels.
pub(crate) fn width(text: &str, px: f64, bold: bool) -> f64 {
    register();
    let measured = desc(LARGE * PNG_BOX, bold).layout_box(text);
    measured.map_or(0.0, |((left, _), (right, _))| f64::from(right - left)) * px / LARGE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_measure() {
        let (regular, bold) = (width("Accuracy", 12.0, false), width("Accuracy", 12.0, true));
        assert!(50.0 < regular && regular < bold && bold < 70.0, "{regular} {bold}");
        assert!((width("ii", 24.0, false) - 2.0 * width("ii", 12.0, false)).abs() < 0.1);
    }

    #[test]
    fn charts_symbols_have_glyphs() {
        // A missing glyph is as wide as .notdef, which no symbol here is.
        let missing = width("\u{e000}", 100.0, false);
        for symbol in ["±", "–", "…", "×", "−", "∞", "≥", "é", "λ"] {
            let has_glyph = (width(symbol, 100.0, false) - missing).abs() > 0.01;
            assert!(has_glyph, "{symbol}");
        }
    }
}

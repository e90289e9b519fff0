//! Colours that stand for numbers. Both ramps change in lightness, so that they read in grey and with any kind of colour
//! blindness; blue and orange are the two hues that all of them tell apart.

use super::palette::{Color, INK, PAPER};

/// Low to high, from almost white to dark blue: five of `ColorBrewer`'s Blues (Harrower & Brewer 2003).
const RISING: [Color; 5] = [
    Color(0xf7, 0xfb, 0xff),
    Color(0xc6, 0xdb, 0xef),
    Color(0x6b, 0xae, 0xd6),
    Color(0x21, 0x71, 0xb5),
    Color(0x08, 0x30, 0x6b),
];

/// From orange over almost white to blue; the ends are Okabe and Ito's vermilion and blue.
const DIVERGING: [Color; 5] = [
    Color(0xd5, 0x5e, 0x00),
    Color(0xf2, 0xb1, 0x7f),
    Color(0xf5, 0xf5, 0xf5),
    Color(0x8f, 0xbf, 0xdd),
    Color(0x00, 0x72, 0xb2),
];

/// The colour of a share from 0 (almost white) to 1 (dark blue).
pub(crate) fn rising(share: f64) -> Color {
    along(&RISING, share)
}

/// The colour of a number from −1 (orange) over 0 (almost white) to 1 (blue).
pub(crate) fn diverging(value: f64) -> Color {
    along(&DIVERGING, f64::midpoint(value, 1.0))
}

/// Ink or paper: what is legible on a colour.
pub(crate) fn legible_on(color: Color) -> Color {
    let contrast = |other: Color| {
        let (a, b) = (luminance(color), luminance(other));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    };
    if contrast(INK) >= contrast(PAPER) { INK } else { PAPER }
}

/// Relative luminance, 0 to 1.
///
/// Source: WCAG 2.2, "relative luminance".
fn luminance(Color(red, green, blue): Color) -> f64 {
    let linear = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// Between the two nearest of equally spaced colours, in a straight line.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between two bytes; from 0 to the last stop"
)]
fn along(stops: &[Color], share: f64) -> Color {
    let at = if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) * (stops.len() - 1) as f64 };
    let below = (at.floor() as usize).min(stops.len() - 2);
    let (from, to, part) = (stops[below], stops[below + 1], at - below as f64);
    let mix = |a: u8, b: u8| (f64::from(b) - f64::from(a)).mul_add(part, f64::from(a)).round() as u8;
    Color(mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_and_middles() {
        assert_eq!((rising(-1.0), rising(0.5), rising(2.0)), (RISING[0], RISING[2], RISING[4]));
        assert_eq!((diverging(-1.0), diverging(0.0), diverging(1.0)), (DIVERGING[0], DIVERGING[2], DIVERGING[4]));
        assert_eq!(rising(0.125), Color(0xdf, 0xeb, 0xf7));
    }

    #[test]
    fn lightness_tells_the_size() {
        let steps = |of: fn(f64) -> Color, sign: f64| -> Vec<f64> {
            (0..=20).map(|at| luminance(of(sign * f64::from(at) / 20.0))).collect()
        };
        for falling in [steps(rising, 1.0), steps(diverging, 1.0), steps(diverging, -1.0)] {
            assert!(falling.is_sorted_by(|a, b| a > b), "{falling:?}");
        }
    }

    #[test]
    fn texts_on_colours_have_contrast() {
        for at in -50..=50 {
            for color in [rising(f64::from(at) / 50.0), diverging(f64::from(at) / 50.0)] {
                let (a, b) = (luminance(color), luminance(legible_on(color)));
                // WCAG 2.2, 1.4.3: at least 4.5, and 3 for large text; the middle of a ramp can have no more with either.
                assert!((a.max(b) + 0.05) / (a.min(b) + 0.05) > 3.9, "{color:?}");
            }
        }
    }
}

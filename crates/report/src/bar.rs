//! Bars of block characters for the terminal: a value with its interval, and a difference around zero.

use crate::draw::whole;
use yardstick_core::Estimate;

/// Characters of a value's bar.
pub(crate) const VALUE: usize = 8;
/// Characters of a difference's bar: odd, so that zero has one of its own.
pub(crate) const DIFFERENCE: usize = 17;
/// Eighths of a character, from the left.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// From 0 to `top`: solid up to the interval's lower end, lighter to the value (to an eighth of a character), faint to the
/// upper end, dots beyond. Nothing where the value is not on the scale.
pub(crate) fn value(estimate: &Estimate, top: f64) -> String {
    let on_scale = |number: f64| number / top * VALUE as f64;
    let value = on_scale(estimate.value);
    if !top.is_finite() || top <= 0.0 || !value.is_finite() || value < 0.0 {
        return " ".repeat(VALUE);
    }
    let (low, high) = (estimate.low.map_or(value, on_scale), estimate.high.map_or(value, on_scale));
    let cell = |at: usize| {
        let (left, right) = (at as f64, at as f64 + 1.0);
        let eighths = ((value - left) * 8.0).round();
        match () {
            () if right <= low && right <= value => '█',
            () if eighths >= 8.0 => '▓',
            () if eighths >= 1.0 => EIGHTHS[whole(eighths) as usize - 1],
            () if left < high => '░',
            () => '·',
        }
    };
    (0..VALUE).map(cell).collect()
}

/// A difference and its interval on a scale from −`most` to `most`: `│` is no difference, `●` the difference, `─` the interval
/// (`┼` where it covers no difference).
pub(crate) fn difference(low: f64, value: f64, high: f64, most: f64) -> String {
    let middle = (DIFFERENCE / 2) as f64;
    if !(low.is_finite() && value.is_finite() && high.is_finite() && most > 0.0 && most.is_finite()) {
        return " ".repeat(DIFFERENCE);
    }
    let at = |number: f64| whole(middle + (number / most).clamp(-1.0, 1.0) * middle) as usize;
    let (low, value, high) = (at(low), at(value), at(high));
    let cell = |here: usize| match (here == value, (low..=high).contains(&here), here == DIFFERENCE / 2) {
        (true, _, _) => '●',
        (false, true, true) => '┼',
        (false, true, false) => '─',
        (false, false, true) => '│',
        (false, false, false) => ' ',
    };
    (0..DIFFERENCE).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, ends: Option<(f64, f64)>, wanted: &str) {
        let (low, high) = ends.unzip();
        let estimate = Estimate { value, stderr: None, low, high, n: 2, method: String::new() };
        assert_eq!(super::value(&estimate, 1.0), wanted);
    }

    #[test]
    fn values_with_intervals() {
        check(0.5, Some((0.25, 0.75)), "██▓▓░░··");
        check(0.5, None, "████····");
        check(0.0, None, "········");
        check(1.0, Some((0.9, 1.0)), "███████▓");
        check(0.3125, Some((0.3, 0.32)), "██▌·····");
        check(0.01, Some((0.0, 0.2)), "▏░······");
        check(f64::NAN, None, "        ");
        check(-0.2, None, "        ");
    }

    #[test]
    fn differences_with_intervals() {
        for (low, value, high, wanted) in [
            (-1.0, 0.0, 1.0, "────────●────────"),
            (0.25, 0.5, 1.0, "        │ ──●────"),
            (-1.0, -0.5, 0.5, "────●───┼────    "),
            (0.0, 0.0, 0.0, "        ●        "),
            (-9.0, f64::NAN, 9.0, "                 "),
        ] {
            assert_eq!(difference(low, value, high, 1.0), wanted);
        }
    }
}

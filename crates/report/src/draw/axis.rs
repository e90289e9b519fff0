//! Values to pixels, and the ticks between.

use crate::number::{Unit, grouped};

/// A stretch of values laid along a stretch of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Axis {
    low: f64,
    high: f64,
    log: bool,
    /// Pixels at `low` and at `high`.
    pixels: (f64, f64),
}

impl Axis {
    /// Equal differences at equal distances.
    pub(crate) const fn linear((low, high): (f64, f64), pixels: (f64, f64)) -> Self {
        Self { low, high, log: false, pixels }
    }

    /// Equal ratios at equal distances; `low` is above 0.
    pub(crate) const fn log((low, high): (f64, f64), pixels: (f64, f64)) -> Self {
        Self { low, high, log: true, pixels }
    }

    /// The pixel of a value; values outside end at the axis's ends.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let (value, low, high) = if self.log {
            (value.max(f64::MIN_POSITIVE).ln(), self.low.ln(), self.high.ln())
        } else {
            (value, self.low, self.high)
        };
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        self.pixels.0 + share * (self.pixels.1 - self.pixels.0)
    }

    /// At most `most` round values, in order; at least one.
    pub(crate) fn ticks(&self, most: usize) -> Vec<f64> {
        if self.log { log_ticks(self.low, self.high, most) } else { linear_ticks(self.low, self.high, most) }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let rough = (high - low) / most.max(2) as f64;
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0].map(|m| m * power);
    let multiples = |step: f64| {
        let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
        (first..=last).map(|k| k as f64 * step).collect::<Vec<_>>()
    };
    let fitting = steps.into_iter().map(multiples).find(|ticks| ticks.len() <= most);
    fitting.filter(|ticks| !ticks.is_empty()).unwrap_or_else(|| vec![low])
}

/// Powers of ten, every second or third of them where there are many, with 2 and 5 between where there are few.
fn log_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let decades = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let inside = |v: &f64| (low * 0.999..=high * 1.001).contains(v);
    let of = |digits: &[f64]| -> Vec<f64> {
        decades.clone().flat_map(|d| digits.iter().map(move |m| m * 10f64.powi(d))).filter(inside).collect()
    };
    let fine = of(&[1.0, 2.0, 5.0]);
    if fine.len() <= most && !fine.is_empty() {
        return fine;
    }
    let powers = of(&[1.0]);
    let every = powers.len().div_ceil(most).max(1);
    let ticks: Vec<f64> = powers.into_iter().step_by(every).collect();
    if ticks.is_empty() { vec![low] } else { ticks }
}

/// The end of an axis from zero: a round value above `high`.
pub(crate) fn round_up(high: f64) -> f64 {
    let power = 10f64.powf(high.log10().floor());
    [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0]
        .map(|m| m * power)
        .into_iter()
        .find(|&end| end >= high)
        .unwrap_or(10.0 * power)
}

/// A tick's label: no more digits than it needs.
pub(crate) fn label(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Percent => short(value * 100.0),
        Unit::Perplexity | Unit::Plain | Unit::Bits => short(value),
    }
}

/// A tick's label on an axis of parameters: `100M`.
pub(crate) fn size_label(value: f64) -> String {
    let scaled = [(1e9, "B"), (1e6, "M"), (1e3, "k")].into_iter().find(|(size, _)| value >= 0.999 * size);
    scaled.map_or_else(|| short(value), |(size, letter)| format!("{}{letter}", short(value / size)))
}

fn short(value: f64) -> String {
    if value.abs() >= 1e6 {
        return format!("{value:.0e}");
    }
    if value.abs() >= 1e3 {
        return grouped(&format!("{value:.0}"));
    }
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(axis: Axis, most: usize, wanted: &[f64]) {
        let ticks = axis.ticks(most);
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * b.abs();
        assert!(ticks.len() == wanted.len() && ticks.iter().zip(wanted).all(close), "{axis:?}: {ticks:?}");
    }

    #[test]
    fn round_ticks() {
        let pixels = (0.0, 100.0);
        check(Axis::linear((0.0, 1.0), pixels), 6, &[0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        check(Axis::linear((0.42, 0.61), pixels), 5, &[0.45, 0.5, 0.55, 0.6]);
        check(Axis::log((1.0, 1e3), pixels), 4, &[1.0, 10.0, 100.0, 1000.0]);
        check(Axis::log((8.0, 120.0), pixels), 5, &[10.0, 20.0, 50.0, 100.0]);
        check(Axis::log((1e6, 2e11), pixels), 3, &[1e6, 1e8, 1e10]);
    }

    #[test]
    fn labels() {
        let cases = [
            (Unit::Percent, 0.3, "30"),
            (Unit::Percent, 0.025, "2.5"),
            (Unit::Bits, 0.5, "0.5"),
            (Unit::Perplexity, 1e8, "1e8"),
        ];
        for (unit, value, wanted) in cases {
            assert_eq!(label(unit, value), wanted);
        }
        assert_eq!(label(Unit::Perplexity, 100_000.0), "100,000");
        for (value, wanted) in [(2e5, "200k"), (1e8, "100M"), (175e9, "175B"), (50.0, "50")] {
            assert_eq!(size_label(value), wanted);
        }
    }

    #[test]
    fn ends() {
        for (high, end) in [(0.93, 1.0), (1.0, 1.0), (3.3, 4.0), (11.0, 12.0)] {
            assert!((round_up(high) - end).abs() < 1e-12, "{high}: {}", round_up(high));
        }
    }

    proptest! {
        #[test]
        fn ticks_are_few_and_inside(low in -1e3..1e3_f64, span in 1e-3..1e4_f64, most in 2_usize..9) {
            let axis = Axis::linear((low, low + span), (0.0, 1.0));
            let ticks = axis.ticks(most);
            prop_assert!(!ticks.is_empty() && ticks.len() <= most);
            prop_assert!(ticks.iter().all(|&t| t >= low - 1e-6 * span && t <= low + 1.000_001 * span));
        }

        #[test]
        fn log_ticks_are_few_and_inside(low in 1e-3..1e9_f64, ratio in 1.1..1e9_f64, most in 2_usize..9) {
            let ticks = Axis::log((low, low * ratio), (0.0, 1.0)).ticks(most);
            prop_assert!(!ticks.is_empty() && ticks.len() <= most);
            prop_assert!(ticks.iter().all(|&t| t >= low * 0.99 && t <= low * ratio * 1.01));
        }
    }
}

//! How numbers are written for people: units, digits, errors. One place for tables, pages and charts.

use yardstick_core::Estimate;

/// What a metric's value is measured in: decides digits and which values may share an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// A share of documents, 0 to 1; written as percent with one decimal. A share above 1 is in percent already, as the
    /// official script of `SQuAD` gives it.
    Percent,
    /// Bits per byte, word or character; three decimals.
    Bits,
    /// A perplexity, 1 or more; three significant digits or all before the point, scientific from 100,000 on.
    Perplexity,
    /// Anything else; four significant digits.
    Plain,
}

/// Metric, its unit, and its name in words.
const METRICS: &[(&str, Unit, &str)] = &[
    ("acc", Unit::Percent, "accuracy"),
    ("acc_norm", Unit::Percent, "accuracy, choices normalised by characters"),
    ("acc_bytes", Unit::Percent, "accuracy, choices normalised by bytes"),
    ("acc_tokens", Unit::Percent, "accuracy, choices normalised by tokens"),
    ("acc_mutual_info", Unit::Percent, "accuracy, choices normalised by their unconditional probability"),
    ("exact_match", Unit::Percent, "exact match"),
    ("em", Unit::Percent, "exact match"),
    ("f1", Unit::Percent, "F1"),
    ("found", Unit::Percent, "documents with any answer"),
    ("pct_stereotype", Unit::Percent, "the stereotype is likelier"),
    ("mcc", Unit::Plain, "Matthews' correlation"),
    ("auc", Unit::Plain, "area under the ROC curve"),
    ("brier_score", Unit::Plain, "Brier score"),
    ("ece", Unit::Plain, "expected calibration error"),
    ("bleu", Unit::Plain, "BLEU"),
    ("chrf", Unit::Plain, "chrF"),
    ("chrf++", Unit::Plain, "chrF++"),
    ("ter", Unit::Plain, "TER"),
    ("rouge1", Unit::Percent, "ROUGE-1"),
    ("rouge2", Unit::Percent, "ROUGE-2"),
    ("rougeL", Unit::Percent, "ROUGE-L"),
    ("rougeLsum", Unit::Percent, "ROUGE-Lsum"),
    ("bits_per_byte", Unit::Bits, "bits per byte"),
    ("perplexity", Unit::Perplexity, "perplexity of the answer"),
    ("word_perplexity", Unit::Perplexity, "perplexity per word"),
    ("token_perplexity", Unit::Perplexity, "perplexity per token"),
    ("byte_perplexity", Unit::Perplexity, "perplexity per byte"),
];

/// The name of a metric in words (`perplexity per word`), whatever its filter; an unknown metric keeps its id.
pub fn metric_name(metric: &str) -> &str {
    find(metric).map_or(metric, |m| m.2)
}

/// What is known of a metric, whose filter follows a comma.
fn find(metric: &str) -> Option<&'static (&'static str, Unit, &'static str)> {
    let name = metric.split(',').next().unwrap_or(metric);
    METRICS.iter().find(|m| m.0 == name)
}

impl Unit {
    /// The unit of a metric.
    pub fn of(metric: &str) -> Self {
        find(metric).map_or(Self::Plain, |m| m.1)
    }

    /// A value alone: `31.5`, `0.977`, `35.1`, `1.13e11`. Percent signs are left to the heading.
    pub fn value(self, value: f64) -> String {
        self.write(value, value)
    }

    /// A difference, with the digits that a value like `like` gets; with two that count where it would be all zeros.
    pub fn difference(self, number: f64, like: f64) -> String {
        let text = self.write(number, like);
        let is_lost = number.abs() > 0.0 && text.chars().all(|c| "-0.".contains(c));
        if !is_lost {
            return text;
        }
        let scale = if self == Self::Percent && like <= 1.0 { 100.0 } else { 1.0 };
        significant(number * scale, number * scale, 2)
    }

    /// `31.5 ± 0.5`; the value alone where the error is not defined.
    pub fn with_error(self, estimate: &Estimate) -> String {
        let value = self.value(estimate.value);
        match estimate.stderr {
            Some(stderr) => format!("{value} ± {}", self.write(stderr, estimate.value)),
            None => value,
        }
    }

    /// `30.5 to 32.5`, or nothing where the interval is not defined.
    pub fn interval(self, estimate: &Estimate) -> Option<String> {
        let (low, high) = estimate.low.zip(estimate.high)?;
        Some(format!("{} to {}", self.write(low, estimate.value), self.write(high, estimate.value)))
    }

    /// The heading's suffix: ` %` or nothing.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Percent => " %",
            Self::Bits | Self::Perplexity | Self::Plain => "",
        }
    }

    /// `number` with the digits that `value` gets, so that a value and its error line up.
    fn write(self, number: f64, value: f64) -> String {
        match self {
            Self::Percent if value > 1.0 => fixed(number, 1),
            Self::Percent => fixed(number * 100.0, 1),
            Self::Bits => fixed(number, 3),
            Self::Perplexity => significant(number, value, 3),
            Self::Plain => significant(number, value, 4),
        }
    }
}

/// What rounds to 100,000 or more is written as 1.00e5: digits before the point beyond the fifth only feign precision.
const SCIENTIFIC_FROM: f64 = 99_999.5;

/// `number` with as many decimals as `value` needs for `digits` significant digits.
fn significant(number: f64, value: f64, digits: i32) -> String {
    let magnitude = value.abs();
    let tiny = magnitude > 0.0 && magnitude < 1e-4;
    if !magnitude.is_finite() || magnitude >= SCIENTIFIC_FROM || tiny || number.abs() >= SCIENTIFIC_FROM {
        return scientific(number, digits);
    }
    let exponent = if magnitude == 0.0 { 0 } else { magnitude.log10().floor() as i32 };
    match usize::try_from(digits - 1 - exponent).unwrap_or(0) {
        0 => grouped(&fixed(number, 0)),
        decimals => fixed(number, decimals),
    }
}

fn scientific(number: f64, digits: i32) -> String {
    let decimals = usize::try_from(digits - 1).unwrap_or(0);
    if number.is_finite() { format!("{number:.decimals$e}") } else { not_finite(number) }
}

fn fixed(number: f64, decimals: usize) -> String {
    if !number.is_finite() {
        return not_finite(number);
    }
    let text = format!("{number:.decimals$}");
    // Rounding must not leave a zero with a sign.
    if text.starts_with('-') && text.chars().all(|c| "-0.".contains(c)) { text[1..].to_owned() } else { text }
}

fn not_finite(number: f64) -> String {
    let text = if number.is_nan() { "NaN" } else { "∞" };
    if number == f64::NEG_INFINITY { format!("−{text}") } else { text.to_owned() }
}

/// A parameter count for people: `117M`, `1.5B`, `830k`.
pub fn parameters(n: u64) -> String {
    let n = n as f64;
    let (scaled, letter) = [(1e9, "B"), (1e6, "M"), (1e3, "k")]
        .into_iter()
        .find(|(size, _)| n >= 0.9995 * size)
        .map_or((n, ""), |(size, letter)| (n / size, letter));
    let decimals = usize::from(scaled < 9.95 && !letter.is_empty());
    format!("{}{letter}", fixed(scaled, decimals).trim_end_matches(".0"))
}

/// Documents: `5,153`.
pub fn count(n: u64) -> String {
    grouped(&n.to_string())
}

/// How many there are of something: `1 document`, `1,200 documents`.
pub fn counted(n: usize, what: &str) -> String {
    format!("{} {what}{}", count(n as u64), if n == 1 { "" } else { "s" })
}

/// Commas between the thousands of a number without decimals.
pub(crate) fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(metric: &str, value: f64, stderr: Option<f64>, wanted: &str) {
        let estimate = Estimate { value, stderr, low: None, high: None, n: 2, method: String::new() };
        assert_eq!(Unit::of(metric).with_error(&estimate), wanted, "{metric} {value}");
    }

    #[test]
    fn values_and_errors() {
        check("acc", 0.3149, Some(0.0046), "31.5 ± 0.5");
        check("acc_norm", 1.0, Some(0.0), "100.0 ± 0.0");
        check("acc", 0.5, None, "50.0");
        check("exact_match,strict-match", 0.25, Some(0.05), "25.0 ± 5.0");
        check("f1", 45.25, Some(0.5), "45.2 ± 0.5");
        check("bits_per_byte", 0.97694, Some(0.0123), "0.977 ± 0.012");
        check("perplexity", 35.134, Some(1.26), "35.1 ± 1.3");
        check("perplexity", 9.087, Some(0.4), "9.09 ± 0.40");
        check("word_perplexity", 874.4, Some(11.6), "874 ± 12");
        check("word_perplexity", 45_914.2, Some(2732.1), "45,914 ± 2,732");
        check("word_perplexity", 99_999.4, Some(2732.1), "99,999 ± 2,732");
        check("word_perplexity", 99_999.5, Some(2732.1), "1.00e5 ± 2.73e3");
        check("word_perplexity", 622_134.0, Some(308_721.0), "6.22e5 ± 3.09e5");
        check("word_perplexity", 90_000.0, Some(308_721.0), "90,000 ± 3.09e5");
        check("word_perplexity", 16_413_503.0, Some(1e6), "1.64e7 ± 1.00e6");
        check("perplexity", 112_896_992_451.7, Some(557_429_597_444.0), "1.13e11 ± 5.57e11");
        check("perplexity", f64::INFINITY, None, "∞");
        check("mcc", -0.012_345, Some(0.1), "-0.01235 ± 0.10000");
        check("mcc", 0.0, None, "0.000");
        check("mcc", 245_914.2, Some(2732.1), "2.459e5 ± 2.732e3");
        check("acc", -0.000_01, None, "0.0");
        check("acc", f64::NAN, None, "NaN");
    }

    #[test]
    fn intervals() {
        let mut estimate =
            Estimate { value: 0.5, stderr: None, low: Some(0.25), high: Some(0.755), n: 2, method: String::new() };
        assert_eq!(Unit::Percent.interval(&estimate).as_deref(), Some("25.0 to 75.5"));
        estimate.low = None;
        assert_eq!(Unit::Percent.interval(&estimate), None);
    }

    #[test]
    fn differences() {
        for (unit, number, like, wanted) in [
            (Unit::Percent, 0.0213, 0.5, "2.1"),
            (Unit::Percent, -0.0213, 0.5, "-2.1"),
            (Unit::Percent, 0.0, 0.5, "0.0"),
            (Unit::Percent, -0.0003, 0.5, "-0.030"),
            (Unit::Bits, 0.000_213, 2.1, "0.00021"),
            (Unit::Bits, 0.000_000_213, 2.1, "2.1e-7"),
            (Unit::Perplexity, 12.0, 874.0, "12"),
        ] {
            assert_eq!(unit.difference(number, like), wanted, "{number}");
        }
    }

    #[test]
    fn counts() {
        for (n, wanted) in [(0, "0"), (999, "999"), (5153, "5,153"), (1_234_567, "1,234,567")] {
            assert_eq!(count(n), wanted);
        }
        for (n, wanted) in [(0, "0 saves"), (1, "1 save"), (1234, "1,234 saves")] {
            assert_eq!(counted(n, "save"), wanted);
        }
        let sizes = [(950, "950"), (999_600, "1M"), (830_000, "830k"), (1_260_000, "1.3M"), (124_439_808, "124M")];
        for (n, wanted) in
            sizes.into_iter().chain([(1_542_000_000, "1.5B"), (175_000_000_000, "175B"), (1_000_000_000, "1B")])
        {
            assert_eq!(parameters(n), wanted);
        }
    }
}

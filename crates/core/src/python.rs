//! Python's spelling of numbers: prompts and files have to hold what Python would have written.

/// A float as Python's `repr` and `str` print it.
///
/// The fewest digits that read back as the same number and, of those, the nearest to it; with an exponent (of two digits
/// or more) below 1e-4 and from 1e16 on, and otherwise with at least one digit after the point.
///
/// ```
/// use yardstick_core::python_float;
/// assert_eq!(python_float(1.0), "1.0");
/// assert_eq!(python_float(1e-5), "1e-05");
/// assert_eq!(python_float(1e16), "1e+16");
/// ```
pub fn python_float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = shortest(value);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if let (-4..16, Ok(decimals)) = (exponent, i32::try_from(decimals(mantissa))) {
        return format!("{value:.*}", usize::try_from(decimals - exponent).unwrap_or(0).max(1));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// The fewest digits that read back, as `1.5e-7`. Where two numbers of that length are equally near, the even one, as
/// Python takes it (Rust takes the larger): −121.195465087890625 is −121.19546508789062.
fn shortest(value: f64) -> String {
    let shortest = format!("{value:e}");
    let length = shortest.split_once('e').map_or(0, |(mantissa, _)| decimals(mantissa));
    let nearest = format!("{value:.length$e}");
    if nearest.parse() == Ok(value) { nearest } else { shortest }
}

/// Digits after the point.
fn decimals(mantissa: &str) -> usize {
    mantissa.split_once('.').map_or(0, |(_, digits)| digits.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Python 3 prints.
    #[test]
    fn known_representations() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (-2.5, "-2.5"),
            (0.1, "0.1"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1.0 / 3.0, "0.3333333333333333"),
            (100.0, "100.0"),
            (-29.684_556_961_059_57, "-29.68455696105957"),
            (123_456_789.25, "123456789.25"),
            (123_456_789_012_345.6, "123456789012345.6"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            // On both sides of each border between the notations.
            (0.0001, "0.0001"),
            (0.000_099_999_999_999_999_99, "9.999999999999999e-05"),
            (1e-5, "1e-05"),
            (1.5e-5, "1.5e-05"),
            (1e-7, "1e-07"),
            (1e15, "1000000000000000.0"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e22, "1e+22"),
            (1e23, "1e+23"),
            (1e100, "1e+100"),
            (1.5e300, "1.5e+300"),
            // The ends of the range.
            (5e-324, "5e-324"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (f64::MAX, "1.7976931348623157e+308"),
            // Half-way between two numbers of the fewest digits.
            (-121.195_465_087_890_62, "-121.19546508789062"),
            (36_028_797_018_963_976.0, "3.6028797018963976e+16"),
            (f64::NAN, "nan"),
            (-f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, wanted) in cases {
            assert_eq!(python_float(value), wanted);
        }
    }

    /// Bit patterns all over the range: splitmix64 (Steele et al. 2014).
    fn bit_patterns() -> impl Iterator<Item = u64> {
        (1..=20_000_u64).map(|n| {
            let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        })
    }

    fn digits(text: &str) -> usize {
        let (mantissa, _) = text.split_once('e').unwrap_or((text, ""));
        let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        digits.trim_matches('0').len()
    }

    #[test]
    fn every_float_reads_back_from_the_fewest_digits() {
        // Any exponent, and the magnitudes that data has: thousandths to thousands, and binary fractions,
        // which lie half-way between decimal ones most often.
        let any = bit_patterns().map(f64::from_bits).filter(|value| value.is_finite());
        let common = bit_patterns().map(|bits| (bits as f64 / u64::MAX as f64 - 0.5) * 1e4);
        let ties = bit_patterns().map(|bits| f64::from(bits as u32 as f32) / 65536.0);
        for value in any.chain(common).chain(ties) {
            let text = python_float(value);
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{text}");
            assert_eq!(digits(&text), digits(&format!("{value:e}")), "{text}");
            let has_exponent = value != 0.0 && !(1e-4..1e16).contains(&value.abs());
            assert_eq!(text.contains('e'), has_exponent, "{text}");
            assert!(has_exponent || text.contains('.'), "{text}");
        }
    }
}

//! Python's spellings, where a file has to look as if Python had written it.

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use std::io::{self, Write};

/// `repr` of a float: the shortest digits that read back, scientific outside 1e-4 to 1e16.
pub(super) fn float(value: f64) -> String {
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

/// `str` of a bool.
pub(super) const fn bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// `json.dumps(value, indent=2, ensure_ascii=False)`.
pub(super) fn json_indented(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, PythonFormatter(PrettyFormatter::new())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// `serde_json`'s indentation with Python's floats.
struct PythonFormatter(PrettyFormatter<'static>);

impl Formatter for PythonFormatter {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(float(value).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats() {
        let cases = [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (0.1, "0.1"),
            (-29.684_556_961_059_57, "-29.68455696105957"),
            (0.0001, "0.0001"),
            (-121.195_465_087_890_62, "-121.19546508789062"),
            (5e-324, "5e-324"),
            (123_456_789.25, "123456789.25"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (0.000_012, "1.2e-05"),
            (1e-7, "1e-07"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (f64::NEG_INFINITY, "-inf"),
        ];
        for (value, wanted) in cases {
            assert_eq!(float(value), wanted);
        }
    }

    #[test]
    fn indented_json() {
        let value: serde_json::Value =
            serde_json::from_str(r#"{"a":[1,2.0,1e-7],"é":{},"b":[],"c":null}"#).expect("JSON");
        let wanted = "{\n  \"a\": [\n    1,\n    2.0,\n    1e-07\n  ],\n  \"é\": {},\n  \"b\": [],\n  \"c\": null\n}";
        assert_eq!(json_indented(&value).expect("writes"), wanted);
    }
}

//! What a plain scalar means.

use super::Kind;

/// The value of an unquoted scalar by YAML 1.1's rules as `PyYAML` applies them (`yes` and `no` are bools; a float needs a
/// point). Base-60 numbers are left as strings: in a task file `1:30` is a time.
pub(super) fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Kind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Kind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Kind::Bool(false),
        _ => int(text)
            .map(Kind::Int)
            .or_else(|| float(text).map(|f| Kind::Float(f, text.to_owned())))
            .unwrap_or_else(|| Kind::Str(text.to_owned())),
    }
}

fn int(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { "-" } else { "" };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x', ..] => (16, &digits[2..]),
        [b'0', b'b', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        [b'0'..=b'9', ..] => (10, digits),
        _ => return None,
    };
    i64::from_str_radix(&format!("{sign}{}", digits.replace('_', "")), radix).ok()
}

fn float(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match digits {
        ".inf" | ".Inf" | ".INF" => return Some(sign * f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Some(f64::NAN),
        _ => {}
    }
    let numeric = digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'e' | b'E' | b'+' | b'-'));
    let begins = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    (numeric && begins && digits.contains('.'))
        .then(|| digits.replace('_', "").parse().ok())
        .flatten()
        .map(|f: f64| sign * f)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: &str) {
        let got = match plain(text) {
            Kind::Null => "null".to_owned(),
            Kind::Bool(b) => format!("bool {b}"),
            Kind::Int(i) => format!("int {i}"),
            Kind::Float(f, text) => format!("float {f} {text}"),
            Kind::Str(s) => format!("str {s}"),
            other => format!("{other:?}"),
        };
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn as_pyyaml_reads_them() {
        for (text, want) in [
            ("", "null"),
            ("~", "null"),
            ("no", "bool false"),
            ("Yes", "bool true"),
            ("on", "bool true"),
            ("y", "str y"),
            ("12", "int 12"),
            ("-12", "int -12"),
            ("+1_000", "int 1000"),
            ("0x1f", "int 31"),
            ("010", "int 8"),
            ("09", "str 09"),
            ("0", "int 0"),
            ("1.0", "float 1 1.0"),
            ("-.5", "float -0.5 -.5"),
            ("1e3", "str 1e3"),
            ("1.0e+3", "float 1000 1.0e+3"),
            (".inf", "float inf .inf"),
            ("1.2.3", "str 1.2.3"),
            (".", "str ."),
            ("1:30", "str 1:30"),
            ("99999999999999999999", "str 99999999999999999999"),
        ] {
            check(text, want);
        }
    }
}

//! Methods of Python's strings in templates, where the engine's compatibility layer lacks them or draws the borders of words
//! and lines elsewhere.

use super::arguments::Arguments;
use super::jinja::invalid;
use crate::python::{self, is_space, strip};
use minijinja::value::{Tuple, from_args};
use minijinja::{Error, State, Value};

/// A method without arguments.
type Plain = fn(&str) -> Value;

const PLAIN: &[(&str, Plain)] = &[
    ("swapcase", |text| Value::from(python::swapcase(text))),
    ("capitalize", |text| Value::from(python::capitalize(text))),
    ("casefold", |text| Value::from(python::casefold(text))),
    ("title", |text| Value::from(python::title(text))),
    ("isspace", |text| all(text, is_space)),
    ("isalpha", |text| all(text, python::is_letter)),
    ("isalnum", |text| all(text, |c| c != '_' && python::is_word(c))),
    ("isdecimal", |text| all(text, python::is_decimal)),
];

/// The value of a method; `None` for one that is left to the compatibility layer.
pub(super) fn call(state: &State, text: &str, method: &str, args: &[Value]) -> Result<Option<Value>, Error> {
    if let Some((_, plain)) = PLAIN.iter().find(|(name, _)| *name == method) {
        let () = from_args(args)?;
        return Ok(Some(plain(text)));
    }
    Ok(Some(match method {
        "strip" | "lstrip" | "rstrip" => stripped(text, method, args)?,
        "split" | "rsplit" => parted(text, method, args)?,
        "splitlines" => lines(text, args)?,
        "partition" | "rpartition" => partition(text, method, args)?,
        "removeprefix" => Value::from(text.strip_prefix(one(args)?).unwrap_or(text)),
        "removesuffix" => Value::from(text.strip_suffix(one(args)?).unwrap_or(text)),
        "ljust" | "rjust" | "center" => justified(state, text, method, args)?,
        "zfill" => zero_filled(state, text, args)?,
        "expandtabs" => expanded(state, text, args)?,
        "find" | "rfind" | "index" | "rindex" | "count" => found(text, method, args)?,
        _ => return Ok(None),
    }))
}

fn all(text: &str, is_so: fn(char) -> bool) -> Value {
    Value::from(!text.is_empty() && text.chars().all(is_so))
}

fn one<'a>(args: &'a [Value]) -> Result<&'a str, Error> {
    let (text,): (&'a str,) = from_args(args)?;
    Ok(text)
}

fn stripped(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (chars,): (Option<&str>,) = from_args(args)?;
    let goes = |c: char| chars.map_or_else(|| is_space(c), |chars| chars.contains(c));
    Ok(Value::from(match method {
        "lstrip" => text.trim_start_matches(goes),
        "rstrip" => text.trim_end_matches(goes),
        _ => text.trim_matches(goes),
    }))
}

/// `split` and `rsplit`.
fn parted(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let args = Arguments::new(args, &["sep", "maxsplit"])?;
    let separator = args.value("sep")?;
    let most = usize::try_from(args.get("maxsplit")?.unwrap_or(-1_i64)).unwrap_or(usize::MAX);
    let is_reverse = method == "rsplit";
    let parts: Vec<&str> = match &separator {
        None if is_reverse => python::rsplit_spaces(text, most),
        None => python::split_spaces(text, most),
        Some(value) => match value.as_str() {
            Some("") => return Err(invalid("empty separator")),
            Some(separator) if is_reverse => text.rsplitn(most.saturating_add(1), separator).collect(),
            Some(separator) => text.splitn(most.saturating_add(1), separator).collect(),
            None => return Err(invalid("the separator must be a text")),
        },
    };
    let values = parts.into_iter().map(Value::from);
    Ok(if is_reverse { values.rev().collect() } else { values.collect() })
}

fn lines(text: &str, args: &[Value]) -> Result<Value, Error> {
    let keeps_ends = Arguments::new(args, &["keepends"])?.get("keepends")?.unwrap_or(false);
    let line = |(line, end): (&str, &str)| {
        if keeps_ends { Value::from([line, end].concat()) } else { Value::from(line) }
    };
    Ok(python::lines(text).into_iter().map(line).collect())
}

/// What is before the first (or last) separator, the separator, and what is after it.
fn partition(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let separator = one(args)?;
    if separator.is_empty() {
        return Err(invalid("empty separator"));
    }
    let parts = match method {
        "partition" => text.split_once(separator).map_or([text, "", ""], |(a, b)| [a, separator, b]),
        _ => text.rsplit_once(separator).map_or(["", "", text], |(a, b)| [a, separator, b]),
    };
    Ok(Value::from(Tuple::from(parts.map(Value::from))))
}

/// The characters that are missing up to a width; they are paid for like steps.
fn missing(state: &State, text: &str, width: i64) -> Result<usize, Error> {
    let missing = usize::try_from(width).unwrap_or(0).saturating_sub(text.chars().count());
    state.consume_fuel(missing as u64 / 64)?;
    Ok(missing)
}

/// `ljust`, `rjust` and `center`.
pub(super) fn justified(state: &State, text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (width, fill): (i64, Option<&str>) = from_args(args)?;
    let fill = fill.unwrap_or(" ");
    if fill.chars().count() != 1 {
        return Err(invalid("the fill character must be exactly one character long"));
    }
    let missing = missing(state, text, width)?;
    let left = match method {
        "ljust" => 0,
        "rjust" => missing,
        // Python puts the odd one to the left where the width is odd.
        _ => missing / 2 + usize::from(missing % 2 == 1 && width % 2 == 1),
    };
    Ok(Value::from([&fill.repeat(left), text, &fill.repeat(missing - left)].concat()))
}

/// Zeros behind the sign.
fn zero_filled(state: &State, text: &str, args: &[Value]) -> Result<Value, Error> {
    let (width,): (i64,) = from_args(args)?;
    let zeros = "0".repeat(missing(state, text, width)?);
    let (sign, digits) = text.split_at(usize::from(text.starts_with(['+', '-'])));
    Ok(Value::from([sign, &zeros, digits].concat()))
}

/// Spaces up to the next column that is a multiple of the tabs' size.
fn expanded(state: &State, text: &str, args: &[Value]) -> Result<Value, Error> {
    let size = Arguments::new(args, &["tabsize"])?.get("tabsize")?.unwrap_or(8_i64);
    let size = usize::try_from(size).unwrap_or(0);
    let (mut out, mut column) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        match c {
            '\t' => {
                let spaces = if size == 0 { 0 } else { size - column % size };
                state.consume_fuel(spaces as u64 / 64)?;
                out.extend(std::iter::repeat_n(' ', spaces));
                column += spaces;
            }
            c => {
                out.push(c);
                column = if matches!(c, '\n' | '\r') { 0 } else { column + 1 };
            }
        }
    }
    Ok(Value::from(out))
}

/// The searches, within the characters from one index to before another.
fn found(text: &str, method: &str, args: &[Value]) -> Result<Value, Error> {
    let (wanted, start, end): (&str, Option<i64>, Option<i64>) = from_args(args)?;
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let index = |given: i64| if given < 0 { (given + length).max(0) } else { given };
    let (start, end) = (index(start.unwrap_or(0)), index(end.unwrap_or(length)).min(length));
    // Python finds not even an empty text behind the end.
    let inside = if start <= end { Some(between(text, start, end)) } else { None };
    if method == "count" {
        return Ok(Value::from(inside.map_or(0, |inside| inside.matches(wanted).count())));
    }
    let is_last = method.starts_with('r');
    let at = inside.and_then(|inside| {
        let at = if is_last { inside.rfind(wanted) } else { inside.find(wanted) };
        at.map(|at| inside[..at].chars().count() as u64 + start.unsigned_abs())
    });
    match at {
        None if method.ends_with("index") => Err(invalid(&format!("{wanted:?} is not in the text"))),
        at => Ok(at.map_or(Value::from(-1), Value::from)),
    }
}

fn between(text: &str, start: i64, end: i64) -> &str {
    let byte = |index: i64| {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        text.char_indices().nth(index).map_or(text.len(), |(at, _)| at)
    };
    &text[byte(start)..byte(end)]
}

/// Jinja's `trim`.
pub(super) fn trimmed(text: &str, chars: Option<&str>) -> String {
    chars.map_or_else(|| strip(text), |chars| text.trim_matches(|c| chars.contains(c))).to_owned()
}

#[cfg(test)]
mod tests {
    use crate::prompt::jinja::testing::{check, check_error};

    #[test]
    fn parts() {
        check(r#"{{ "a b  c d".rsplit() }}"#, "['a', 'b', 'c', 'd']");
        check(r#"{{ " a b  c d ".rsplit(none, 1) }}"#, "[' a b  c', 'd']");
        check(r#"{{ " a b  c d ".split(none, 1) }}"#, "['a', 'b  c d ']");
        check(r#"{{ " a b  c d ".split(maxsplit=2) }}"#, "['a', 'b', 'c d ']");
        check(r#"{{ "a,b,c".rsplit(",", 1) }}"#, "['a,b', 'c']");
        check(r#"{{ "a,b,c".rsplit(",", maxsplit=0) }}"#, "['a,b,c']");
        check(r#"{{ "a,b,,c".split(",") }}"#, "['a', 'b', '', 'c']");
        check(r#"{{ "a,b,c".split(",", 1) }}"#, "['a', 'b,c']");
        check(r#"{{ "".split() }}"#, "[]");
        check(r#"{{ "".split(",") }}"#, "['']");
        check(r#"{{ "a\x1cb c".split() }}"#, "['a', 'b', 'c']");
        check(r#"{{ "a=b=c".partition("=") }}"#, "('a', '=', 'b=c')");
        check(r#"{{ "a=b=c".rpartition("=") }}"#, "('a=b', '=', 'c')");
        check(r#"{{ "abc".partition("=") }}"#, "('abc', '', '')");
        check(r#"{{ "abc".rpartition("=") }}"#, "('', '', 'abc')");
        check(r#"{{ "a\nb\r\nc\x0bd\x85e".splitlines() }}"#, "['a', 'b', 'c', 'd', 'e']");
        check(r#"{{ "a\nb\r\nc".splitlines(true) }}"#, r"['a\n', 'b\r\n', 'c']");
        check(r#"{{ "a\nb\n".splitlines(keepends=True) }}"#, r"['a\n', 'b\n']");
    }

    #[test]
    fn padded() {
        check(r#"{{ "7".rjust(3) }}|"#, "  7|");
        check(r#"{{ "7".rjust(3, "0") }}"#, "007");
        check(r#"{{ "é".ljust(4, "·") }}|"#, "é···|");
        check(r#"{{ "ab".center(5, "*") }}"#, "**ab*");
        check(r#"{{ "abc".center(6, "*") }}"#, "*abc**");
        check(r#"{{ "ab".center(7, "*") }}"#, "***ab**");
        check(r#"{{ "abc".center(2, "*") }}"#, "abc");
        check(r#"{{ "42".zfill(5) }}"#, "00042");
        check(r#"{{ "-42".zfill(5) }}"#, "-0042");
        check(r#"{{ "+4".zfill(3) }}"#, "+04");
        check(r#"{{ "".zfill(2) }}"#, "00");
        check(r#"{{ "a\tbc\td\n\te".expandtabs() }}"#, "a       bc      d\n        e");
        check(r#"{{ "a\tbc\td".expandtabs(4) }}"#, "a   bc  d");
        check(r#"{{ "a\tb".expandtabs(tabsize=0) }}"#, "ab");
    }

    #[test]
    fn letters() {
        check(r#"{{ "Hello World ß ǆ".swapcase() }}"#, "hELLO wORLD SS Ǆ");
        check(r#"{{ "Straße ΑΣ İ ıI ﬁ ẞ Ꭰ ꭰ ᾳ".casefold() }}"#, "strasse ασ i̇ ıi fi ss Ꭰ Ꭰ αι");
        check(r#"{{ " \x1c\xa0".isspace() }} {{ "".isspace() }} {{ "a ".isspace() }}"#, "True False False");
        check(r#"{{ "हिन्दी".isalpha() }} {{ "abc".isalpha() }} {{ "ab1".isalpha() }}"#, "False True False");
        check(r#"{{ "ab1٣½".isalnum() }} {{ "a_b".isalnum() }}"#, "True False");
        check(r#"{{ "12٣".isdecimal() }} {{ "½".isdecimal() }}"#, "True False");
        check(r#"{{ "12".isdigit() }} {{ "1.2".isdigit() }}"#, "True False");
        check(r#"{{ "they're bill's o'NEIL 3rd".title() }}"#, "They'Re Bill'S O'Neil 3Rd");
        check(r#"{{ "ÉCOLE à la".capitalize() }}{{ "ßA".capitalize() }}"#, "École à laSsa");
    }

    #[test]
    fn found() {
        check(r#"{{ "prefix-x".removeprefix("prefix-") }}"#, "x");
        check(r#"{{ "prefix-x".removeprefix("x") }}"#, "prefix-x");
        check(r#"{{ "x-suffix".removesuffix("-suffix") }}"#, "x");
        check(r#"{{ "x".removesuffix("") }}"#, "x");
        check(
            r#"{{ "abcabc".find("c") }} {{ "abcabc".find("c", 3) }} {{ "abcabc".find("c", 0, 2) }} {{ "abc".find("", 4) }}"#,
            "2 5 -1 -1",
        );
        check(r#"{{ "abcabc".rfind("c") }} {{ "abcabc".rfind("c", 0, -1) }} {{ "abc".rfind("x") }}"#, "5 2 -1");
        check(r#"{{ "éabc".index("c") }} {{ "abcabc".rindex("b") }}"#, "3 4");
        check(
            r#"{{ "aaa".count("a") }} {{ "aaa".count("a", 1) }} {{ "aaa".count("") }} {{ "abab".count("ab", -2) }}"#,
            "3 2 4 1",
        );
        check(r#"{{ "xxaxx".strip("x") }} {{ "xxaxx".lstrip("x") }} {{ "xxaxx".rstrip("x") }}"#, "a axx xxa");
        check(r#"[{{ "\x1c a \x1f".strip() }}]"#, "[a]");
    }

    #[test]
    fn refusals() {
        check_error("{{ 'a'.split('') }}", "empty separator");
        check_error("{{ 'a'.partition('') }}", "empty separator");
        check_error("{{ 'a'.index('b') }}", "\"b\" is not in the text");
        check_error("{{ 'a'.rindex('a', 1) }}", "\"a\" is not in the text");
        check_error("{{ 'a'.ljust(3, 'xy') }}", "the fill character must be exactly one character long");
        check_error("{{ 'a'.center(1000000000000) }}", "it took more than 1000000 steps");
        check_error("{{ 'a'.nothing() }}", "string has no method named nothing");
    }
}

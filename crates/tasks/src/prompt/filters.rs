//! Jinja's filters, where the engine has none of that name or another one, and lm-eval's own.

use super::arguments::Arguments;
use super::jinja::invalid;
use super::json::Json;
use super::methods::{justified, trimmed};
use super::print::Printed;
use super::wrap::Wrap;
use crate::pattern::Pattern;
use crate::python::{self, WORDS};
use minijinja::value::{Rest, ValueKind, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior, Value};
use std::fmt::Write;

/// Integers are exact up to here, and those beyond are refused.
const LARGEST: f64 = 1.7e38;

/// The most spaces a level of JSON.
const DEEPEST_INDENT: usize = 64;

/// What follows the value that is filtered.
type Given = Rest<ValueOrKwargs>;

/// Registers all of them.
pub(super) fn add(env: &mut Environment) {
    env.add_filter("regex_replace", regex_replace);
    env.add_filter("string", string);
    env.add_filter("join", join());
    env.add_filter("int", int);
    env.add_filter("float", float);
    env.add_filter("trim", trim);
    env.add_filter("center", center);
    env.add_filter("escape", escape);
    env.add_filter("e", escape);
    env.add_filter("wordcount", wordcount);
    env.add_filter("truncate", truncate);
    env.add_filter("wordwrap", wordwrap);
    env.add_filter("urlencode", urlencode);
    env.add_filter("tojson", tojson);
    env.add_filter("random", |_: &Value| -> Result<Value, Error> {
        Err(invalid("the filter `random` would make another prompt each time; choose by a column, or by `loop.index`"))
    });
}

/// lm-eval's one filter of its own: `re.sub`.
fn regex_replace(text: &str, pattern: &str, with: &str, count: Option<usize>) -> Result<String, Error> {
    let pattern = Pattern::new(pattern).map_err(|reason| invalid(&reason))?;
    pattern.replace(text, with, count.unwrap_or(0)).map_err(|reason| invalid(&reason))
}

/// The engine's `string`, printing as Python does.
fn string(state: &State, value: &Value) -> Result<Value, Error> {
    minijinja::filters::string(state, &as_text(value))
}

/// The engine's `join`, which is given texts where it would print items itself.
fn join() -> impl Fn(&mut State, &Value, Given) -> Result<Value, Error> {
    let engine = Value::from_function(minijinja::filters::join);
    move |state: &mut State, list: &Value, options: Given| {
        let is_list = matches!(list.kind(), ValueKind::Seq | ValueKind::Iterable);
        // With `attribute=` it is parts of the items that are joined.
        let options = options.into_values();
        let has_attribute = options.len() > 1 || options.iter().any(Value::is_kwargs);
        let list = if is_list && !has_attribute {
            list.try_iter()?.map(|item| as_text(&item)).collect()
        } else {
            list.clone()
        };
        let arguments: Vec<_> = [list].into_iter().chain(options).collect();
        engine.call(state, &arguments)
    }
}

/// The value's text as a value; what is undefined or invalid stays what it is.
fn as_text(value: &Value) -> Value {
    match value.kind() {
        ValueKind::Undefined | ValueKind::Invalid | ValueKind::String => value.clone(),
        _ => Value::from(Printed(value).to_string()),
    }
}

/// The value's text, where it is defined or need not be.
fn text(state: &State, value: &Value) -> Result<String, Error> {
    defined(state, value)?;
    Ok(as_text(value).as_str().unwrap_or_default().to_owned())
}

fn defined(state: &State, value: &Value) -> Result<(), Error> {
    let is_missing = value.is_undefined() && state.undefined_behavior() == UndefinedBehavior::Strict;
    if is_missing { Err(Error::from(ErrorKind::UndefinedError)) } else { Ok(()) }
}

/// Python's `int`; what is no number is the default.
fn int(state: &State, value: &Value, args: Given) -> Result<Value, Error> {
    defined(state, value)?;
    let args = args.into_values();
    let args = Arguments::new(&args, &["default", "base"])?;
    let default = args.value("default")?.unwrap_or_else(|| Value::from(0));
    let base = args.get("base")?.unwrap_or(10);
    let number = match value.kind() {
        ValueKind::Number if value.is_integer() => return Ok(value.clone()),
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::Bool => return Ok(Value::from(i64::from(value.is_true()))),
        ValueKind::String => {
            let text = value.as_str().unwrap_or_default();
            match python::int(text, base) {
                Ok(Some(number)) => return Ok(Value::from(number)),
                Ok(None) => python::float(text),
                Err(reason) => return Err(invalid(&reason)),
            }
        }
        _ => None,
    };
    match number.filter(|number| number.is_finite()) {
        #[expect(clippy::cast_possible_truncation, reason = "it is smaller than the largest integer")]
        Some(number) if number.abs() < LARGEST => Ok(Value::from(number as i128)),
        Some(number) => Err(invalid(&format!("{number} has more digits than an integer of 128 bits"))),
        None => Ok(default),
    }
}

/// Python's `float`; what is no number is the default.
fn float(state: &State, value: &Value, args: Given) -> Result<Value, Error> {
    defined(state, value)?;
    let default =
        Arguments::new(&args.into_values(), &["default"])?.value("default")?.unwrap_or_else(|| Value::from(0.0));
    let number = match value.kind() {
        ValueKind::Number => f64::try_from(value.clone()).ok(),
        ValueKind::Bool => Some(f64::from(u8::from(value.is_true()))),
        ValueKind::String => python::float(value.as_str().unwrap_or_default()),
        _ => None,
    };
    Ok(number.map_or(default, Value::from))
}

fn trim(state: &State, value: &Value, chars: Option<&str>) -> Result<String, Error> {
    Ok(trimmed(&text(state, value)?, chars))
}

/// `str.center`.
fn center(state: &State, value: &Value, width: Option<i64>) -> Result<Value, Error> {
    justified(state, &text(state, value)?, "center", &[Value::from(width.unwrap_or(80))])
}

/// For HTML, with the entities that Jinja writes.
fn escape(state: &State, value: &Value) -> Result<Value, Error> {
    const ENTITIES: [(char, &str); 5] = [('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&#34;"), ('\'', "&#39;")];
    if value.is_safe() {
        return Ok(value.clone());
    }
    let escaped = ENTITIES.iter().fold(text(state, value)?, |text, (c, entity)| text.replace(*c, entity));
    Ok(Value::from_safe_string(escaped))
}

fn wordcount(state: &State, value: &Value) -> Result<usize, Error> {
    Ok(WORDS.find_iter(&text(state, value)?).count())
}

/// The text up to a length with an ellipsis, unless it is longer by no more than the leeway.
fn truncate(text: &str, args: Given) -> Result<String, Error> {
    let args = args.into_values();
    let args = Arguments::new(&args, &["length", "killwords", "end", "leeway"])?;
    let length = args.get("length")?.unwrap_or(255_usize);
    let cuts_words = args.get("killwords")?.unwrap_or(false);
    let end = args.text("end")?.unwrap_or_else(|| "...".to_owned());
    let leeway = args.get("leeway")?.unwrap_or(5_usize);
    let kept = length.checked_sub(end.chars().count());
    let kept = kept.ok_or_else(|| invalid(&format!("truncate({length}) leaves no room for its end {end:?}")))?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text.to_owned());
    }
    let kept: String = text.chars().take(kept).collect();
    let whole = if cuts_words { None } else { kept.rsplit_once(' ') };
    Ok([whole.map_or(kept.as_str(), |(before, _)| before), &end].concat())
}

/// Each line broken into lines of at most a width.
fn wordwrap(state: &State, text: &str, args: Given) -> Result<String, Error> {
    let args = args.into_values();
    let args = Arguments::new(&args, &["width", "break_long_words", "wrapstring", "break_on_hyphens"])?;
    let breaks_long_words = args.get("break_long_words")?.unwrap_or(true);
    let breaks_on_hyphens = args.get("break_on_hyphens")?.unwrap_or(true);
    let between = args.text("wrapstring")?.unwrap_or_else(|| "\n".to_owned());
    let width = usize::try_from(args.get("width")?.unwrap_or(79_i64)).ok().filter(|&width| width > 0);
    let width = width.ok_or_else(|| invalid("wordwrap must have a width of 1 or more"))?;
    let wrap = Wrap { width, breaks_long_words, breaks_on_hyphens };
    let paragraphs: Vec<_> = python::lines(text).into_iter().map(|(line, _)| wrap.lines(line)).collect();
    let n_lines: usize = paragraphs.iter().map(Vec::len).sum();
    state.consume_fuel((between.len() as u64).saturating_mul(n_lines as u64) / 64)?;
    Ok(paragraphs.iter().map(|lines| lines.join(&between)).collect::<Vec<_>>().join(&between))
}

/// A text for a path; a mapping or pairs for a query.
fn urlencode(state: &State, value: &Value) -> Result<String, Error> {
    if !matches!(value.kind(), ValueKind::Map | ValueKind::Seq | ValueKind::Iterable) {
        return Ok(quoted(&text(state, value)?, b"/"));
    }
    let pair = |item: Value| -> Result<String, Error> {
        let (key, part) = match value.kind() {
            ValueKind::Map => (item.clone(), value.get_item(&item)?),
            _ => (item.get_item_by_index(0)?, item.get_item_by_index(1)?),
        };
        let form = |value: &Value| Ok::<_, Error>(quoted(&text(state, value)?, b"").replace("%20", "+"));
        Ok([form(&key)?, form(&part)?].join("="))
    };
    Ok(value.try_iter()?.map(pair).collect::<Result<Vec<_>, _>>()?.join("&"))
}

fn quoted(text: &str, safe: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte) || safe.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Jinja's own `tojson`: sorted keys, ASCII, and escapes for HTML.
fn tojson(state: &State, value: &Value, args: Given) -> Result<String, Error> {
    defined(state, value)?;
    let indent = checked(Arguments::new(&args.into_values(), &["indent"])?.get("indent")?)?;
    let json = Json { is_ascii: true, is_sorted: true, is_html: true, indent, separators: None };
    Ok(json.text(value))
}

/// The same in chat templates, where the transformers library puts plain `json.dumps` in its place.
pub(super) fn plain_tojson(value: &Value, args: Given) -> Result<String, Error> {
    let args = args.into_values();
    let args = Arguments::new(&args, &["ensure_ascii", "indent", "separators", "sort_keys"])?;
    let separators = args.value("separators")?.map(|pair: Value| {
        let part = |index| pair.get_item_by_index(index).map(|part| part.to_string());
        Ok::<_, Error>((part(0)?, part(1)?))
    });
    let json = Json {
        is_ascii: args.get("ensure_ascii")?.unwrap_or(false),
        is_sorted: args.get("sort_keys")?.unwrap_or(false),
        is_html: false,
        indent: checked(args.get("indent")?)?,
        separators: separators.transpose()?,
    };
    Ok(json.text(value))
}

fn checked(indent: Option<usize>) -> Result<Option<usize>, Error> {
    match indent {
        Some(indent) if indent > DEEPEST_INDENT => Err(invalid(&format!("indent is more than {DEEPEST_INDENT}"))),
        indent => Ok(indent),
    }
}

#[cfg(test)]
mod tests {
    use crate::prompt::jinja::testing::{check, check_error};

    #[test]
    fn for_pages() {
        check(r#"{{ "<a href='b'>\"&" | e }}"#, "&lt;a href=&#39;b&#39;&gt;&#34;&amp;");
        check(r#"{{ "<"|escape|e }}{{ "<"|safe|e }}{{ 1|e }}"#, "&lt;<1");
        check(r#"{{ "ab"|center(5) }}|{{ "ab"|center|length }}"#, "  ab |80");
        check_error(r#"{{ "a"|center(100000000000) }}"#, "steps");
        check_error(r#"{{ "a"|b }}"#, "filter b is unknown (line 1");
    }

    #[test]
    fn numbers() {
        check(r#"{{ "1,234"|int }}"#, "0");
        check(r#"{{ " 42 "|int }}"#, "42");
        check(r#"{{ "42.9"|int }}"#, "42");
        check(r#"{{ "-42.9"|int }}"#, "-42");
        check(r#"{{ "1_000"|int }}"#, "1000");
        check(r#"{{ "x"|int(7) }}"#, "7");
        check(r#"{{ "x"|int(default=7) }}"#, "7");
        check(r#"{{ "0x1f"|int(base=16) }}"#, "31");
        check(r#"{{ "ff"|int(0, 16) }}"#, "255");
        check(r#"{{ "0b_1"|int(0, 2) }}"#, "1");
        check("{{ none|int }}", "0");
        check("{{ []|int }}", "0");
        check("{{ true|int }}", "1");
        check("{{ 3.99|int }}", "3");
        check(r#"{{ "nan"|int }}"#, "0");
        check(r#"{{ "inf"|int }}"#, "0");
        check(r#"{{ "1e3"|int }}"#, "1000");
        check(r#"{{ "123456789012345678901234567890"|int }}"#, "123456789012345678901234567890");
        check(r#"{{ "1.5"|float }}"#, "1.5");
        check(r#"{{ "x"|float }}"#, "0.0");
        check(r#"{{ "x"|float(2) }}"#, "2");
        check("{{ none|float }}", "0.0");
        check(r#"{{ "1e5"|float }}"#, "100000.0");
        check(r#"{{ "1_0.5"|float }}"#, "10.5");
    }

    #[test]
    fn texts() {
        check(r#"{{ "a b-c d_e don't"|wordcount }}"#, "6");
        check(r#"{{ "हिन्दी में १२"|wordcount }}"#, "5");
        check("{{ 12.5|wordcount }}", "2");
        check(r#"{{ ""|wordcount }}"#, "0");
        check(r#"{{ "foo bar baz qux"|truncate(9) }}"#, "foo...");
        check(r#"{{ "foo bar baz qux"|truncate(9, True) }}"#, "foo ba...");
        check(r#"{{ "foo bar baz qux"|truncate(11) }}"#, "foo bar baz qux");
        check(r#"{{ "foo bar baz qux"|truncate(11, False, "...", 0) }}"#, "foo bar...");
        check(r#"{{ "foo bar baz qux"|truncate(length=9, end="…") }}"#, "foo bar…");
        check(r#"{{ "foobarbazqux quux corge"|truncate(8) }}"#, "fooba...");
        check(r#"{{ "a b/c?d=é&f~g_h-i.j"|urlencode }}"#, "a%20b/c%3Fd%3D%C3%A9%26f~g_h-i.j");
        check(r#"{{ {"a b": "c/d", "e": 1.50, "f": none}|urlencode }}"#, "a+b=c%2Fd&e=1.5&f=None");
        check(r#"{{ [("a", "b c"), (1, true)]|urlencode }}"#, "a=b+c&1=True");
        check("{{ 12.50|urlencode }}", "12.5");
        check(r#"[{{ " a \xa0"|trim }}] [{{ "xax"|trim("x") }}]"#, "[a] [a]");
        check("{{ 12|trim }}", "12");
    }

    #[test]
    fn wrapped_lines() {
        check(r#"{{ "the quick brown fox jumps"|wordwrap(10) }}"#, "the quick\nbrown fox\njumps");
        check(
            r#"{{ "the quick  brown\tfox\n\njumps over-the-lazy dog"|wordwrap(10) }}"#,
            "the quick\nbrown\tfox\n\njumps\nover-the-\nlazy dog",
        );
        check(r#"{{ "supercalifragilistic expiali"|wordwrap(8) }}"#, "supercal\nifragili\nstic\nexpiali");
        check(r#"{{ "supercalifragilistic expiali"|wordwrap(8, False) }}"#, "supercalifragilistic\nexpiali");
        check(
            r#"{{ "well-known state-of-the-art e-mail x-ray a--b c -- d 1-2 --opt"|wordwrap(6) }}"#,
            "well-\nknown\nstate-\nof-\nthe-\nart\ne-mail\nx-ray\na--b c\n-- d\n1-2\n--opt",
        );
        check(
            r#"{{ "well-known state-of-the-art e-mail x-ray a--b c -- d"|wordwrap(6, true, "|", false) }}"#,
            "well-k|nown s|tate-o|f-the-|art|e-mail|x-ray|a--b c|-- d",
        );
        check(
            r#"{{ "well-known state-of-the-art"|wordwrap(width=4, wrapstring="/") }}"#,
            "well/-kno/wn s/tate/-of-/the-/art",
        );
        check(r#"{{ "  lead and trail   "|wordwrap(5, wrapstring="|") }}"#, "lead|and|trail");
        check(
            r#"{{ "he said \"yes\"--and left -- 'no'---really?"|wordwrap(7, wrapstring="|") }}"#,
            r#"he said|"yes"--|and|left --|'no'---|really?"#,
        );
        check(r#"{{ "日本語のテキスト です"|wordwrap(3, wrapstring="|") }}"#, "日本語|のテキ|スト|です");
    }

    #[test]
    fn json() {
        check(
            r#"{{ {"b": [1, 2.5, true, none], "a": {"z": "é<'&>\"\n"}}|tojson }}"#,
            r#"{"a": {"z": "\u00e9\u003c\u0027\u0026\u003e\"\n"}, "b": [1, 2.5, true, null]}"#,
        );
        check(
            r#"{{ {"b": [1, 2.5], "a": {}, "c": []}|tojson(2) }}"#,
            "{\n  \"a\": {},\n  \"b\": [\n    1,\n    2.5\n  ],\n  \"c\": []\n}",
        );
        check(
            r#"{{ {"b": [1, 2.5], "a": {}, "c": []}|tojson(indent=1) }}"#,
            "{\n \"a\": {},\n \"b\": [\n  1,\n  2.5\n ],\n \"c\": []\n}",
        );
        check(r#"{{ "😀\u2028\x7f\x01"|tojson }}"#, r#""\ud83d\ude00\u2028\u007f\u0001""#);
        check("{{ [1e16, 1e-7, -0.0, 12345678901234567890]|tojson }}", "[1e+16, 1e-07, -0.0, 12345678901234567890]");
        check(r#"{{ (1, "x")|tojson }}"#, r#"[1, "x"]"#);
        check("{{ {1: 2, 10: 3, 2: 4}|tojson }}", r#"{"1": 2, "2": 4, "10": 3}"#);
    }

    #[test]
    fn replaced() {
        check(
            r##"{{ "a1b2"|regex_replace("\\d", "#") }} {{ "a1b2"|regex_replace("\\d", "#", 1) }} {{ "ab"|regex_replace("(?P<x>a)", "[\\g<x>]") }} {{ "1,000 a,b"|regex_replace("(?<=\\d),(?=\\d)", "") }} {{ "aabb"|regex_replace("(.)\\1", "<\\1>") }}"##,
            "a#b# a#b2 [a]b 1000 a,b <a><b>",
        );
    }

    #[test]
    fn joined_attributes() {
        check("{{ [{'a': 1}, {'a': 2.0}]|join('-', attribute='a') }}", "1-2.0");
    }

    #[test]
    fn refusals() {
        check_error("{{ [1, 2]|random }}", "the filter `random` would make another prompt each time");
        check_error("{{ '%s' % 'a' }}", "unsupported types string and string; write \"…\"|format(…)");
        check_error("{{ 'a'|truncate(2) }}", "truncate(2) leaves no room for its end \"...\"");
        check_error("{{ 'a'|truncate(most=2) }}", "there is no argument \"most\", only length, killwords, end, leeway");
        check_error("{{ 'a'|wordwrap(0) }}", "wordwrap must have a width of 1 or more");
        check_error("{{ [1]|tojson(indent=1000) }}", "indent is more than 64");
        check_error("{{ ('9' * 50)|int }}", "has more digits than an integer of 128 bits");
        check_error(
            "{{ 'a'|regex_replace('a', '[1]') }}".replace("[1]", r"\\1").as_str(),
            "has group 1, which the pattern has not",
        );
        check_error("{{ missing|wordcount }}", "undefined value");
        check_error("{{ 'a b'|wordwrap(1, wrapstring='x' * 100000000) }}", "it took more than 1000000 steps");
    }
}

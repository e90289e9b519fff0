//! Shell patterns: `*`, `?` and `[…]`.

use regex::Regex;

/// The pattern as an anchored regular expression, or `None` when the text has no wildcard.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    if !text.contains(['*', '?', '[']) {
        return None;
    }
    let mut source = String::from("(?s)^");
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '*' => source.push_str(".*"),
            '?' => source.push('.'),
            '[' => rest = class(rest, &mut source),
            c => source.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    source.push('$');
    Regex::new(&source).ok()
}

/// Writes the class that `rest` continues, and gives what follows it; a `[` that nothing closes stands for itself.
fn class<'a>(rest: &'a str, source: &mut String) -> &'a str {
    let (negation, body) = rest.strip_prefix('!').map_or(("", rest), |body| ("^", body));
    match body.split_once(']') {
        Some((members, rest)) if !members.is_empty() => {
            let escaped = members.replace('\\', r"\\").replace('[', r"\[").replace('^', r"\^").replace('&', r"\&");
            source.extend(["[", negation, &escaped, "]"]);
            rest
        }
        _ => {
            source.push_str(r"\[");
            rest
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(glob: &str, yes: &[&str], no: &[&str]) {
        let regex = pattern(glob).unwrap();
        for text in yes {
            assert!(regex.is_match(text), "{glob} {text}");
        }
        for text in no {
            assert!(!regex.is_match(text), "{glob} {text}");
        }
    }

    #[test]
    fn as_a_shell_matches() {
        check("blimp_*", &["blimp_", "blimp_wh_island"], &["xblimp_a", "blimp"]);
        check("arc_?asy", &["arc_easy"], &["arc_asy"]);
        check("t[12].x", &["t1.x", "t2.x"], &["t3.x", "t1ax"]);
        check("t[!12]", &["t3"], &["t1"]);
        check("a[b", &["a[b"], &["ab"]);
        assert!(pattern("plain.txt").is_none());
    }
}

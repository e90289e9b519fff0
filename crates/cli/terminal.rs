//! What the terminal can show.

use std::ffi::OsStr;
use std::io::{IsTerminal, stderr, stdout};

/// Columns of a table that goes into a file or a pipe.
const WIDE: usize = 160;

/// Columns of standard output; `$COLUMNS`, or room enough, where it is no terminal.
pub fn width() -> usize {
    let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
    let terminal = terminal_size::terminal_size_of(stdout()).map(|(width, _)| usize::from(width.0));
    terminal.or_else(columns).unwrap_or(WIDE)
}

/// Whether standard output may be coloured.
pub fn color() -> bool {
    wants_color(stdout().is_terminal(), |name| std::env::var_os(name))
}

/// Whether standard error may be coloured.
pub fn stderr_color() -> bool {
    wants_color(stderr().is_terminal(), |name| std::env::var_os(name))
}

/// `NO_COLOR` (no-color.org) before `CLICOLOR_FORCE` before `CLICOLOR` (bixense.com/clicolors) before what it is written to.
fn wants_color<V: AsRef<OsStr>>(is_terminal: bool, variable: impl Fn(&str) -> Option<V>) -> bool {
    let is = |name: &str, value: &str| variable(name).is_some_and(|found| found.as_ref() == value);
    let is_set = |name: &str| variable(name).is_some_and(|found| !found.as_ref().is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    is_terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

/// `text` as the user's locale can show it: unchanged in UTF-8, the nearest signs of ASCII in any other.
pub fn shown(text: &str) -> String {
    if is_utf8(|name| std::env::var(name).ok()) { text.to_owned() } else { yardstick_report::ascii(text) }
}

/// Whether the locale is one of UTF-8. Where none is set, as in many containers, it is taken for one.
pub fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| variable(name).filter(|value| !value.is_empty()));
    set.is_none_or(|locale| {
        let locale = locale.to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn colours() {
        for (is_terminal, set, wanted) in [
            (true, vec![], true),
            (false, vec![], false),
            (true, vec![("NO_COLOR", "1")], false),
            (true, vec![("NO_COLOR", "")], true),
            (false, vec![("CLICOLOR_FORCE", "1")], true),
            (false, vec![("CLICOLOR_FORCE", "0")], false),
            (true, vec![("CLICOLOR", "0")], false),
            (true, vec![("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true),
            (true, vec![("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false),
            (true, vec![("TERM", "dumb")], false),
        ] {
            assert_eq!(wants_color(is_terminal, variables(&set)), wanted, "{is_terminal} {set:?}");
        }
    }

    #[test]
    fn locales() {
        for (set, wanted) in [
            (vec![], true),
            (vec![("LANG", "de_DE.UTF-8")], true),
            (vec![("LANG", "C.utf8")], true),
            (vec![("LANG", "C")], false),
            (vec![("LC_ALL", "POSIX"), ("LANG", "en_US.UTF-8")], false),
            (vec![("LC_ALL", ""), ("LANG", "en_US.UTF-8")], true),
            (vec![("LANG", "en_US.ISO-8859-1")], false),
        ] {
            assert_eq!(is_utf8(variables(&set)), wanted, "{set:?}");
        }
    }
}

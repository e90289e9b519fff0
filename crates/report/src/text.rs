//! Text from outside on its way into a page, a terminal or a picture.

use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// `text` without control characters: each becomes a visible escape (`\n`, `\u{1b}`), so that a name can neither break
/// a table nor steer a terminal, and is valid in XML.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let escaped = text.chars().map(|c| if is_unsafe(c) { c.escape_default().to_string() } else { c.to_string() });
    Cow::Owned(escaped.collect())
}

/// Control characters, the bidirectional overrides that reorder what follows them, and what XML 1.0 cannot hold.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// `text` for a Markdown table cell or paragraph: nothing in it is markup.
pub(crate) fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' | '$' | '!' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out
}

/// `text` for LaTeX, with any engine and font encoding: nothing in it is a command. What plain pdfLaTeX has no glyph for
/// stands as its code point.
pub(crate) fn latex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '\\' => out.push_str(r"\textbackslash{}"),
            '~' => out.push_str(r"\textasciitilde{}"),
            '^' => out.push_str(r"\textasciicircum{}"),
            '<' => out.push_str(r"\textless{}"),
            '>' => out.push_str(r"\textgreater{}"),
            '|' => out.push_str(r"\textbar{}"),
            '"' => out.push_str(r"\textquotedbl{}"),
            '\'' => out.push_str(r"\textquotesingle{}"),
            '`' => out.push_str(r"\textasciigrave{}"),
            '#' | '$' | '%' | '&' | '_' | '{' | '}' => out.extend(['\\', c]),
            // Brackets would be arguments of a command before them; two hyphens would be a dash.
            '[' | ']' => out.extend(['{', c, '}']),
            '-' if out.ends_with('-') => out.push_str("{-}"),
            '±' => out.push_str(r"$\pm$"),
            '×' => out.push_str(r"$\times$"),
            '–' => out.push_str("--"),
            '−' => out.push_str("$-$"),
            '∞' => out.push_str(r"$\infty$"),
            ' '..='~' | '\u{c0}'..='\u{17f}' => out.push(c),
            other => out.push_str(&format!("\\texttt{{U+{:04X}}}", u32::from(other))),
        }
    }
    out
}

/// `text` cut to at most `width` characters, the last an ellipsis when something was cut.
pub(crate) fn clip(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// Columns of a terminal that `text` takes: two for a Chinese character, none for a combining accent.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// As [`clip`], by the columns that characters take.
pub(crate) fn clip_to(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let (mut out, mut taken) = (String::new(), 1);
    for c in text.chars() {
        taken += UnicodeWidthChar::width(c).unwrap_or(0);
        if taken > most {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// `text` for a terminal that understands ASCII alone: signs of tables and bars become the nearest ones, of the same width;
/// other characters a question mark.
pub fn ascii(text: &str) -> String {
    let sign = |c: char| match c {
        '\0'..='\x7f' => c,
        '─' | '–' | '−' | '░' | '▏' | '▎' | '▍' => '-',
        '█' | '▉' | '▊' | '▋' | '▌' => '#',
        '▓' | '═' => '=',
        '│' => '|',
        '┼' => '+',
        '┊' => ':',
        '·' => '.',
        '●' => 'o',
        '…' => '~',
        '→' => '>',
        '↑' => '^',
        '↓' => 'v',
        '≤' => '<',
        '×' => 'x',
        _ => '?',
    };
    text.replace(" ± ", "+/-").replace('∞', "inf").chars().map(sign).collect()
}

/// Breaks `text` into lines for which `fits` holds, after a separator where there is one and anywhere otherwise.
/// What does not fit into `max_lines` ends in an ellipsis.
pub(crate) fn wrap(text: &str, max_lines: usize, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if lines.len() + 1 >= max_lines && !fits(rest) {
            lines.push(ellipsis(rest, &fits));
            return lines;
        }
        let at = break_at(rest, &fits);
        lines.push(rest[..at].trim_end().to_owned());
        rest = rest[at..].trim_start();
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// Byte index at which the longest fitting line ends; at least one character.
fn break_at(text: &str, fits: &impl Fn(&str) -> bool) -> usize {
    if fits(text) {
        return text.len();
    }
    let ends = || text.char_indices().map(|(at, c)| at + c.len_utf8());
    let fitting = ends().take_while(|&end| fits(text[..end].trim_end())).last();
    let longest = fitting.or_else(|| ends().next()).unwrap_or(text.len());
    let last_of = |separators: &str| text[..longest].rfind(|c| separators.contains(c)).map(|at| at + 1);
    // Between words, unless that would leave most of the line empty.
    let word = last_of(" ").filter(|&end| 2 * end > longest);
    word.or_else(|| last_of(" _-/.@:")).unwrap_or(longest)
}

fn ellipsis(text: &str, fits: &impl Fn(&str) -> bool) -> String {
    let n = text.chars().count();
    let cut = |kept: usize| clip(text, kept + 1);
    (1..n).rev().map(cut).find(|line| fits(line)).unwrap_or_else(|| "…".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn control_characters_show() {
        assert_eq!(visible("plain é"), "plain é");
        assert_eq!(visible("a\n\u{1b}[31m\0\u{202e}"), "a\\n\\u{1b}[31m\\u{0}\\u{202e}");
    }

    #[test]
    fn markdown_is_inert() {
        assert_eq!(markdown("a|b`<script>&_x_\n"), "a\\|b\\`&lt;script&gt;&amp;\\_x\\_\\\\n");
    }

    #[test]
    fn clips_to_columns() {
        assert_eq!((width("中文"), width("é"), width("e\u{301}")), (4, 1, 1));
        for (text, most, wanted) in [
            ("short", 5, "short"),
            ("longer text", 6, "longe…"),
            ("中文中文", 5, "中文…"),
            ("中文中文", 4, "中…"),
            ("abc", 1, "…"),
        ] {
            assert_eq!(clip_to(text, most), wanted);
        }
    }

    #[test]
    fn ascii_keeps_the_width() {
        let table = "acc ↑ %  31.5 ± 0.5 ██▓▌░··  –  é";
        assert_eq!(ascii(table), "acc ^ %  31.5+/-0.5 ##=#-..  -  ?");
        assert_eq!(ascii(table).len(), table.chars().count());
        assert_eq!(ascii("∞"), "inf");
    }

    #[test]
    fn latex_is_inert() {
        assert_eq!(latex("gpt2_micro 50%"), r"gpt2\_micro 50\%");
        assert_eq!(latex(r"\input{/etc/passwd}"), r"\textbackslash{}input\{/etc/passwd\}");
        assert_eq!(
            latex("a&b|c~d^e#f$g\n"),
            r"a\&b\textbar{}c\textasciitilde{}d\textasciicircum{}e\#f\$g\textbackslash{}n"
        );
        assert_eq!(latex("gpt2-micro a--b [x]"), "gpt2-micro a-{-}b {[}x{]}");
        assert_eq!(latex("é ł 中 ±"), r"é ł \texttt{U+4E2D} $\pm$");
    }

    fn check_wrap(text: &str, width: usize, max_lines: usize, wanted: &[&str]) {
        assert_eq!(wrap(text, max_lines, |line| line.chars().count() <= width), wanted, "{text}");
    }

    #[test]
    fn wraps_after_separators() {
        check_wrap("arc_challenge", 8, 3, &["arc_", "challeng", "e"]);
        check_wrap("arc_challenge", 9, 3, &["arc_", "challenge"]);
        check_wrap("lambada_openai", 20, 3, &["lambada_openai"]);
        check_wrap("one two three four", 8, 2, &["one two", "three f…"]);
        check_wrap("one two_three", 8, 2, &["one two_", "three"]);
        check_wrap("seven two_three", 10, 2, &["seven", "two_three"]);
        check_wrap("", 5, 2, &[""]);
        check_wrap("éééé", 2, 5, &["éé", "éé"]);
    }

    proptest! {
        #[test]
        fn lines_fit_and_lose_nothing(text in "[a-z_é -]{0,40}", width in 1_usize..12) {
            let lines = wrap(&text, usize::MAX, |line| line.chars().count() <= width);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
            let squeeze = |s: &str| s.replace(' ', "");
            prop_assert_eq!(squeeze(&lines.concat()), squeeze(&text));
        }

        #[test]
        fn limited_lines_fit(text in "\\PC{0,40}", width in 1_usize..12, max_lines in 1_usize..4) {
            let lines = wrap(&text, max_lines, |line| line.chars().count() <= width);
            prop_assert!(lines.len() <= max_lines);
            prop_assert!(lines.iter().all(|line| line.chars().count() <= width));
        }
    }
}

//! Words as WMT's evaluation script `mteval-v13a` sees them.

use crate::hooks::text::{is_space, split};
use regex::Regex;
use std::sync::LazyLock;

/// Punctuation becomes words of its own; full stops and commas only where no digit is on that side, hyphens only after one.
static RULES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    [
        (r"([{-~\[-` -&(-+:-@/])", " ${1} "),
        (r"([^0-9])([.,])", "${1} ${2} "),
        (r"([.,])([^0-9])", " ${1} ${2}"),
        (r"([0-9])(-)", "${1} ${2} "),
    ]
    .into_iter()
    .map(|(pattern, with)| {
        #[expect(clippy::unwrap_used, reason = "constant patterns, compiled by every test here")]
        let regex = Regex::new(pattern).unwrap();
        (regex, with)
    })
    .collect()
});

/// Literal replacements before the rules; the second joins words that a line break parts.
const REPLACED: &[(&str, &str)] =
    &[("<skipped>", ""), ("-\n", ""), ("\n", " "), ("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];

/// The words of a text.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut text = text.trim_end_matches(is_space).to_owned();
    for (from, to) in REPLACED {
        text = text.replace(from, to);
    }
    text = format!(" {text} ");
    for (pattern, with) in &*RULES {
        text = pattern.replace_all(&text, *with).into_owned();
    }
    split(&text).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values are those of sacrebleu's tokenizer `13a`.
    fn check(text: &str, want: &str) {
        assert_eq!(words(text).join(" "), want, "{text:?}");
    }

    #[test]
    fn as_mteval() {
        check("Hello, world!", "Hello , world !");
        check("It's 3.14 (or 1,000.5).", "It's 3.14 ( or 1,000.5 ) .");
        check("1-2 a-b 3-", "1 - 2 a-b 3 -");
        check("&quot;a&amp;lt;&quot;", "\" a < \"");
        check("hy-\nphen\nline <skipped>x", "hyphen line x");
        check("«été», 日本語。", "«été» , 日本語。");
        check("...", ". . .");
    }
}

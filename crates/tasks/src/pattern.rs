//! Python's `re` on top of fancy-regex: patterns are translated where the two languages differ, and matching is bounded.
//!
//! Not known here: the verbose flag's comments, `\N{name}`, octal escapes.

mod replacement;
mod translate;

use fancy_regex::{Captures, Regex, RegexBuilder};
use replacement::Replacement;

/// Steps back that one search may take. A pattern that needs more would run for minutes on a longer text.
const BACKTRACK_LIMIT: usize = 1_000_000;

/// A compiled pattern of Python's `re`.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    source: String,
    regex: Regex,
    /// The same, but no match ends where the search begins: what Python looks for right after an empty match.
    advancing: Regex,
}

/// The groups of one match, the whole match first; `None` for a group that took no part.
pub(crate) type Groups<'t> = Vec<Option<&'t str>>;

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Why Python, or this translation, does not accept it.
    pub fn new(source: &str) -> Result<Self, String> {
        Self::compile(source, &translate::translate(source)?)
    }

    fn compile(source: &str, translated: &str) -> Result<Self, String> {
        let compile = |pattern: &str| {
            let built = RegexBuilder::new(pattern).backtrack_limit(BACKTRACK_LIMIT).build();
            built.map_err(|error| format!("the pattern {source:?} does not compile: {error}"))
        };
        // First as it is, so that an error tells a position in it.
        let regex = compile(translated)?;
        Ok(Self { source: source.to_owned(), regex, advancing: compile(&format!(r"(?:{translated})(?!\G)"))? })
    }

    /// One of several texts, the first that fits; an alternation of literals.
    ///
    /// # Errors
    /// None in practice: every text is escaped.
    pub fn any_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let escaped: Vec<_> = texts.into_iter().map(escape).collect();
        Self::new(&escaped.join("|"))
    }

    /// One character of Unicode's punctuation.
    ///
    /// # Errors
    /// None in practice: the pattern is constant.
    pub fn of_punctuation() -> Result<Self, String> {
        Self::compile(r"\p{P}", r"\p{P}")
    }

    /// All matches in order, as `re.finditer` gives them: an empty match may follow another match without a gap.
    ///
    /// # Errors
    /// A search that takes too many steps.
    pub fn find_all<'t>(&self, text: &'t str) -> Result<Vec<Groups<'t>>, String> {
        let mut all = Vec::new();
        self.each(text, |captures| all.push(captures.iter().map(|group| group.map(|m| m.as_str())).collect()))?;
        Ok(all)
    }

    /// The text without its matches, as `re.sub(pattern, "", text)`.
    ///
    /// # Errors
    /// A search that takes too many steps.
    pub fn remove(&self, text: &str) -> Result<String, String> {
        self.rewrite(text, usize::MAX, |_, _| ())
    }

    /// The text with other text in place of its first matches, as `re.sub(pattern, with, text, count)`; a count of 0 is all
    /// of them.
    ///
    /// # Errors
    /// A replacement that Python does not accept for the pattern, or a search that takes too many steps.
    pub fn replace(&self, text: &str, with: &str, count: usize) -> Result<String, String> {
        let with = Replacement::new(with, &self.regex)?;
        self.rewrite(text, if count == 0 { usize::MAX } else { count }, |found, out| with.write(found, out))
    }

    fn rewrite(
        &self,
        text: &str,
        most: usize,
        mut write: impl FnMut(&Captures, &mut String),
    ) -> Result<String, String> {
        let (mut out, mut end) = (String::with_capacity(text.len()), 0);
        self.each_of(text, most, |captures| {
            if let Some(found) = captures.get(0) {
                out.push_str(&text[end..found.start()]);
                write(captures, &mut out);
                end = found.end();
            }
        })?;
        out.push_str(&text[end..]);
        Ok(out)
    }

    fn each<'t>(&self, text: &'t str, visit: impl FnMut(&Captures<'t>)) -> Result<(), String> {
        self.each_of(text, usize::MAX, visit)
    }

    fn each_of<'t>(&self, text: &'t str, most: usize, mut visit: impl FnMut(&Captures<'t>)) -> Result<(), String> {
        let (mut start, mut is_after_empty) = (0, false);
        for _ in 0..most {
            let regex = if is_after_empty { &self.advancing } else { &self.regex };
            let found = regex.captures_from_pos(text, start).map_err(|error| self.failed(&error))?;
            let Some((captures, whole)) = found.and_then(|captures| captures.get(0).map(|whole| (captures, whole)))
            else {
                return Ok(());
            };
            (start, is_after_empty) = (whole.end(), whole.start() == whole.end());
            visit(&captures);
        }
        Ok(())
    }

    fn failed(&self, error: &fancy_regex::Error) -> String {
        format!("the pattern {:?} gives up on a text ({error}); make it simpler", self.source)
    }
}

/// A text as a pattern that matches nothing else, in Python's notation.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii() && !c.is_ascii_alphanumeric() {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `[m.group() for m in re.finditer(pattern, text)]` gives in Python 3.11.
    fn check(pattern: &str, text: &str, want: &[&str]) {
        let pattern = Pattern::new(pattern).unwrap();
        let all = pattern.find_all(text).unwrap();
        let got: Vec<_> = all.iter().map(|groups| groups[0].unwrap()).collect();
        assert_eq!(got, want, "{} in {text:?}", pattern.source);
    }

    #[test]
    fn empty_matches() {
        check("b*", "abc", &["", "b", "", ""]);
        check("|a", "aa", &["", "a", "", "a", ""]);
        check("^|\\w+", "two words", &["", "two", "words"]);
        check("x*", "日本", &["", "", ""]);
        check("(?=(female|woman|man|male))", "a woman", &["", ""]);
    }

    #[test]
    fn ends_of_text() {
        check("a$", "a\n", &["a"]);
        check(r"a\Z", "a\n", &[]);
        check(r"a\Z", "ba", &["a"]);
        check("(?m)a$", "a\na", &["a", "a"]);
        check("^(.*?)(?=\\n|$)", "one\ntwo", &["one"]);
    }

    #[test]
    fn letters_and_spaces_are_pythons() {
        // A combining mark is no letter to Python: U+093E after U+0915.
        check(r"\w+", "\u{915}\u{93e}\u{915}", &["\u{915}", "\u{915}"]);
        check(r"\b(yes|no)\b", "no, yes_ yes", &["no", "yes"]);
        check(r"\S+", "a\u{1c}b\u{a0}c", &["a", "b", "c"]);
        check(r"[\s]+", "a\u{1f} b", &["\u{1f} "]);
        check(r"[^\w]", "é-", &["-"]);
        check(r"\B-\B", "a - b", &["-"]);
        check(r"\d+", "1२３x", &["1२３"]);
    }

    #[test]
    fn braces_and_brackets() {
        check(r"\\boxed{(.*)}", r"\boxed{7}", &[r"\boxed{7}"]);
        check("{ans_regex}", "{ans_regex}", &["{ans_regex}"]);
        check("a{,2}b", "aaab", &["aab"]);
        check("a{2}", "aaa", &["aa"]);
        check("[[a]+", "[a]", &["[a"]);
        check("[]a]+", "[a]", &["a]"]);
        check("[^]a]", "]ab", &["b"]);
        check("[a&&b]+", "&a&c", &["&a&"]);
        check("[+--]+", "+,-.", &["+,-"]);
        check("[a-c-]+", "-d-b", &["-", "-b"]);
        check(r#"[" \[\(<{}>\)\]]+"#, "a <{}> b", &[" <{}> "]);
    }

    #[test]
    fn escapes_and_names() {
        check(r"\-\<\/\#\ \%", "-</# %", &["-</# %"]);
        check(r"\u4e00\x41\t", "一A\t", &["一A\t"]);
        check(r"(?P<d>\d)(?P=d)", "1233", &["33"]);
        check(r"(\d)\1", "1233", &["33"]);
        check(r"(?i)YES(?#a comment)", "yes", &["yes"]);
        check(r"(?a)\w+", "aé", &["a"]);
        check(r"(?s).+", "a\nb", &["a\nb"]);
        check(r"(?<=answer is )\S+", "answer is 7.", &["7."]);
    }

    #[test]
    fn groups() {
        let pattern = Pattern::new("(a)|(b)").unwrap();
        assert_eq!(pattern.find_all("ab").unwrap(), [[Some("a"), Some("a"), None], [Some("b"), None, Some("b")]]);
        assert_eq!(Pattern::any_of(["a.b", "a"]).unwrap().find_all("a a.b").unwrap().len(), 2);
    }

    #[test]
    fn removal() {
        let remove = |pattern: &str, text: &str| Pattern::new(pattern).unwrap().remove(text).unwrap();
        assert_eq!(remove("(?s).*#### ", "a\nb #### 7"), "7");
        assert_eq!(remove(r"\.$", "7.\n"), "7\n");
        assert_eq!(remove("x*", "axxb"), "ab");
    }

    /// What `re.sub(pattern, with, text, count)` gives in Python 3.11, and what is said where it fails.
    #[test]
    fn replacement() {
        let check = |pattern: &str, with: &str, text: &str, count: usize, want: &str| {
            let got = Pattern::new(pattern).unwrap().replace(text, with, count).unwrap_or_else(|error| error);
            assert_eq!(got, want, "{pattern} {with} {text}");
        };
        check(r"(?<=\d),(?=\d)", "", "1,000, 2,000", 0, "1000, 2000");
        check(r"(?P<a>\w)(?P<b>\w)", r"\g<b>\g<1>\2", "abcd", 1, "babcd");
        check(r"(\w)\1", r"<\g<0>>", "aabcc", 0, "<aa>b<cc>");
        check("(a)|(b)", r"[\1\2]", "ab", 0, "[a][b]");
        check("x*", "-", "abxd", 0, "-a-b--d-");
        check("a", r"$1 ${a} \\ \n\t\. \101\0", "a", 0, "$1 ${a} \\ \n\t\\. A\0");
        check("(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", r"\11\1\g<1>0", "abcdefghijk", 0, "kaa0");
        check("^", "> ", "a\nb", 0, "> a\nb");
        check("a", r"\1", "a", 0, r#"the replacement "\\1" has group 1, which the pattern has not"#);
        check("a", r"\g<n>", "a", 0, r#"the replacement "\\g<n>" has the group "n", which the pattern has not"#);
        check("a", r"\q", "a", 0, r#"the replacement "\\q" has the escape \q, which Python does not know"#);
        check("a", r"\g<n", "a", 0, r#"the replacement "\\g<n" has a \g without a group's name between < and >"#);
        check("a", "\\", "a", 0, r#"the replacement "\\" ends with a backslash"#);
        check("a", r"\777", "a", 0, r#"the replacement "\\777" has the escape \777, which is beyond \377"#);
    }

    #[test]
    fn refusals() {
        let reason = |pattern: &str| Pattern::new(pattern).err().unwrap_or_default();
        assert!(reason("(").contains("does not compile"), "{}", reason("("));
        assert_eq!(reason(r"\q"), r#"the pattern "\\q" has the escape \q, which Python does not know"#);
        assert_eq!(reason("[a"), r#"the pattern "[a" has a `[` without a `]`"#);
        assert!(reason("a\\").contains("ends with a backslash"));
    }

    #[test]
    fn a_pattern_that_would_run_for_ever_is_an_error() {
        let pattern = Pattern::new(r"(?=(a+)+$)\1b").unwrap();
        let error = Pattern::new(r"^(?:(a|aa)+\1?)+$").unwrap().find_all(&("a".repeat(60) + "b")).unwrap_err();
        assert!(error.contains("make it simpler"), "{error}");
        assert!(pattern.find_all("aab").unwrap().is_empty());
    }
}

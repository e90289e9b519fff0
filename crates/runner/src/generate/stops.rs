//! Stop strings.

/// Where a text ends.
#[derive(Debug)]
pub struct Stops<'a>(Vec<&'a str>);

impl<'a> Stops<'a> {
    /// The strings of a request and, as in lm-eval, the text of the end token last. Empty ones are none.
    pub fn new(until: &'a [String], end: Option<&'a str>) -> Self {
        let all = until.iter().map(String::as_str).chain(end);
        Self(all.filter(|stop| !stop.is_empty()).collect())
    }

    /// The text before the stop strings, if one is in it: cut at the first place of each in turn, since lm-eval does that
    /// and they may overlap.
    pub fn cut<'t>(&self, text: &'t str) -> Option<&'t str> {
        let before = |text: &'t str, stop: &&str| text.find(stop).map_or(text, |at| &text[..at]);
        let cut = self.0.iter().fold(text, before);
        (cut.len() < text.len()).then_some(cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(until: &[&str], text: &str, cut: Option<&str>) {
        let until: Vec<String> = until.iter().map(|&stop| stop.to_owned()).collect();
        assert_eq!(Stops::new(&until, Some("<end>")).cut(text), cut, "{until:?} in {text:?}");
    }

    #[test]
    fn texts_end_before_the_first_stop_string() {
        check(&["\n"], "a b", None);
        check(&["\n"], "a\nb\n", Some("a"));
        check(&["\n", "."], "a.\nb", Some("a"));
        check(&["", "b"], "abc", Some("a"));
        check(&["a"], "abc", Some(""));
        check(&[], "ab<end>", Some("ab"));
        check(&["é"], "aé", Some("a"));
    }

    #[test]
    fn overlapping_stop_strings_are_taken_in_turn() {
        check(&["bc", "ab"], "xabc", Some("xa"));
        check(&["ab", "bc"], "xabc", Some("x"));
    }
}

//! Patterns over task ids.

/// Whether `pattern` is the whole of `text`: `*` is any run of characters, `?` any one, and the rest is itself.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => (p, t) = (p + 1, t + 1),
            _ => {
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                (p, t) = (at + 1, taken + 1);
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stars_and_question_marks() {
        for (pattern, text) in [
            ("*", ""),
            ("starter_pairs_*", "starter_pairs_agreement"),
            ("lambada@gpt2", "lambada@gpt2"),
            ("*_e?sy*", "arc_easy"),
            ("a*b*c", "a-b-b-c"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("a", ""), ("?", ""), ("arc", "arc_easy"), ("*b", "abc"), ("a*b*c", "acb"), ("[a]", "a")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_matches_itself_with_parts_starred(text in "[a-z_é]{0,12}", from in 0_usize..13, to in 0_usize..13) {
            prop_assert!(matches(&text, &text));
            let n = text.chars().count();
            let (from, to) = (from.min(n).min(to), to.min(n).max(from.min(n)));
            let starred: String =
                text.chars().take(from).chain("*".chars()).chain(text.chars().skip(to)).collect();
            prop_assert!(matches(&starred, &text));
        }
    }
}

//! What somebody may have meant.

/// The name most similar to `name`, if one is similar enough to be a slip of the finger: a letter in three may differ, and
/// one letter in shorter names, but not all of them.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let length = name.chars().count();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= (length / 3).max(1))
        .filter(|(distance, candidate)| *distance < length.max(candidate.chars().count()))
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, known: &[&str], want: Option<&str>) {
        assert_eq!(nearest(name, known.iter().copied()).as_deref(), want, "{name}");
    }

    #[test]
    fn nearest_names() {
        check("lable", &["label", "table"], Some("label"));
        check("qq", &["q"], Some("q"));
        check("a", &["ab"], Some("ab"));
        check("helaswag", &["hellaswag", "piqa"], Some("hellaswag"));
        check("label", &["text"], None);
        check("label", &[], None);
        // Nothing in common.
        check("", &["a"], None);
        check("b", &["a"], None);
    }
}

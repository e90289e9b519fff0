//! Small spelling rules that the templates share.

/// `text` with a capital first letter and `mark` at its end.
pub fn sentence(text: &str, mark: char) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}{mark}", letters.as_str())
}

/// The regular plural of `noun`.
pub fn plural(noun: &str) -> String {
    let hisses = ["s", "x", "ch", "sh"].iter().any(|ending| noun.ends_with(ending));
    format!("{noun}{}", if hisses { "es" } else { "s" })
}

/// `noun` in the number asked for.
pub fn in_number(noun: &str, many: bool) -> String {
    if many { plural(noun) } else { noun.to_owned() }
}

/// `values` in the order good, bad: the second is good in the setting `second`.
pub fn choose<T>(values: (T, T), second: bool) -> (T, T) {
    if second { (values.1, values.0) } else { values }
}
